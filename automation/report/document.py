"""The result of a run as JSON: what the terminal shows, for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from automation.operate.usage import counted_bytes

if TYPE_CHECKING:
    from automation.judge.verdict import InvocationVerdict, MessageVerdict
    from automation.report.result import RunResult


def document_text(result: RunResult) -> str:
    """Return the result as the text of a JSON file."""
    return json.dumps(document(result), indent=2) + "\n"


def document(result: RunResult) -> dict[str, Any]:
    """Return the result as JSON values; times are ISO 8601 in UTC, phases in seconds."""
    verdict = result.verdict
    return {
        "outcome": result.outcome,
        "error": None if result.error is None else str(result.error),
        "causes": [str(cause) for cause in verdict.causes] if verdict else [],
        "project": result.project,
        "target": result.target,
        "stack": result.stack,
        "scenario": result.scenario,
        "settings": None if result.settings is None else asdict(result.settings),
        "started_at": result.started_at.isoformat(),
        "phases": {name: round(seconds, 3) for name, seconds in result.phases.items()},
        "messages": [_message(message) for message in verdict.messages] if verdict else [],
        "invocations": [_invocation(seen) for seen in verdict.invocations] if verdict else [],
        "log_bytes": counted_bytes(result.events),
        "checks": [
            {
                "name": check.name,
                "passed": check.passed,
                "status": result.status(check),
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
        "reason": message.reason,
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
