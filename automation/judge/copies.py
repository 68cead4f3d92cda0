"""Copies of messages: SQS stores a message twice if it is sent again after a response was lost."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automation.scenario.model import line_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from automation.observe.logs import Line
    from automation.observe.observation import DeadLetter
    from automation.scenario.send import Sent


@dataclass(frozen=True, kw_only=True)
class Copy:
    """Another copy of a message whose send was retried.

    Attributes:
        sent: The message.
        message_id: The copy's own id.
        lines: The lines that prove the copy's receives.
    """

    sent: Sent
    message_id: str
    lines: tuple[Line, ...]


def find_copies(
    sent: Sequence[Sent], letters: Sequence[DeadLetter], lines: Sequence[Line]
) -> Iterator[Copy]:
    """Find the copies of messages whose send was retried: at most one for each retry.

    A copy of a poison message is known by the body of its dead letter. A copy of a good message is
    known by the line that proves its receive, if that has the id.

    Args:
        sent: The messages whose send was retried.
        letters: Dead letters with other ids, sent during this run.
        lines: Log lines without any of the messages' ids.
    """
    found: set[str] = set()
    bodies = {letter.message_id: letter.body for letter in letters}
    for each in sent:
        lines_by_id = _lines_by_id(each.message.log, lines)
        ids = list(lines_by_id)
        if each.message.fate == "dead-lettered":
            ids = [one for one, body in bodies.items() if body == each.message.body]
        new = [message_id for message_id in ids if message_id not in found][: each.retries]
        found.update(new)
        for message_id in new:
            yield Copy(
                sent=each, message_id=message_id, lines=tuple(lines_by_id.get(message_id, ()))
            )


def _lines_by_id(template: str | None, lines: Sequence[Line]) -> Mapping[str, list[Line]]:
    """The lines that match a template, by the id in them; none if it has no {message_id}."""
    found: dict[str, list[Line]] = defaultdict(list)
    if template is not None and "{message_id}" in template:
        pattern = line_pattern(template)
        for line in lines:
            if match := pattern.fullmatch(line.message):
                found[match["message_id"]].append(line)
    return found
