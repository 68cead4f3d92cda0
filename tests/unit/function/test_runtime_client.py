"""The function under AWS's own runtime client, in both of Lambda's log formats."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from automation.scenario.reading import TEN_HANDS, load_scenario
from tests.unit.runtime_api import LogFormat, invoke

pytest.importorskip("awslambdaric", reason="needs awslambdaric, which is installed on Linux")

TOMORROW = int((time.time() + 86_400) * 1000)  # milliseconds, as SQS: so its age is 0
FUNCTION = Path(__file__).resolve().parents[3] / "function"


@pytest.mark.parametrize("log_format", ["Text", "JSON"])
def test_the_ten_hands_are_answered_and_logged(log_format: LogFormat) -> None:
    messages = load_scenario(TEN_HANDS).messages
    records = [
        {
            "messageId": f"id-{number}",
            "body": message.body,
            "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": str(TOMORROW)},
        }
        for number, message in enumerate(messages)
    ]

    before, batch = invoke(FUNCTION, "handler.lambda_handler", [{"Records": records}], log_format)

    assert before.events == []
    assert batch.error is None
    assert batch.response == {"batchItemFailures": [{"itemIdentifier": "id-9"}]}
    assert [line_of(event, log_format) for event in batch.events] == [
        ("INFO", f"invoke request_id={batch.request_id} memory_mb=128 records=10"),
        *(
            (
                "INFO" if message.fate == "processed" else "ERROR",
                str(message.log).format(message_id=f"id-{number}", receive=1, age_ms=0),
            )
            for number, message in enumerate(messages)
        ),
    ]


def line_of(event: str, log_format: LogFormat) -> tuple[str, str]:
    """The level and the message of a log event."""
    if log_format == "JSON":
        fields = json.loads(event)
        return fields["level"], fields["message"]
    level, _time, _request_id, message = event.rstrip("\n").split("\t")
    return level.strip("[]"), message
