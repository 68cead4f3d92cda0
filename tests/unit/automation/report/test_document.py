from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from types import UnionType
from typing import Any

import pytest

from automation.report.document import document, document_text
from automation.report.result import RunResult
from automation.support.errors import EngineFailedError, Interrupted, UsageError
from tests.unit.automation.report.results import BEGAN, PASSED, failed

KEYS: dict[str, type] = {
    "outcome": str,
    "project": str,
    "started_at": str,
    "target": str,
    "stack": str,
    "phases": dict,
    "messages": list,
    "invocations": list,
    "checks": list,
    "leftovers": list,
    "versions": dict,
}
OUR_OWN: dict[str, type | UnionType] = {
    "error": str | None,
    "causes": list,
    "notes": list,
    "settings": dict | None,
    "project": str,
    "swept": list,
    "log_bytes": int,
    "scenario": str,
}

NOTHING = replace(PASSED, verdict=None, events=(), log_group=None, leftovers=None, description="")


def written(result: RunResult) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(document_text(result))
    return value


@pytest.mark.parametrize("result", [PASSED, failed(), NOTHING], ids=["passed", "failed", "none"])
def test_has_the_keys_that_its_readers_were_promised_with_their_types(result: RunResult) -> None:
    made = document(result)

    assert set(made) == set(KEYS) | set(OUR_OWN)
    for key, kind in KEYS.items() | OUR_OWN.items():
        assert isinstance(made[key], kind), key


def test_tells_of_each_message_where_it_ended_and_when_it_was_received() -> None:
    assert written(PASSED)["messages"] == [
        {
            "message_id": "m-1",
            "body": '{"n": 1}',
            "fate": "processed",
            "reason": None,
            "receives": 1,
            "sent_at": "2026-04-15T10:00:00+00:00",
            "received_at": ["2026-04-15T10:00:00.500000+00:00"],
        },
        {
            "message_id": "m-2",
            "body": "poison",
            "fate": "dead-lettered",
            "reason": "FAIL m-2 receive=3",
            "receives": 3,
            "sent_at": "2026-04-15T10:00:00+00:00",
            "received_at": [
                "2026-04-15T10:00:00.500000+00:00",
                "2026-04-15T10:00:02.500000+00:00",
                "2026-04-15T10:00:04.500000+00:00",
            ],
        },
    ]


def test_every_time_is_iso_8601_in_utc() -> None:
    for message in written(PASSED)["messages"]:
        for text in (message["sent_at"], *message["received_at"]):
            time = datetime.fromisoformat(text)
            assert time.utcoffset() == timedelta(0)
            assert time >= BEGAN


def test_tells_of_each_invocation_what_its_report_says() -> None:
    first, second, third = written(PASSED)["invocations"]

    assert first == {
        "request_id": "00000000-0000-0000-0000-000000000001",
        "records": 2,
        "duration_ms": 8.21,
        "billed_ms": 9,
        "memory_mb": 128,
        "max_memory_mb": 42,
        "init_ms": None,
    }
    assert [second["records"], third["records"]] == [1, 1]


def test_tells_of_each_check_what_was_expected_and_seen() -> None:
    result = failed()

    checks = written(result)["checks"]

    assert [check["name"] for check in checks if not check["passed"]] == ["processed"]
    assert checks == [
        {
            "name": check.name,
            "passed": check.passed,
            "status": "passed" if check.passed else "failed",
            "expected": check.expected,
            "actual": check.actual,
        }
        for check in result.checks
    ]


def test_names_what_is_left_and_what_stopped_the_run() -> None:
    stopped = replace(
        PASSED, leftovers=("queue q",), error=EngineFailedError("it broke", hint="fix it")
    )

    told = written(stopped)

    assert told["leftovers"] == ["queue q"]
    assert told["error"] == "it broke"
    assert told["outcome"] == "error"


def test_phases_are_seconds_with_their_total() -> None:
    assert written(PASSED)["phases"] == {"set up": 0.123, "deploy": 2.5, "total": 2.7}


def test_a_body_of_any_characters_comes_back_unchanged() -> None:
    verdict = PASSED.verdict
    assert verdict is not None
    body = "\x1b[2J \ud800 \u2028 é \n"
    messages = tuple(replace(message, body=body) for message in verdict.messages)

    told = written(replace(PASSED, verdict=replace(verdict, messages=messages)))

    assert [message["body"] for message in told["messages"]] == [body, body]


@pytest.mark.parametrize(
    ("result", "outcome", "exit_code"),
    [
        pytest.param(PASSED, "passed", 0, id="every check passed"),
        pytest.param(replace(PASSED, leftovers=None), "passed", 0, id="kept, so not looked for"),
        pytest.param(failed(), "failed", 1, id="a check failed"),
        pytest.param(replace(PASSED, leftovers=("queue q",)), "failed", 1, id="something left"),
        pytest.param(replace(PASSED, error=EngineFailedError("x")), "error", 3, id="an error"),
        pytest.param(replace(failed(), error=EngineFailedError("x")), "error", 3, id="both"),
        pytest.param(replace(NOTHING, error=UsageError("x")), "error", 2, id="a wrong argument"),
        pytest.param(
            replace(PASSED, error=Interrupted(2, "SIGINT")), "interrupted", 130, id="Ctrl-C"
        ),
        pytest.param(
            replace(failed(), error=Interrupted(15, "SIGTERM")), "interrupted", 143, id="SIGTERM"
        ),
    ],
)
def test_what_a_run_came_to_is_told_alike_by_outcome_and_exit_code(
    result: RunResult, outcome: str, exit_code: int
) -> None:
    assert result.outcome == outcome
    assert document(result)["outcome"] == outcome
    assert result.exit_code == exit_code


def test_a_run_that_ended_without_having_proved_anything_has_not_passed() -> None:
    assert replace(NOTHING, error=None).outcome != "passed"
