"""Logs as the emulator and AWS write them, in the folder `fixtures`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from automation.observe.logs import Logs, read_logs
from automation.observe.observation import LogEvent

# emulator-*.jsonl were recorded from the emulator, with a function that fails in every way.
# runtime-*.jsonl were recorded from AWS's own runtime client by record_logs.py.
# aws-*.jsonl were written by hand after AWS's documented formats of the platform's own events.
FIXTURES = Path(__file__).with_name("fixtures")
COLD = "4b2c9e71-03a5-4d1e-9f2e-d7c51e8a2001"  # the first invocation of aws-text.jsonl


def read_fixture(name: str) -> Logs:
    rows = [json.loads(row) for row in (FIXTURES / name).read_text(encoding="utf-8").splitlines()]
    return read_logs(
        LogEvent(
            timestamp=datetime.fromtimestamp(row["timestamp"] / 1000, UTC),
            stream=row["stream"],
            text=row["message"],
        )
        for row in rows
    )
