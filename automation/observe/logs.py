r"""Parses Lambda's log: takes log events, and returns lines grouped by invocation.

Each line may be in one of three formats:

- AWS, text: `[INFO]\t<time>Z\t<request id>\t<message>`. Each execution environment has a stream, so
  many invocations share one. INIT_START, EXTENSION and other platform lines may come between them.
- AWS, JSON: one object per event. `json_logs` converts it to the text format.
- the emulator: `[INFO] <message>`. Each invocation has a stream, and each line is an event. All
  events of an invocation have the same timestamp, so only their order shows what came first.

A line without a request id belongs to the invocation that is running in its stream: the last one
with a START line and no REPORT line yet.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import TYPE_CHECKING

from automation.observe.json_logs import json_as_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from automation.observe.observation import LogEvent


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the log.

    Attributes:
        message: What the function passed to its logger, without the prefix; or a whole platform or
            printed line.
        level: The logger's level, such as "INFO"; "ERROR" for an uncaught exception, a timeout and
            the platform's errors; None for START, END, REPORT and printed lines.
        timestamp: Of its event, in UTC.
        stream: The log stream's name.
        request_id: Of the invocation that it belongs to; None outside of any invocation.
        detail: The lines after it that belong to it, such as a traceback.
    """

    message: str
    level: str | None
    timestamp: datetime
    stream: str
    request_id: str | None
    detail: tuple[str, ...] = ()

    @property
    def is_error(self) -> bool:
        """Whether its level is ERROR or higher."""
        return self.level in {"ERROR", "CRITICAL", "FATAL"}


@dataclass(frozen=True, kw_only=True)
class Report:
    """The metrics of a REPORT line.

    Attributes:
        duration_ms: How long the handler ran, in milliseconds.
        billed_ms: The billed duration, in milliseconds.
        memory_mb: The function's memory size, in MB.
        max_memory_mb: The most memory it used, in MB. The emulator reports its own process's.
        init_ms: How long the init phase of a cold start took, in milliseconds; None for a warm
            start, after a restore from a snapshot, and on the emulator.
    """

    duration_ms: float
    billed_ms: int
    memory_mb: int
    max_memory_mb: int
    init_ms: float | None


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """One invocation, with what has been logged so far.

    Attributes:
        request_id: Lambda's request id.
        started: Time of its START line, in UTC; None when that is missing.
        ended: Time of its END line, in UTC; None when that is missing.
        report: None when its REPORT line is missing or cannot be parsed.
        lines: All its lines, including START, END and REPORT.
    """

    request_id: str
    started: datetime | None
    ended: datetime | None
    report: Report | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class Logs:
    """The parsed log group, with all streams merged by time.

    Attributes:
        lines: Every line, including those outside of any invocation.
        invocations: Every invocation with at least one line, in the order of their first lines.
    """

    lines: tuple[Line, ...]
    invocations: tuple[Invocation, ...]

    @property
    def load_failure(self) -> Line | None:
        """The error that kept the function from being loaded, if the platform says that one did."""
        errors: dict[str, Line] = {}
        for line in self.lines:
            if line.is_error:
                if _INIT_FAILED.fullmatch(line.message):
                    return errors.get(line.stream, line)
                errors[line.stream] = line
        return None


UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_TRACEBACK = "Traceback (most recent call last):"
_PLATFORM = re.compile(rf"(?P<kind>START|END|REPORT) RequestId: (?P<request_id>{UUID})\b.*")
_INIT_FAILED = re.compile(r"INIT_REPORT .*\bStatus: (?:error|timeout)\b.*")
_PLAIN = re.compile(".*")

# The formats of a line, and the level of a line that names none. The first match wins.
_FORMATS: tuple[tuple[re.Pattern[str], str | None], ...] = (
    (re.compile(rf"\[(?P<level>[A-Z]+)\]\t[^\t]*\t(?P<request_id>{UUID})?\t(?P<message>.*)"), None),
    (re.compile(r"\[(?P<level>[A-Z]+)\] (?P<message>.*)"), None),
    (_PLATFORM, None),
    (
        re.compile(rf"(?:\S+Z (?P<request_id>{UUID}) )?(?P<message>Task timed out after .*)"),
        "ERROR",
    ),
    (re.compile(rf"RequestId: (?P<request_id>{UUID}) (?P<message>Error: .*)"), "ERROR"),
    (re.compile(rf"RequestId: (?P<request_id>{UUID}) (?P<message>Process exited .*)"), "ERROR"),
    (_INIT_FAILED, "ERROR"),
    (re.compile("Worker process died"), "ERROR"),  # the emulator, when a function exits
    (re.compile(re.escape(_TRACEBACK)), "ERROR"),
    (_PLAIN, None),
)

# Lines that always belong to the error before them: the start of a traceback, the sentences with
# which Python chains tracebacks, and the empty lines between them.
_CHAINED = re.compile(
    rf"|{re.escape(_TRACEBACK)}|During handling of the above .*|The above exception was .*"
)

_REPORT = re.compile(
    r"REPORT RequestId: \S+\s+Duration: (?P<duration>[0-9]{1,18}(?:\.[0-9]+)?) ms"
    r"\s+Billed Duration: (?P<billed>[0-9]{1,18}) ms"
    r"\s+Memory Size: (?P<memory>[0-9]{1,18}) MB\s+Max Memory Used: (?P<peak>[0-9]{1,18}) MB"
    r"(?:.*?\sInit Duration: (?P<init>[0-9]{1,18}(?:\.[0-9]+)?) ms)?.*"
)


def read_logs(events: Iterable[LogEvent]) -> Logs:
    """Parse the events of a log group.

    Args:
        events: In any order of time; those of one stream with the same timestamp in the order in
            which they were logged.
    """
    streams: dict[str, list[LogEvent]] = {}
    for event in sorted(events, key=attrgetter("timestamp")):
        streams.setdefault(event.stream, []).append(event)
    lines = sorted(
        (line for stream in streams.values() for line in _stream_lines(stream)),
        key=attrgetter("timestamp"),
    )
    requests: dict[str, list[Line]] = {}
    for line in lines:
        if line.request_id is not None:
            requests.setdefault(line.request_id, []).append(line)
    return Logs(
        lines=tuple(lines),
        invocations=tuple(_invocation(request_id, own) for request_id, own in requests.items()),
    )


def parse_report(text: str) -> Report | None:
    """Parse a REPORT line; return None when one of its required metrics is missing."""
    match = _REPORT.fullmatch(text)
    if match is None:
        return None
    return Report(
        duration_ms=float(match["duration"]),
        billed_ms=int(match["billed"]),
        memory_mb=int(match["memory"]),
        max_memory_mb=int(match["peak"]),
        init_ms=float(match["init"]) if match["init"] else None,
    )


def _invocation(request_id: str, lines: Iterable[Line]) -> Invocation:
    lines = tuple(lines)
    platform = {
        match["kind"]: line for line in lines if (match := _PLATFORM.fullmatch(line.message))
    }
    start, end, report = (platform.get(kind) for kind in ("START", "END", "REPORT"))
    return Invocation(
        request_id=request_id,
        started=start.timestamp if start else None,
        ended=end.timestamp if end else None,
        report=parse_report(report.message) if report else None,
        lines=lines,
    )


def _stream_lines(events: Iterable[LogEvent]) -> Iterator[Line]:
    """Parse one stream, and join each traceback to the error it belongs to."""
    lines: list[Line] = []
    running_request: str | None = None
    in_traceback = False
    blocks = ((event, block) for event in events for block in _blocks(event.text))
    for event, (text, *detail) in blocks:
        match, level = _match(text)
        parts = match.groupdict()
        after_error = bool(lines) and lines[-1].is_error
        in_traceback = in_traceback and match.re is _PLAIN
        another = text == _TRACEBACK and bool(lines) and _has_whole_traceback(lines[-1])
        if after_error and (in_traceback or _CHAINED.fullmatch(text)) and not another:
            lines[-1] = replace(lines[-1], detail=(*lines[-1].detail, text, *detail))
        else:
            lines.append(
                Line(
                    message=parts.get("message", text),
                    level=parts.get("level", level),
                    timestamp=event.timestamp,
                    stream=event.stream,
                    request_id=parts.get("request_id") or running_request,
                    detail=tuple(detail),
                )
            )
        in_traceback = text == _TRACEBACK or (in_traceback and text.startswith(" "))
        if "kind" in parts:
            running_request = None if parts["kind"] == "REPORT" else parts["request_id"]
    return map(_with_exception_as_message, lines)


def _has_whole_traceback(line: Line) -> bool:
    """Whether a line has a traceback that no sentence chains to another one."""
    detail = [text for text in (line.message, *line.detail) if text.strip()]
    return _TRACEBACK in detail and not _CHAINED.fullmatch(detail[-1])


def _match(text: str) -> tuple[re.Match[str], str | None]:
    """Match a line with its format, and return the format's level too."""
    return next((match, level) for format_, level in _FORMATS if (match := format_.fullmatch(text)))


def _with_exception_as_message(line: Line) -> Line:
    """Give a traceback that follows no error line the exception as its message, as AWS does."""
    exceptions = exceptions_of(line.detail)
    if line.message != _TRACEBACK or not exceptions:
        return line
    return replace(line, message=exceptions[0], detail=(_TRACEBACK, *line.detail))


def exceptions_of(detail: Iterable[str]) -> list[str]:
    """Return the exceptions in the lines of a traceback: those that are not indented."""
    return [
        text for text in detail if text.strip() and not text[0].isspace() and text != _TRACEBACK
    ]


def _blocks(text: str) -> Iterator[list[str]]:
    """Split an event into lines of the text format, each followed by its detail lines."""
    for line in json_as_text(text) or [text]:
        # AWS's runtime separates the lines of an uncaught exception with "\r".
        yield re.split(r"\r\n|\r|\n", line.rstrip("\r\n"))
