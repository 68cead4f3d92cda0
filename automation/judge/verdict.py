"""The verdict: what a scenario expects and what was seen go in, what became of it comes out. Pure.

It holds for every legal delivery: any batching, any order, a message received more than once, log
lines that come late, and receives that SQS counts although they reached nobody. Fates come from
the log and from the dead-letter queue; of the source queue's depth, which lags, only zero counts.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automation.judge.checks import CHECKS
from automation.judge.evidence import gather, own_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from automation.judge.checks import Check
    from automation.judge.evidence import Case, Evidence, Fate
    from automation.observe.logs import Invocation, Line, Report
    from automation.observe.observation import Observation, QueueDepth
    from automation.scenario.model import ExpectedFate, Scenario


@dataclass(frozen=True, kw_only=True)
class MessageVerdict:
    """What became of one message.

    Attributes:
        message_id: SQS's id of it.
        body: What was sent.
        expected: The fate it was to meet.
        fate: The fate it met: "pending" while it may still meet one, "lost" when it has left the
            source queue and nothing tells where to.
        receives: The highest receive number that was logged; without numbers, the lines counted.
        sent_at: When it was sent, in UTC.
        received_at: Time of each line that proves a receive, in UTC, the earliest first.
    """

    message_id: str
    body: str
    expected: ExpectedFate
    fate: Fate
    receives: int
    sent_at: datetime
    received_at: tuple[datetime, ...]


@dataclass(frozen=True, kw_only=True)
class InvocationVerdict:
    """One invocation.

    Attributes:
        request_id: Lambda's id of it.
        records: Size of its batch, None when the scenario's line does not tell.
        report: Its REPORT line, None when it is missing or cannot be read.
        lines: All its lines, START to REPORT.
    """

    request_id: str
    records: int | None
    report: Report | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What was found.

    Attributes:
        messages: In the order in which they were sent.
        invocations: In the order in which they began.
        checks: In the order of `CHECKS`, which tells what they are.
        notes: What is worth knowing and fails nothing, a sentence each.
        source: The source queue's depth.
    """

    messages: tuple[MessageVerdict, ...]
    invocations: tuple[InvocationVerdict, ...]
    checks: tuple[Check, ...]
    notes: tuple[str, ...]
    source: QueueDepth

    @property
    def passed(self) -> bool:
        """Whether every check passed."""
        return all(check.passed for check in self.checks)

    def __str__(self) -> str:
        return self.summary

    @property
    def summary(self) -> str:
        """How far it has come, in one line: for whoever waits, and for a time-out's error."""
        parts = []
        for fate in dict.fromkeys(message.expected for message in self.messages):
            wanted = [message for message in self.messages if message.expected == fate]
            met = sum(message.fate == fate for message in wanted)
            parts.append(f"{met} of {len(wanted)} {fate}")
        failed = ", ".join(check.name for check in self.checks if not check.passed)
        return "; ".join(
            (", ".join(parts), f"queue: {self.source}", *([f"not yet: {failed}"] if failed else []))
        )


def judge(scenario: Scenario, observation: Observation, *, exact_receives: bool) -> Verdict:
    """Judge what was seen against what the scenario expects.

    Args:
        scenario: What was to be sent, and what must become of it.
        observation: What was seen up to now. A check that fails may pass later: look again until
            the verdict passes or the time is up.
        exact_receives: Whether each receive that the queue counts reaches the function, so that a
            dead letter's failures must be logged for all of 1..maxReceiveCount. True of the
            emulator; on AWS some reach nobody, and a gap becomes a note.
    """
    evidence = gather(scenario, observation, exact_receives=exact_receives)
    return Verdict(
        messages=tuple(_message_verdict(case) for case in evidence.cases),
        invocations=tuple(
            _invocation_verdict(invocation, scenario.invocation)
            for invocation in evidence.logs.invocations
        ),
        checks=tuple(check(evidence) for check in CHECKS),
        notes=tuple(_notes(evidence)),
        source=observation.source,
    )


def _message_verdict(case: Case) -> MessageVerdict:
    return MessageVerdict(
        message_id=case.sent.message_id,
        body=case.sent.message.body,
        expected=case.sent.message.fate,
        fate=case.fate,
        receives=max(case.numbers, default=0),
        sent_at=case.sent.sent_at,
        received_at=tuple(sorted(receive.line.timestamp for receive in case.receives)),
    )


def _invocation_verdict(invocation: Invocation, template: str | None) -> InvocationVerdict:
    own = None if template is None else own_line(invocation, template)
    records = own.groupdict().get("records") if own else None
    return InvocationVerdict(
        request_id=invocation.request_id,
        records=None if records is None else int(records),
        report=invocation.report,
        lines=invocation.lines,
    )


def _notes(evidence: Evidence) -> Iterator[str]:
    most = evidence.observation.max_receive_count
    for case in evidence.to_be("processed"):
        if len(case.receives) > 1:
            yield (
                f"message {case.sent.message_id} was processed {len(case.receives)} times: "
                "delivery is at least once"
            )
    for case in evidence.to_be("dead-lettered"):
        for number, times in Counter(case.numbers).items():
            if times > 1:
                yield f"receive {number} of message {case.sent.message_id} was logged {times} times"
        if case.dead_letters and case.receives and case.gap(most) and not evidence.exact_receives:
            missing = ", ".join(map(str, case.gap(most)))
            yield (
                f"message {case.sent.message_id} was dead-lettered after {most} receives, of which "
                f"{missing} reached nobody: SQS counts those too"
            )
    for letter in evidence.earlier:
        yield f"message {letter.message_id} was in the dead-letter queue before"
