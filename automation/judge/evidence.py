"""The evidence for the checks: for each message, its log lines and its dead letters."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Literal

from automation.judge.copies import find_copies
from automation.observe.logs import Logs, read_logs
from automation.scenario.model import line_pattern

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from automation.judge.copies import Copy
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
        dead_letters: It in the dead-letter queue, which may deliver it more than once.
        copy_of: Id of the message that it is another copy of; empty if it is none.
    """

    sent: Sent
    fate: Fate
    receives: tuple[Receive, ...]
    other_lines: tuple[Line, ...]
    dead_letters: tuple[DeadLetter, ...]
    copy_of: str = ""

    @property
    def lines(self) -> tuple[Line, ...]:
        """Every line about it, in ascending order of time."""
        received = (receive.line for receive in self.receives)
        return tuple(sorted((*received, *self.other_lines), key=attrgetter("timestamp")))

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
        copies: What SQS holds, under other ids, of messages whose send was retried.
        unexpected: Dead letters that this run did not send.
        preexisting: Dead letters of messages that were sent before this run's.
    """

    scenario: Scenario
    observation: Observation
    exact_receives: bool
    messages: tuple[MessageEvidence, ...]
    logs: Logs
    copies: tuple[MessageEvidence, ...]
    unexpected: tuple[DeadLetter, ...]
    preexisting: tuple[DeadLetter, ...]

    def expected_to_be(self, fate: ExpectedFate) -> tuple[MessageEvidence, ...]:
        """The messages that the scenario expects to meet this fate."""
        return tuple(message for message in self.messages if message.sent.message.fate == fate)

    def held_for(self, fate: ExpectedFate) -> tuple[MessageEvidence, ...]:
        """The messages that the scenario expects to meet this fate, and their copies."""
        copies = (copy for copy in self.copies if copy.sent.message.fate == fate)
        return (*self.expected_to_be(fate), *copies)


def gather(scenario: Scenario, observation: Observation, *, exact_receives: bool) -> Evidence:
    """Parse the log, and find the log lines and dead letters of each message."""
    sent_ids = {sent.message_id for sent in observation.sent}
    first_sent_at = min((sent.sent_at for sent in observation.sent), default=None)
    whole_log = read_logs(observation.events)
    lines_by_id = lines_with_ids(whole_log.lines, sent_ids)
    logs = _of_this_run(whole_log, first_sent_at, lines_by_id)
    others = [letter for letter in observation.dead_letters if letter.message_id not in sent_ids]
    preexisting = [letter for letter in others if first_sent_at and letter.sent_at < first_sent_at]
    old_ids = {letter.message_id for letter in preexisting}
    foreign = [letter for letter in others if letter.message_id not in old_ids]
    copies = _copies(observation, foreign, logs.lines, lines_by_id)
    originals = {copy.message_id: copy.sent.message_id for copy in copies}
    messages = _messages(
        (*observation.sent, *(replace(each.sent, message_id=each.message_id) for each in copies)),
        [letter for letter in observation.dead_letters if letter.message_id not in old_ids],
        observation.source,
        logs.lines,
        {**lines_by_id, **lines_with_ids(logs.lines, originals)},
    )
    sent, held = messages[: len(observation.sent)], messages[len(observation.sent) :]
    return Evidence(
        scenario=scenario,
        observation=observation,
        exact_receives=exact_receives,
        messages=sent,
        logs=logs,
        copies=tuple(replace(each, copy_of=originals[each.sent.message_id]) for each in held),
        unexpected=tuple(each for each in foreign if each.message_id not in originals),
        preexisting=tuple(preexisting),
    )


def _copies(
    observation: Observation,
    foreign: Sequence[DeadLetter],
    lines: Sequence[Line],
    lines_by_id: Mapping[str, Sequence[Line]],
) -> tuple[Copy, ...]:
    """Find the copies of messages whose send was retried, which is rare, and known beforehand."""
    retried = [sent for sent in observation.sent if sent.retries]
    if not retried:
        return ()
    with_id = set(chain.from_iterable(lines_by_id.values()))
    return tuple(find_copies(retried, foreign, [line for line in lines if line not in with_id]))


_REASON = re.compile(r"\breason=(?P<reason>.+)")  # as this project's function logs it


def failure_reason(lines: Iterable[Line]) -> str | None:
    """Return why a message failed last, from the lines about it by time.

    It is what follows "reason=" in the last error line, or that whole line; None if no line is an
    error.
    """
    errors = [line.message for line in lines if line.is_error]
    if not errors:
        return None
    found = _REASON.search(errors[-1])
    return found["reason"] if found else errors[-1]


def lines_with_ids(lines: Sequence[Line], ids: Collection[str]) -> Mapping[str, list[Line]]:
    """Find the lines that contain each id, in one pass over the log.

    Looks up every part of a line that is as long as an id. All of SQS's ids have the same length.
    """
    if not ids:
        return {}
    lengths = {len(each) for each in ids}
    lines_by_id: dict[str, list[Line]] = {each: [] for each in ids}
    for line in lines:
        text = line.message
        parts = {text[at : at + size] for size in lengths for at in range(len(text) - size + 1)}
        for found in parts & lines_by_id.keys():
            lines_by_id[found].append(line)
    return lines_by_id


def _of_this_run(
    logs: Logs, first_sent_at: datetime | None, lines_by_id: Mapping[str, list[Line]]
) -> Logs:
    """Leave out the invocations of an earlier run, which ended before the first message was sent.

    An invocation that logged the id of a sent message stays, whatever its time: clocks differ.
    """
    with_id = set(chain.from_iterable(lines_by_id.values()))

    def may_be_ours(line: Line) -> bool:
        return first_sent_at is None or line.timestamp >= first_sent_at or line in with_id

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


def _messages(
    held: Sequence[Sent],
    dead_letters: Sequence[DeadLetter],
    source: QueueDepth,
    lines: Sequence[Line],
    lines_by_id: Mapping[str, list[Line]],
) -> tuple[MessageEvidence, ...]:
    receives_by_id = _receives(held, lines, lines_by_id)
    letters_by_id: dict[str, list[DeadLetter]] = defaultdict(list)
    for letter in dead_letters:
        letters_by_id[letter.message_id].append(letter)
    messages = []
    for sent in held:
        receives = receives_by_id[sent.message_id]
        letters = tuple(letters_by_id[sent.message_id])
        receive_lines = {receive.line for receive in receives}
        messages.append(
            MessageEvidence(
                sent=sent,
                fate=_fate(sent, receives, letters, source),
                receives=receives,
                other_lines=tuple(
                    line for line in lines_by_id[sent.message_id] if line not in receive_lines
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


def _receives(
    sent: Sequence[Sent], lines: Sequence[Line], lines_by_id: Mapping[str, list[Line]]
) -> Mapping[str, tuple[Receive, ...]]:
    """Find the receives of each message, by message id.

    Messages with the same template and no {message_id} in it cannot be told apart. Their lines are
    distributed among them in the order of the receive numbers: one line proves one message only.
    """
    receives: dict[str, tuple[Receive, ...]] = {}
    ids_by_template: dict[str, list[str]] = defaultdict(list)
    for each in sent:
        template, message_id = each.message.log, each.message_id
        if template is None:
            receives[message_id] = ()
        elif "{message_id}" in template:
            pattern = line_pattern(template, message_id=message_id)
            receives[message_id] = _matching(pattern, lines_by_id[message_id])
        else:
            ids_by_template[template].append(message_id)
    for template, message_ids in ids_by_template.items():
        shared = _matching(line_pattern(template), lines)
        for position, message_id in enumerate(message_ids):
            receives[message_id] = shared[position :: len(message_ids)]
    return receives


def _matching(pattern: re.Pattern[str], lines: Sequence[Line]) -> tuple[Receive, ...]:
    """The receives that the matching lines prove, sorted by number."""
    numbered = "receive" in pattern.groupindex
    receives = (
        Receive(number=int(match["receive"]) if numbered else None, line=line)
        for line in lines
        if (match := pattern.fullmatch(line.message))
    )
    return tuple(sorted(receives, key=lambda receive: receive.number or 0))
