"""The evidence for the checks: for each message, its log lines and its dead letters."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from automation.observe.logs import Logs, read_logs
from automation.scenario.model import line_pattern

if TYPE_CHECKING:
    import re
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from automation.observe.logs import Invocation, Line
    from automation.observe.observation import DeadLetter, Observation, QueueDepth
    from automation.scenario.model import ExpectedFate, Scenario
    from automation.scenario.send import Sent


Fate = Literal["processed", "dead-lettered", "pending", "lost"]
"""What became of a message, as far as it is known."""


@dataclass(frozen=True, kw_only=True)
class Receive:
    """One receive of a message, proved by a log line that matches the message's template.

    Attributes:
        number: The receive's number; None when the template has no {receive}.
        line: The line.
    """

    number: int | None
    line: Line


@dataclass(frozen=True, kw_only=True)
class MessageEvidence:
    """One message, with its log lines and dead letters.

    Attributes:
        sent: The message.
        fate: "dead-lettered" when it is in the dead-letter queue; else "processed" when the line
            that proves it was logged; else "pending" while the source queue holds any message;
            else "lost".
        receives: Its receives, sorted by number.
        other_lines: Lines that contain its id and do not match its template.
        dead_letters: Its copies in the dead-letter queue. SQS may deliver more than one.
    """

    sent: Sent
    fate: Fate
    receives: tuple[Receive, ...]
    other_lines: tuple[Line, ...]
    dead_letters: tuple[DeadLetter, ...]

    @property
    def receive_numbers(self) -> tuple[int, ...]:
        """The number of each receive; its position, from 1, when the line has no number."""
        return tuple(
            position if receive.number is None else receive.number
            for position, receive in enumerate(self.receives, start=1)
        )

    def missing_receives(self, max_receive_count: int) -> list[int]:
        """The numbers from 1 to `max_receive_count` that were not logged."""
        logged = self.receive_numbers
        return [number for number in range(1, max_receive_count + 1) if number not in logged]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Everything that the checks look at.

    Attributes:
        scenario: The messages to send, with their expected fates.
        observation: What was seen.
        exact_receives: Whether every receive that the queue counts reaches the function.
        messages: One for each message sent, in the order in which they were sent.
        logs: The parsed log, without the invocations that ended before the run sent its messages.
        unexpected: Dead letters that this run did not send.
        preexisting: Dead letters of messages that were sent before this run's.
    """

    scenario: Scenario
    observation: Observation
    exact_receives: bool
    messages: tuple[MessageEvidence, ...]
    logs: Logs
    unexpected: tuple[DeadLetter, ...]
    preexisting: tuple[DeadLetter, ...]

    def expected_to_be(self, fate: ExpectedFate) -> tuple[MessageEvidence, ...]:
        """The messages that the scenario expects to meet this fate."""
        return tuple(message for message in self.messages if message.sent.message.fate == fate)


def gather(scenario: Scenario, observation: Observation, *, exact_receives: bool) -> Evidence:
    """Parse the log, and find the log lines and dead letters of each message."""
    sent_ids = {sent.message_id for sent in observation.sent}
    first_sent_at = min((sent.sent_at for sent in observation.sent), default=None)
    logs = _of_this_run(read_logs(observation.events), first_sent_at, sent_ids)
    others = [letter for letter in observation.dead_letters if letter.message_id not in sent_ids]
    preexisting = [letter for letter in others if first_sent_at and letter.sent_at < first_sent_at]
    return Evidence(
        scenario=scenario,
        observation=observation,
        exact_receives=exact_receives,
        messages=_messages(observation, logs.lines),
        logs=logs,
        unexpected=tuple(letter for letter in others if letter not in preexisting),
        preexisting=tuple(preexisting),
    )


def _of_this_run(logs: Logs, first_sent_at: datetime | None, sent_ids: Collection[str]) -> Logs:
    """Leave out the invocations of an earlier run, which ended before the first message was sent.

    An invocation that logged the id of a sent message stays, whatever its time: clocks differ.
    """

    def may_be_ours(line: Line) -> bool:
        return (
            first_sent_at is None
            or line.timestamp >= first_sent_at
            or any(message_id in line.message for message_id in sent_ids)
        )

    invocations = tuple(each for each in logs.invocations if any(map(may_be_ours, each.lines)))
    requests = {each.request_id for each in invocations}
    return Logs(
        lines=tuple(
            line for line in logs.lines if may_be_ours(line) or line.request_id in requests
        ),
        invocations=invocations,
    )


def invocation_line(invocation: Invocation, template: str) -> re.Match[str] | None:
    """Match the line that the function logs once in every invocation; None when it is missing."""
    pattern = line_pattern(template, request_id=invocation.request_id)
    return next(
        (match for line in invocation.lines if (match := pattern.fullmatch(line.message))), None
    )


def _messages(observation: Observation, lines: Sequence[Line]) -> tuple[MessageEvidence, ...]:
    receives_by_id = _receives(observation.sent, lines)
    messages = []
    for sent in observation.sent:
        receives = receives_by_id[sent.message_id]
        letters = tuple(
            letter for letter in observation.dead_letters if letter.message_id == sent.message_id
        )
        receive_lines = {receive.line for receive in receives}
        messages.append(
            MessageEvidence(
                sent=sent,
                fate=_fate(sent, receives, letters, observation.source),
                receives=receives,
                other_lines=tuple(
                    line
                    for line in lines
                    if sent.message_id in line.message and line not in receive_lines
                ),
                dead_letters=letters,
            )
        )
    return tuple(messages)


def _fate(
    sent: Sent,
    receives: tuple[Receive, ...],
    dead_letters: tuple[DeadLetter, ...],
    source: QueueDepth,
) -> Fate:
    if dead_letters:
        return "dead-lettered"
    if receives and sent.message.fate == "processed":
        return "processed"
    return "lost" if source.empty else "pending"


def _receives(sent: Sequence[Sent], lines: Sequence[Line]) -> Mapping[str, tuple[Receive, ...]]:
    """Find the receives of each message, by message id.

    Messages with the same template and no {message_id} in it cannot be told apart. Their lines are
    distributed among them in the order of the receive numbers: one line proves one message only.
    """
    ids_by_pattern: dict[re.Pattern[str], list[str]] = defaultdict(list)
    receives: dict[str, tuple[Receive, ...]] = {}
    for each in sent:
        receives[each.message_id] = ()
        if each.message.log is not None:
            pattern = line_pattern(each.message.log, message_id=each.message_id)
            ids_by_pattern[pattern].append(each.message_id)
    for pattern, message_ids in ids_by_pattern.items():
        numbered = "receive" in pattern.groupindex
        matching = [
            Receive(number=int(match["receive"]) if numbered else None, line=line)
            for line in lines
            if (match := pattern.fullmatch(line.message))
        ]
        matching.sort(key=lambda receive: receive.number or 0)
        for position, message_id in enumerate(message_ids):
            receives[message_id] = tuple(matching[position :: len(message_ids)])
    return receives
