"""Why messages were dead-lettered: dead letters joined with the log. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from automation.judge.causes import batch_failures
from automation.judge.evidence import failure_reason
from automation.operate.about import lines_about

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Sequence

    from automation.observe.logs import Line, Logs
    from automation.observe.observation import DeadLetter

NOT_LOGGED = "not logged"


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A dead letter, and what the log says about it.

    Attributes:
        letter: The dead letter.
        reason: Why it failed: from the last error line about it; if no line is about it, the one
            error that failed whole batches since it was sent; else `NOT_LOGGED`.
        lines: Every line about it, by time.
    """

    letter: DeadLetter
    reason: str
    lines: tuple[Line, ...]

    @property
    def is_explained(self) -> bool:
        """Whether the log says why it failed."""
        return self.reason != NOT_LOGGED


def explain(letters: Sequence[DeadLetter], logs: Logs) -> tuple[Failure, ...]:
    """Join dead letters with the lines of the log about them; the oldest letter first."""
    failed = batch_failures(logs)
    lines = lines_about({letter.message_id for letter in letters}, logs, failed)
    return tuple(
        Failure(
            letter=letter,
            reason=_reason(letter, lines[letter.message_id], failed.values()),
            lines=lines[letter.message_id],
        )
        for letter in sorted(letters, key=lambda letter: letter.sent_at)
    )


def _reason(letter: DeadLetter, lines: Sequence[Line], failed: Iterable[Line]) -> str:
    if lines:
        return failure_reason(lines) or NOT_LOGGED
    only = {line.message for line in failed if line.timestamp >= letter.sent_at}
    return only.pop() if len(only) == 1 else NOT_LOGGED


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which dead letters are meant: those that match everything that is given.

    Attributes:
        ids: Message ids; empty for any.
        body: Is searched for in the body; None for any.
        reason: Is searched for in the reason; None for any.
    """

    ids: frozenset[str] = frozenset()
    body: re.Pattern[str] | None = None
    reason: re.Pattern[str] | None = None

    def matches(self, failure: Failure) -> bool:
        """Whether a dead letter is meant."""
        letter = failure.letter
        return (
            (not self.ids or letter.message_id in self.ids)
            and (self.body is None or bool(self.body.search(letter.body)))
            and (self.reason is None or bool(self.reason.search(failure.reason)))
        )
