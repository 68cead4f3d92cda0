"""The result of a run as JSON: what the terminal shows, for programs."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from automation.support.errors import AutomationError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from automation.judge.verdict import InvocationVerdict, MessageVerdict
    from automation.report.result import RunResult


def check_destination(path: Path) -> None:
    """Refuse a file that could not be written, before the run begins.

    Raises:
        UsageError: It is a folder, its folder does not exist, or permission is missing.
    """
    if path.is_dir() or not path.parent.is_dir():
        raise UsageError(
            f"{path} cannot be written: "
            + ("it is a folder" if path.is_dir() else f"there is no folder {path.parent}"),
            hint="name a file in a folder that exists",
        )
    written = path.parent if _is_replaced(path) else path
    if written.exists() and not os.access(written, os.W_OK):
        raise UsageError(
            f"{path} cannot be written: no permission to write to {written}",
            hint="name a file in a folder that you may write to",
        )


def write_document(result: RunResult, path: Path) -> None:
    """Write the result to a file, atomically, or to a device, a pipe or a link.

    A rename would replace the latter by a regular file, so they are written to directly.

    Raises:
        AutomationError: It could not be written; an existing file is unchanged.
    """
    text = json.dumps(document(result), indent=2) + "\n"
    draft = path.with_name(f"{path.name}.{os.getpid()}") if _is_replaced(path) else None
    try:
        (draft or path).write_text(text, encoding="utf-8")
        if draft:
            draft.replace(path)
    except OSError as error:
        raise AutomationError(
            f"the result could not be written to {path}: {error.strerror}",
            hint="make room, or name another file",
        ) from error
    finally:
        if draft:
            draft.unlink(missing_ok=True)


def _is_replaced(path: Path) -> bool:
    """Whether a rename may put a file at the path: nothing is there, or a regular file."""
    return not path.is_symlink() and (path.is_file() or not path.exists())


def document(result: RunResult) -> dict[str, Any]:
    """Return the result as JSON values; times are ISO 8601 in UTC, phases in seconds."""
    verdict = result.verdict
    return {
        "outcome": result.outcome,
        "error": None if result.error is None else str(result.error),
        "causes": [str(cause) for cause in verdict.causes] if verdict else [],
        "target": result.target,
        "stack": result.stack,
        "phases": {name: round(seconds, 3) for name, seconds in result.phases.items()},
        "messages": [_message(message) for message in verdict.messages] if verdict else [],
        "invocations": [_invocation(seen) for seen in verdict.invocations] if verdict else [],
        "checks": [
            {
                "name": check.name,
                "passed": check.passed,
                "expected": check.expected,
                "actual": check.actual,
            }
            for check in result.checks
        ],
        "notes": [*(verdict.notes if verdict else ()), *result.notes],
        "leftovers": list(result.leftovers or ()),
        "swept": list(result.swept),
        "versions": dict(result.versions),
    }


def _message(message: MessageVerdict) -> dict[str, Any]:
    return {
        "message_id": message.message_id,
        "body": message.body,
        "fate": message.fate,
        "receives": message.receives,
        "sent_at": message.sent_at.isoformat(),
        "received_at": [at.isoformat() for at in message.received_at],
    }


def _invocation(invocation: InvocationVerdict) -> dict[str, Any]:
    report = invocation.report
    return {
        "request_id": invocation.request_id,
        "records": invocation.records,
        "duration_ms": report and report.duration_ms,
        "billed_ms": report and report.billed_ms,
        "memory_mb": report and report.memory_mb,
        "max_memory_mb": report and report.max_memory_mb,
        "init_ms": report and report.init_ms,
    }
