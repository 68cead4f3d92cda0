"""The verdict: compares an observation with what the scenario expects. Pure, without I/O.

It is correct for every legal delivery: any batching, any order, duplicates, log lines that arrive
late, and receives that SQS counts but that never reach the function. A message's fate comes from
the log and the dead-letter queue. The source queue's depth is late, so only zero is used.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

from automation.judge.causes import find_causes
from automation.judge.checks import CHECKS
from automation.judge.evidence import failure_reason, gather, invocation_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from automation.judge.causes import Cause
    from automation.judge.checks import Check
    from automation.judge.evidence import Evidence, Fate, MessageEvidence
    from automation.observe.logs import Invocation, Line, Report
    from automation.observe.observation import Observation, QueueDepth
    from automation.scenario.model import ExpectedFate, Scenario


@dataclass(frozen=True, kw_only=True)
class MessageVerdict:
    """What became of one message.

    Attributes:
        message_id: The id that SQS gave it.
        body: What was sent.
        expected: The fate that the scenario expects.
        fate: Its fate so far: "pending" while it may still be in the source queue, "lost" when the
            queue is empty and the message was neither processed nor dead-lettered.
        receives: The highest receive number in the log; the number of lines when they have none.
        sent_at: When it was sent, in UTC.
        is_logged: Whether the scenario names the log line that proves its receives.
        receive_lines: Each line that proves a receive, in ascending order of time.
        lines: Every line about it, in ascending order of time.
        reason: Why its last receive failed, as far as the log says; None when nothing says so.
    """

    message_id: str
    body: str
    expected: ExpectedFate
    fate: Fate
    receives: int
    sent_at: datetime
    is_logged: bool
    receive_lines: tuple[Line, ...]
    lines: tuple[Line, ...]
    reason: str | None

    @property
    def received_at(self) -> tuple[datetime, ...]:
        """Time of each line that proves a receive, in UTC, in ascending order."""
        return tuple(line.timestamp for line in self.receive_lines)


@dataclass(frozen=True, kw_only=True)
class InvocationVerdict:
    """One invocation.

    Attributes:
        request_id: Lambda's request id.
        records: The size of its batch; None when the log does not show it.
        report: Its REPORT line; None when that is missing or cannot be parsed.
        lines: All its lines, from START to REPORT.
    """

    request_id: str
    records: int | None
    report: Report | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The result of judging one observation.

    Attributes:
        messages: In the order in which they were sent.
        invocations: In the order of their first lines.
        checks: In the order of `CHECKS` in checks.py.
        causes: What failed whole batches, the most frequent first.
        notes: Facts that are worth knowing and fail no check, one sentence each.
        copies: Ids under which SQS holds messages once more, because their send was retried.
        source: The source queue's depth.
    """

    messages: tuple[MessageVerdict, ...]
    invocations: tuple[InvocationVerdict, ...]
    checks: tuple[Check, ...]
    causes: tuple[Cause, ...]
    notes: tuple[str, ...]
    copies: tuple[str, ...]
    source: QueueDepth

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(check.passed for check in self.checks)

    @property
    def summary(self) -> str:
        """The progress in one line: how many messages met their fates, and what still fails."""
        parts = []
        for fate in dict.fromkeys(message.expected for message in self.messages):
            expected = [message for message in self.messages if message.expected == fate]
            met = sum(message.fate == fate for message in expected)
            parts.append(f"{met} of {len(expected)} {fate}")
        failed = ", ".join(check.name for check in self.checks if not check.passed)
        return "; ".join(
            (", ".join(parts), f"queue: {self.source}", *([f"not yet: {failed}"] if failed else []))
        )


def judge(scenario: Scenario, observation: Observation, *, exact_receives: bool) -> Verdict:
    """Compare what was seen with what the scenario expects.

    Args:
        scenario: The messages to send, with their expected fates.
        observation: What was seen so far. A check that fails now may pass later, so observe again
            until the verdict passes or the time is up.
        exact_receives: Whether every receive that the queue counts reaches the function. True on
            the emulator: every receive from 1 to maxReceiveCount of a dead letter must be logged.
            False on AWS: some receives never reach the function, and a missing one is only noted.
    """
    evidence = gather(scenario, observation, exact_receives=exact_receives)
    causes = find_causes(evidence)
    return Verdict(
        messages=tuple(_message_verdict(message, causes) for message in evidence.messages),
        invocations=tuple(
            _invocation_verdict(invocation, scenario.invocation)
            for invocation in evidence.logs.invocations
        ),
        checks=tuple(check(evidence) for check in CHECKS),
        causes=causes,
        notes=tuple(_notes(evidence)),
        copies=tuple(copy.sent.message_id for copy in evidence.copies),
        source=observation.source,
    )


def _message_verdict(message: MessageEvidence, causes: tuple[Cause, ...]) -> MessageVerdict:
    sent, lines = message.sent, message.lines
    return MessageVerdict(
        message_id=sent.message_id,
        body=sent.message.body,
        expected=sent.message.fate,
        fate=message.fate,
        receives=max(message.receive_numbers, default=0),
        sent_at=sent.sent_at,
        is_logged=sent.message.log is not None,
        receive_lines=tuple(
            sorted((each.line for each in message.receives), key=attrgetter("timestamp"))
        ),
        lines=lines,
        reason=_reason(message.fate, lines, causes),
    )


def _reason(fate: Fate, lines: tuple[Line, ...], causes: tuple[Cause, ...]) -> str | None:
    """Return why a message failed last: what its lines say, or the one cause of all failures."""
    if fate == "processed":
        return None
    if reason := failure_reason(lines):
        return reason
    failed = fate != "lost"  # a lost message was deleted, so its batch did not fail
    return causes[0].what if failed and len(causes) == 1 else None


def _invocation_verdict(invocation: Invocation, template: str | None) -> InvocationVerdict:
    match = None if template is None else invocation_line(invocation, template)
    records = match.groupdict().get("records") if match else None
    return InvocationVerdict(
        request_id=invocation.request_id,
        records=None if records is None else int(records),
        report=invocation.report,
        lines=invocation.lines,
    )


def _notes(evidence: Evidence) -> Iterator[str]:
    most = evidence.observation.max_receive_count
    duplicated = [
        (message.sent.message_id, len(message.receives))
        for message in evidence.expected_to_be("processed")
        if len(message.receives) > 1
    ]
    match duplicated:
        case [(message_id, times)]:
            yield (
                f"message {message_id} was duplicated: it was processed {times} times, as SQS "
                "delivers at least once"
            )
        case [_, *_]:
            yield (
                f"{len(duplicated)} messages were duplicated: they were processed up to "
                f"{max(times for _, times in duplicated)} times, as SQS delivers at least once"
            )
    for message in evidence.expected_to_be("dead-lettered"):
        name = f"message {message.sent.message_id}"
        for number, times in Counter(message.receive_numbers).items():
            if times > 1:
                yield f"receive {number} of {name} was logged {times} times"
        missing = message.missing_receives(most)
        if message.dead_letters and message.receives and missing and not evidence.exact_receives:
            yield (
                f"{name} was dead-lettered after {most} receives, but the log does not show "
                f"{', '.join(map(str, missing))}: SQS also counts receives that never reach the "
                "function"
            )
    for copy in evidence.copies:
        yield (
            f"message {copy.copy_of} was duplicated: SQS also holds it as "
            f"{copy.sent.message_id}, because the response to a send was lost and it was sent again"
        )
    for letter in evidence.preexisting:
        yield f"message {letter.message_id} was in the dead-letter queue before this run"
