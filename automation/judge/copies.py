"""Copies of messages: SQS stores a message twice if it is sent again after a response was lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from automation.scenario.model import line_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from automation.observe.logs import Line
    from automation.observe.observation import DeadLetter
    from automation.scenario.send import Sent


@dataclass(frozen=True, kw_only=True)
class Copy:
    """Another copy of a message whose send was retried.

    Attributes:
        sent: The message.
        message_id: The copy's own id.
    """

    sent: Sent
    message_id: str


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
    bodies = {letter.message_id: letter.body for letter in letters}
    logged = {log: _logged_ids(log, lines) for log in {each.message.log for each in sent}}
    left = {each.message_id: each.retries for each in sent}
    found: set[str] = set()
    # By line before by body alone: messages with one body may differ in their attributes.
    for by_line in (True, False):
        for each in sent:
            ids = logged[each.message.log]
            if each.message.fate == "dead-lettered":
                same = [one for one, body in bodies.items() if body == each.message.body]
                ids = [one for one in same if one in ids] if by_line else same
            new = [one for one in ids if one not in found][: left[each.message_id]]
            found.update(new)
            left[each.message_id] -= len(new)
            yield from (Copy(sent=each, message_id=message_id) for message_id in new)


def _logged_ids(template: str | None, lines: Sequence[Line]) -> list[str]:
    """The ids in the lines that match a template; none if it has no {message_id}."""
    if template is None or "{message_id}" not in template:
        return []
    pattern = line_pattern(template)
    matches = (pattern.fullmatch(line.message) for line in lines)
    return list(dict.fromkeys(match["message_id"] for match in matches if match))
