"""The log as rows by time, with the platform's lines of an invocation folded into one. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from automation.observe.logs import read_logs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from automation.observe.logs import Invocation, Line, Logs, Report
    from automation.observe.observation import LogEvent

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
"""The levels of Python's logging, in order."""

_ALIASES = {"TRACE": "DEBUG", "WARN": "WARNING", "FATAL": "CRITICAL"}
_PLATFORM = ("START RequestId: ", "END RequestId: ", "REPORT RequestId: ")

LATE = timedelta(minutes=1)  # by which an event may arrive after a later one
LONGEST = timedelta(minutes=20)  # an invocation takes at most 15: Lambda's limit


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the log.

    Attributes:
        timestamp: In UTC.
        request_id: Of its invocation; None outside of any.
        level: As `Line.level`; "INVOCATION" for the row that sums an invocation up.
        text: One line.
    """

    timestamp: datetime
    request_id: str | None
    level: str | None
    text: str


@dataclass(frozen=True, kw_only=True)
class Filter:
    """Which lines are wanted: those that match everything that is given.

    Attributes:
        level: The lowest level, one of `LEVELS`; None for any, and for lines without one.
        request_id: Start of the request id; empty for any.
        message_id: Is contained in the line or its detail; empty for any.
    """

    level: str | None = None
    request_id: str = ""
    message_id: str = ""

    def matches(self, line: Line) -> bool:
        """Whether a line is wanted."""
        level = _ALIASES.get(line.level or "", line.level)
        return (
            (self.level is None or (level in LEVELS and not _below(level, self.level)))
            and (line.request_id or "").startswith(self.request_id)
            and any(self.message_id in text for text in (line.message, *line.detail))
        )


def _below(level: str, least: str) -> bool:
    return LEVELS.index(level) < LEVELS.index(least)


def rows_of(logs: Logs, wanted: Filter) -> Iterator[Row]:
    """Yield the rows of a log by time.

    START and END are left out, and REPORT becomes a row that sums the invocation up.
    """
    by_request = {invocation.request_id: invocation for invocation in logs.invocations}
    for line in filter(wanted.matches, logs.lines):
        if line.level is None and line.message.startswith(_PLATFORM):
            invocation = by_request.get(line.request_id or "")
            if invocation and line.message.startswith("REPORT"):
                yield _row(line, "INVOCATION", summary(invocation))
        else:
            for text in (line.message, *line.detail):
                yield _row(line, line.level, text)


def _row(line: Line, level: str | None, text: str) -> Row:
    return Row(timestamp=line.timestamp, request_id=line.request_id, level=level, text=text)


def summary(invocation: Invocation) -> str:
    """Sum an invocation up: "took 8.2 ms, billed 9 ms, 42 of 128 MB, cold start 186.5 ms"."""
    report = invocation.report
    return "its REPORT line cannot be parsed" if report is None else _metrics(report)


def _metrics(report: Report) -> str:
    parts = [
        f"took {report.duration_ms:g} ms",
        f"billed {report.billed_ms} ms",
        f"{report.max_memory_mb} of {report.memory_mb} MB",
        *([] if report.init_ms is None else [f"cold start {report.init_ms:g} ms"]),
    ]
    return ", ".join(parts)


class Tail:
    """The rows of a log that grows.

    Args:
        read: Reads the events since a time.
        since: Where to begin.
        wanted: Which lines are wanted.
    """

    def __init__(
        self, read: Callable[[datetime], Sequence[LogEvent]], since: datetime, wanted: Filter
    ) -> None:
        self._read = read
        self._since = since
        self._wanted = wanted
        self._events: list[LogEvent] = []
        self._shown: Counter[Row] = Counter()

    def fresh(self) -> list[Row]:
        """Read the log once more, and return the rows that no call has returned yet.

        Events that arrive up to `LATE` after later ones are found. Events are kept for `LONGEST`,
        because the START line before a line tells to which invocation it belongs.
        """
        window = self._since
        new = [event for event in self._read(window) if event.timestamp >= window]
        latest = max((event.timestamp for event in new), default=window)
        kept = [each for each in self._events if latest - LONGEST < each.timestamp < window]
        self._events = [*kept, *new]
        self._since = max(window, latest - LATE)
        rows = rows_of(read_logs(self._events), self._wanted)
        may_be_new = [row for row in rows if row.timestamp >= window]
        shown, self._shown = self._shown, Counter(may_be_new)
        return list(_without(may_be_new, shown))


def _without(rows: Iterable[Row], shown: Counter[Row]) -> Iterator[Row]:
    left = shown.copy()
    for row in rows:
        if left[row] > 0:
            left[row] -= 1
        else:
            yield row
