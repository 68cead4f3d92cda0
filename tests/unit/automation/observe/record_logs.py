"""Records what AWS's own runtime client logs, in both of Lambda's log formats.

    python -m tests.unit.automation.observe.record_logs

writes ``fixtures/runtime-text.jsonl`` and ``fixtures/runtime-json.jsonl``. Run it from the
checkout's root after an upgrade of awslambdaric, and review the diff. The platform's own events
(START, END, REPORT) are not the client's: they are written after AWS's documentation.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from automation.scenario.reading import TEN_HANDS, load_scenario
from tests.unit.runtime_api import Invocation, LogFormat, invoke

FIXTURES = Path(__file__).with_name("fixtures")
FUNCTION = Path(__file__).resolve().parents[4] / "function"
ON_AWS = "/var/task"  # where Lambda puts a function's files
BEGAN = 1_776_247_200_000  # milliseconds
REPORT = "Duration: 2.10 ms\tBilled Duration: 3 ms\tMemory Size: 128 MB\tMax Memory Used: 42 MB"
FAILING = """
import logging

log = logging.getLogger()

def lambda_handler(event, context):
    if event == "warn":
        log.warning("two\\nlines")
    if event == "print":
        print("printed")
        print("{not JSON}")
    if event == "catch":
        try:
            {}["x"]
        except KeyError:
            log.exception("caught it")
    if event == "raise":
        raise ValueError("boom")
"""


def runs(log_format: LogFormat) -> Iterator[tuple[Path, list[Invocation]]]:
    """Run this project's function, one that fails in every way, and one that cannot be imported."""
    records = [
        {
            "messageId": f"id-{number}",
            "body": message.body,
            "attributes": {"ApproximateReceiveCount": "1"},
        }
        for number, message in enumerate(load_scenario(TEN_HANDS).messages[-2:], start=1)
    ]
    yield FUNCTION, invoke(FUNCTION, "handler.lambda_handler", [{"Records": records}], log_format)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "failing.py").write_text(FAILING)
        does = ["warn", "print", "catch", "raise"]
        yield folder, invoke(folder, "failing.lambda_handler", does, log_format)
        yield folder, invoke(folder, "not_there.lambda_handler", [], log_format)


def with_platform(invocation: Invocation, log_format: LogFormat) -> list[str]:
    """An invocation's events, among the platform's."""
    request_id, failed = invocation.request_id, invocation.error is not None
    if not request_id:
        return invocation.events
    if log_format == "Text":
        status = "\tStatus: error" if failed else ""
        return [
            f"START RequestId: {request_id} Version: $LATEST\n",
            *invocation.events,
            f"END RequestId: {request_id}\n",
            f"REPORT RequestId: {request_id}\t{REPORT}{status}\t\n",
        ]
    metrics = {"durationMs": 2.1, "billedDurationMs": 3, "memorySizeMB": 128, "maxMemoryUsedMB": 42}
    status = "error" if failed else "success"
    start = {"requestId": request_id, "version": "$LATEST"}
    report = {"requestId": request_id, "metrics": metrics, "status": status}
    return [
        json.dumps({"type": "platform.start", "record": start}),
        *invocation.events,
        json.dumps({"type": "platform.report", "record": report}),
    ]


def record(log_format: LogFormat) -> None:
    rows: list[str] = []
    for stream, (folder, invocations) in enumerate(runs(log_format), start=1):
        for invocation in invocations:
            for event in with_platform(invocation, log_format):
                message = event.replace(str(folder), ON_AWS)
                row = {"stream": f"{stream}", "timestamp": BEGAN + len(rows), "message": message}
                rows.append(json.dumps(row) + "\n")
    (FIXTURES / f"runtime-{log_format.lower()}.jsonl").write_text("".join(rows), encoding="utf-8")


if __name__ == "__main__":
    record("Text")
    record("JSON")
