r"""Lambda's log lines, read by message whatever the prefix: log events in, invocations out.

Three dialects, told apart line by line:

- AWS, text: `[INFO]\t<time>Z\t<request id>\t<message>`. One stream an execution environment, so
  many invocations share it; INIT_START, EXTENSION and other platform lines stand between them.
- AWS, JSON: an object an event, which `json_logs` says again in the words of the text format.
- the emulator: `[INFO] <message>`. One stream an invocation, one event a line, and one timestamp
  for all of them, so that only their order tells what came first.

A line that does not name its request belongs to the invocation that is open in its stream.
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
    """One line of the log, its prefix taken off.

    Attributes:
        message: What the function handed to its logger, or a platform line as it stands.
        level: The logger's name for it, as "INFO"; ERROR for an exception, a time-out and the
            platform's errors; None where there is none (START, END, REPORT, what was printed).
        timestamp: The event's.
        stream: Name of the log stream.
        request_id: The invocation it belongs to, or None outside of any.
        detail: Lines that follow it and are part of it: a traceback.
    """

    message: str
    level: str | None
    timestamp: datetime
    stream: str
    request_id: str | None
    detail: tuple[str, ...] = ()

    @property
    def is_error(self) -> bool:
        """Whether its level is ERROR or worse."""
        return self.level in {"ERROR", "CRITICAL", "FATAL"}


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a REPORT line says.

    Attributes:
        duration_ms: How long the handler ran.
        billed_ms: What is billed of it.
        memory_mb: The function's memory size.
        max_memory_mb: The most it used. On the emulator a figure of the emulator's own process.
        init_ms: How long the cold start's init phase took; None for a warm start, after a restore
            from a snapshot, and on the emulator.
    """

    duration_ms: float
    billed_ms: int
    memory_mb: int
    max_memory_mb: int
    init_ms: float | None


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """One invocation, as far as it has been logged.

    Attributes:
        request_id: Lambda's id of it.
        started: Time of its START line, None until that is there.
        ended: Time of its END line, None until that is there.
        report: None until its REPORT line is there, and where that cannot be read.
        lines: All its lines, START, END and REPORT among them.
    """

    request_id: str
    started: datetime | None
    ended: datetime | None
    report: Report | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class Logs:
    """A log group, read: all streams merged by time.

    Attributes:
        lines: Every line, those outside of any invocation among them.
        invocations: Every invocation that a line belongs to, by its first line.
    """

    lines: tuple[Line, ...]
    invocations: tuple[Invocation, ...]


_ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_TRACEBACK = "Traceback (most recent call last):"
_PLATFORM = re.compile(rf"(?P<kind>START|END|REPORT) RequestId: (?P<request_id>{_ID})\b.*")
_PLAIN = re.compile(".*")

# The forms of a line, the first that fits wins, with the level of a line that names none.
_FORMS: tuple[tuple[re.Pattern[str], str | None], ...] = (
    (re.compile(rf"\[(?P<level>[A-Z]+)\]\t[^\t]*\t(?P<request_id>{_ID})?\t(?P<message>.*)"), None),
    (re.compile(r"\[(?P<level>[A-Z]+)\] (?P<message>.*)"), None),
    (_PLATFORM, None),
    (re.compile(rf"(?:\S+Z (?P<request_id>{_ID}) )?(?P<message>Task timed out after .*)"), "ERROR"),
    (re.compile(rf"RequestId: (?P<request_id>{_ID}) (?P<message>Error: .*)"), "ERROR"),
    (re.compile(rf"RequestId: (?P<request_id>{_ID}) (?P<message>Process exited .*)"), "ERROR"),
    (re.compile(r"INIT_REPORT .*\bStatus: (?:error|timeout)\b.*"), "ERROR"),
    (re.compile("Worker process died"), "ERROR"),  # the emulator, of a function that exits
    (re.compile(re.escape(_TRACEBACK)), "ERROR"),
    (_PLAIN, None),
)

# What is part of the error before it wherever it stands: a traceback, the sentences of Python's
# traceback module that chain one to another, and the empty lines between.
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
    """Read the events of a log group; those of one stream in the order in which they came."""
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
    """Read a REPORT line; None when it does not say what a REPORT line must say."""
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
    """The lines of one stream, each traceback joined to the error it belongs to."""
    lines: list[Line] = []
    open_request: str | None = None
    in_traceback = False
    for event, (text, *detail) in ((at, block) for at in events for block in _blocks(at.text)):
        form, level = _form(text)
        parts = form.groupdict()
        after_error = bool(lines) and lines[-1].is_error
        in_traceback = in_traceback and form.re is _PLAIN
        if after_error and (in_traceback or _CHAINED.fullmatch(text)):
            lines[-1] = replace(lines[-1], detail=(*lines[-1].detail, text, *detail))
        else:
            lines.append(
                Line(
                    message=parts.get("message", text),
                    level=parts.get("level", level),
                    timestamp=event.timestamp,
                    stream=event.stream,
                    request_id=parts.get("request_id") or open_request,
                    detail=tuple(detail),
                )
            )
        in_traceback = text == _TRACEBACK or (in_traceback and text.startswith(" "))
        if "kind" in parts:
            open_request = None if parts["kind"] == "REPORT" else parts["request_id"]
    return map(_named_after_exception, lines)


def _form(text: str) -> tuple[re.Match[str], str | None]:
    """The form of a line, and the level of that form."""
    return next((match, level) for form, level in _FORMS if (match := form.fullmatch(text)))


def _named_after_exception(line: Line) -> Line:
    """A traceback without a line of its own before it takes the exception's, as AWS writes it."""
    exceptions = [text for text in line.detail if text.strip() and not text.startswith(" ")]
    if line.message != _TRACEBACK or not exceptions:
        return line
    return replace(line, message=exceptions[0], detail=(_TRACEBACK, *line.detail))


def _blocks(text: str) -> Iterator[list[str]]:
    """The lines of an event, each with the texts that are part of it."""
    for line in json_as_text(text) or [text]:
        # "\r" too: AWS's runtime ends the lines of an uncaught exception with it.
        yield re.split(r"\r\n|\r|\n", line.rstrip("\r\n"))
