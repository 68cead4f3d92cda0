"""Converts Lambda's JSON log format to its text format, so that one parser reads both."""

from __future__ import annotations

import json
from typing import Any

# The metrics of a REPORT line, in order: label, key in platform.report's metrics, unit.
_REPORT_METRICS = (
    ("Duration", "durationMs", "ms"),
    ("Billed Duration", "billedDurationMs", "ms"),
    ("Memory Size", "memorySizeMB", "MB"),
    ("Max Memory Used", "maxMemoryUsedMB", "MB"),
    ("Init Duration", "initDurationMs", "ms"),
)


def json_as_text(text: str) -> list[str]:
    """Convert one event to lines of the text format.

    Converts platform.start, platform.report, a platform.initReport of a failure, the lines and
    uncaught exceptions that AWS's Python runtime logs, and the lines of Powertools.

    Returns:
        The lines; an empty list when the event is none of these.
    """
    event = _parsed(text)
    match event:
        case {"type": "platform.start", "record": {"requestId": str(request_id)}}:
            return [f"START RequestId: {request_id} Version: {event['record'].get('version')}"]
        case {"type": "platform.report", "record": {"requestId": str(), "metrics": dict()}}:
            return _report(event["record"])
        case {"type": "platform.initReport", "record": {"status": "error" | "timeout" as status}}:
            return [f"INIT_REPORT Status: {status}"]
        case {"level": str(), "message": str(message)}:
            return [_logged(event, event["level"], message)]
        case {"errorType": str(kind), "errorMessage": str(message)}:
            return [_logged(event, "ERROR", f"{kind}: {message}")]
    return []


def _parsed(text: str) -> Any:
    if not text.startswith("{"):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None  # a text line that starts with a brace


def _report(record: dict[str, Any]) -> list[str]:
    """END and REPORT. The event for END alone (platform.runtimeDone) is logged at DEBUG only."""
    request_id, metrics = record["requestId"], record["metrics"]
    metric_texts = [
        f"{label}: {metrics[key]} {unit}" for label, key, unit in _REPORT_METRICS if key in metrics
    ]
    end_and_report = [
        f"END RequestId: {request_id}",
        "\t".join((f"REPORT RequestId: {request_id}", *metric_texts)),
    ]
    if (status := record.get("status", "success")) == "success":
        return end_and_report
    return [f"RequestId: {request_id} Error: {record.get('errorType', status)}", *end_and_report]


def _logged(event: dict[str, Any], level: str, message: str) -> str:
    request_id = event.get("requestId") or event.get("function_request_id") or ""
    prefix = f"[{level}]\t{event.get('timestamp')}\t{request_id}"
    return "\n".join((f"{prefix}\t{message}", *event.get("stackTrace", ())))
