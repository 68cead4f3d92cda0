"""Which log line and which dead letter speak of which message: the ground the checks stand on."""

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
"""A message's fate, as far as it can be told."""


@dataclass(frozen=True, kw_only=True)
class Receive:
    """A receive of a message that the function logged with the line its scenario names.

    Attributes:
        number: The receive's number, None when the scenario's line carries none.
        line: The line.
    """

    number: int | None
    line: Line


@dataclass(frozen=True, kw_only=True)
class Case:
    """One message and all that speaks of it.

    Attributes:
        sent: The message.
        fate: "dead-lettered" when it is in the dead-letter queue, else "processed" when its proof
            was logged, else "pending" while the source queue holds anything, else "lost".
        receives: What was logged of it as its scenario says, by number.
        other_lines: Lines that carry its id and say something else.
        dead_letters: It, in the dead-letter queue; twice when it was delivered from there twice.
    """

    sent: Sent
    fate: Fate
    receives: tuple[Receive, ...]
    other_lines: tuple[Line, ...]
    dead_letters: tuple[DeadLetter, ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """Number of each receive; where the lines carry none they are counted."""
        return tuple(
            position if receive.number is None else receive.number
            for position, receive in enumerate(self.receives, start=1)
        )

    def gap(self, max_receive_count: int) -> list[int]:
        """The receives of 1..max_receive_count that were not logged."""
        return [number for number in range(1, max_receive_count + 1) if number not in self.numbers]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that was seen, in order.

    Attributes:
        scenario: What was to be sent, and what must become of it.
        observation: What was seen.
        exact_receives: Whether each receive that the queue counts reaches the function.
        cases: One for each message sent.
        logs: The log, read, from when the scenario was sent.
        strangers: Dead letters that are no message of the scenario.
        earlier: Those that were in the dead-letter queue before the scenario was sent.
    """

    scenario: Scenario
    observation: Observation
    exact_receives: bool
    cases: tuple[Case, ...]
    logs: Logs
    strangers: tuple[DeadLetter, ...]
    earlier: tuple[DeadLetter, ...]

    def to_be(self, fate: ExpectedFate) -> tuple[Case, ...]:
        """The messages that the scenario wants to meet this fate."""
        return tuple(case for case in self.cases if case.sent.message.fate == fate)


def gather(scenario: Scenario, observation: Observation, *, exact_receives: bool) -> Evidence:
    """Read the log and sort everything by the message it speaks of."""
    sent_ids = {sent.message_id for sent in observation.sent}
    began = min((sent.sent_at for sent in observation.sent), default=None)
    logs = _since(began, read_logs(observation.events), sent_ids)
    others = [letter for letter in observation.dead_letters if letter.message_id not in sent_ids]
    earlier = [letter for letter in others if began and letter.sent_at < began]
    return Evidence(
        scenario=scenario,
        observation=observation,
        exact_receives=exact_receives,
        cases=_cases(observation, logs.lines),
        logs=logs,
        strangers=tuple(letter for letter in others if letter not in earlier),
        earlier=tuple(earlier),
    )


def _since(began: datetime | None, logs: Logs, sent_ids: Collection[str]) -> Logs:
    """Leave out invocations that were over before the scenario was sent: an earlier run's.

    One that names a message of the scenario stays whatever its time: clocks differ.
    """

    def is_ours(line: Line) -> bool:
        return (
            began is None
            or line.timestamp >= began
            or any(message_id in line.message for message_id in sent_ids)
        )

    invocations = tuple(each for each in logs.invocations if any(map(is_ours, each.lines)))
    requests = {each.request_id for each in invocations}
    return Logs(
        lines=tuple(line for line in logs.lines if is_ours(line) or line.request_id in requests),
        invocations=invocations,
    )


def own_line(invocation: Invocation, template: str) -> re.Match[str] | None:
    """The line that the function logs in each invocation: its fields, None when it is missing."""
    pattern = line_pattern(template, request_id=invocation.request_id)
    return next(
        (match for line in invocation.lines if (match := pattern.fullmatch(line.message))), None
    )


def _cases(observation: Observation, lines: Sequence[Line]) -> tuple[Case, ...]:
    receives = _receives(observation.sent, lines)
    cases = []
    for sent in observation.sent:
        own = receives[sent.message_id]
        letters = tuple(
            letter for letter in observation.dead_letters if letter.message_id == sent.message_id
        )
        told = {receive.line for receive in own}
        cases.append(
            Case(
                sent=sent,
                fate=_fate(sent, own, letters, observation.source),
                receives=own,
                other_lines=tuple(
                    line for line in lines if sent.message_id in line.message and line not in told
                ),
                dead_letters=letters,
            )
        )
    return tuple(cases)


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
    """The lines that each message's template fits, by message id.

    Messages whose templates nothing tells apart (no {message_id}, the same text) share their lines
    out by receive number: one line cannot prove two messages.
    """
    sharers: dict[re.Pattern[str], list[str]] = defaultdict(list)
    receives: dict[str, tuple[Receive, ...]] = {}
    for each in sent:
        receives[each.message_id] = ()
        if each.message.log is not None:
            pattern = line_pattern(each.message.log, message_id=each.message_id)
            sharers[pattern].append(each.message_id)
    for pattern, message_ids in sharers.items():
        numbered = "receive" in pattern.groupindex
        fitting = [
            Receive(number=int(match["receive"]) if numbered else None, line=line)
            for line in lines
            if (match := pattern.fullmatch(line.message))
        ]
        fitting.sort(key=lambda receive: receive.number or 0)
        for position, message_id in enumerate(message_ids):
            receives[message_id] = tuple(fitting[position :: len(message_ids)])
    return receives
