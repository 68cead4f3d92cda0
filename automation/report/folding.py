"""What of a long result fits on a terminal: pure, from data to lines."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from automation.observe.logs import UUID

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from automation.judge.verdict import InvocationVerdict, MessageVerdict

LEAST_ROWS = 12  # that a terminal of any height shows
_ID = re.compile(rf"\b{UUID}\b")

Numbered = tuple[int, "MessageVerdict"]


def fold_log(invocations: Sequence[InvocationVerdict], most: int) -> Iterator[str]:
    """Yield a line for each invocation, and its errors, while there is room.

    Args:
        invocations: In the order of time.
        most: The most lines; at least `LEAST_ROWS` are used if there are so many.
    """
    room = max(most, LEAST_ROWS)
    for invocation in invocations:
        errors = (line for line in invocation.lines if line.is_error)
        lines = [
            _in_one_line(invocation),
            *(_short_ids(f"[{line.level}] {line.message}") for line in errors),
        ]
        if len(lines) > room:
            yield from lines[:room]
            yield f"… and more: {len(invocations)} invocations in all"
            return
        yield from lines
        room -= len(lines)


def _in_one_line(invocation: InvocationVerdict) -> str:
    parts = [f"{len(invocation.lines)} lines"]
    if invocation.records is not None:
        parts.insert(0, f"{invocation.records} record{'' if invocation.records == 1 else 's'}")
    if invocation.report:
        parts.append(f"{invocation.report.duration_ms:g} ms")
    last = "REPORT" if invocation.report else "no REPORT"
    return f"START … {last} {_short_ids(invocation.request_id)}: {', '.join(parts)}"


def _short_ids(text: str) -> str:
    """Shorten each UUID to its first part, so that what comes after it fits on the line."""
    return _ID.sub(lambda found: found[0].partition("-")[0], text)


def fold_messages(messages: Sequence[Numbered], most: int) -> tuple[list[Numbered], int]:
    """Choose the messages to show: those that were not processed first.

    Args:
        messages: Each with its number.
        most: How many to show; at least `LEAST_ROWS`.

    Returns:
        The messages to show, in their order, and how many are left out.
    """
    most = max(most, LEAST_ROWS)
    by_interest = sorted(messages, key=lambda each: each[1].fate == "processed")
    return sorted(by_interest[:most], key=lambda each: each[0]), max(0, len(messages) - most)
