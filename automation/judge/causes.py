"""Why whole batches failed: what the function did to an invocation, not to one message.

An exception that the function does not catch, a timeout or the end of its process fails every
message of the batch. Then many checks fail, for one reason: this module finds it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automation.observe.logs import exceptions_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from automation.judge.evidence import Evidence
    from automation.observe.logs import Line, Logs


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Something that failed whole batches.

    Attributes:
        what: What the function did, such as "the function raised ValueError: boom".
        advice: What to change.
        times: How many invocations it failed.
        line: The first log line that shows it, with its traceback.
    """

    what: str
    advice: str
    times: int
    line: Line

    @property
    def text(self) -> tuple[str, ...]:
        """The lines that show it, as they were logged."""
        message, detail = self.line.message, self.line.detail
        return detail if message in detail else (message, *detail)

    def __str__(self) -> str:
        return f"{self.what}, so the whole batch failed: {self.advice}"


_NAME = re.compile(r"(?P<name>(?:\w+\.)*[A-Z]\w*)(?::.*)?")
_TIMEOUT = re.compile(r"Task timed out after (?P<seconds>[0-9]+(?:\.[0-9]+)?) seconds?.*")
_EXIT = re.compile(r"Worker process died|Process exited .*|Error: Runtime exited .*")
_LOAD_ERRORS = {  # of AWS's runtime client, in bootstrap.py
    *("ImportError", "ModuleNotFoundError", "Runtime.ImportModuleError"),
    *("Runtime.UserCodeSyntaxError", "Runtime.HandlerNotFound", "Runtime.MalformedHandlerName"),
}
_NO_MODULE = re.compile(
    r".*?(?:Unable to import module '(?P<handler>[^']+)': )?No module named '(?P<missing>[^']+)'"
)
_MOST_MESSAGE = 200  # characters of an exception's message


@dataclass(frozen=True)
class _Diagnosis:
    """What an error line says of its batch.

    Attributes:
        kind: The same for lines that have one cause.
        what: As `Cause.what`.
        advice: As `Cause.advice`.
    """

    kind: str
    what: str
    advice: str


def find_causes(evidence: Evidence) -> tuple[Cause, ...]:
    """Return what failed whole batches, the most frequent first.

    An invocation that processed a message for good did not fail, whatever it logged.
    """
    load_failure = evidence.logs.load_failure
    went_well = {
        message.receives[-1].line.request_id
        for message in evidence.messages
        if message.fate == "processed" and evidence.observation.source.empty
    }
    found: dict[str, list[tuple[_Diagnosis, Line]]] = {}
    for line in evidence.logs.lines:
        ours = line.request_id is None or line.request_id not in went_well
        if ours and (diagnosis := _diagnosis(line, load_failure)):
            found.setdefault(diagnosis.kind, []).append((diagnosis, line))
    causes = (
        Cause(
            what=same[0][0].what,
            advice=same[0][0].advice,
            times=len({line.request_id for _, line in same}),
            line=same[0][1],
        )
        for same in found.values()
    )
    return tuple(sorted(causes, key=lambda cause: -cause.times))


def batch_failures(logs: Logs) -> dict[str, Line]:
    """Return the line that shows why an invocation failed its whole batch, by request id."""
    load_failure = logs.load_failure  # looks through the whole log
    return {
        line.request_id: line
        for line in logs.lines
        if line.request_id and _diagnosis(line, load_failure)
    }


def _diagnosis(line: Line, load_failure: Line | None) -> _Diagnosis | None:
    """Return what the function did and what to change; None if no whole batch failed by it."""
    if not line.is_error:
        return None
    if load_failure and line.message == load_failure.message:
        return _unloaded(line)
    return next((found for kind in _KINDS if (found := kind(line))), None)


def _unloaded(line: Line) -> _Diagnosis:
    what = f"the function could not be loaded ({line.message})"
    module = _NO_MODULE.match(line.message)
    if line.message.startswith(("Runtime.HandlerNotFound", "Runtime.MalformedHandlerName")):
        advice = "correct the handler, which is module.function"
    elif module and module["missing"] == module["handler"]:
        advice = "correct the handler, or put that module into the function's folder"
    elif module:
        advice = "put that module into the function's folder, or its package into requirements.txt"
    else:
        advice = "correct its source"
    return _Diagnosis(what, what, advice)


def _timed_out(line: Line) -> _Diagnosis | None:
    match = _TIMEOUT.fullmatch(line.message)
    if match is None:
        return None
    what = f"the function timed out after {float(match['seconds']):g} s"
    return _Diagnosis(
        what,
        what,
        "raise its timeout, and the queue's visibility timeout to match, or give it less to do",
    )


def _exited(line: Line) -> _Diagnosis | None:
    if _EXIT.fullmatch(line.message) is None:
        return None
    what = "the function's process ended"
    return _Diagnosis(what, what, "look for an exit, a crash or too little memory")


def _raised(line: Line) -> _Diagnosis | None:
    match = _NAME.fullmatch(line.message)
    if match is None or not _is_uncaught(line):
        return None
    if match["name"] in _LOAD_ERRORS:
        return _unloaded(line)
    message = line.message
    shown = message if len(message) <= _MOST_MESSAGE else f"{message[:_MOST_MESSAGE]}…"
    denied = "AccessDenied" in message or "is not authorized to perform" in message
    return _Diagnosis(
        f"{match['name']}{denied}",
        f"the function raised {shown}",
        "allow that in the policy of its role"
        if denied
        else "correct it, or catch it and return the message's id in batchItemFailures",
    )


def _is_uncaught(line: Line) -> bool:
    """Whether a traceback is the platform's: a logger's repeats the exception after its message."""
    exceptions = exceptions_of(line.detail)
    return bool(line.detail) and (not exceptions or exceptions[0] == line.message)


_KINDS: tuple[Callable[[Line], _Diagnosis | None], ...] = (_timed_out, _exited, _raised)
