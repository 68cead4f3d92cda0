from __future__ import annotations

from datetime import timedelta

import pytest

from automation.observe.logs import read_logs
from automation.observe.observation import DeadLetter
from automation.operate.failures import NOT_LOGGED, explain
from tests.unit.automation.report.results import BEGAN, events, invocation


def dead(message_id: str, seconds: float = 0) -> DeadLetter:
    sent_at = BEGAN + timedelta(seconds=seconds)
    return DeadLetter(message_id=message_id, body="b", sent_at=sent_at)


def test_the_reason_is_what_the_last_error_line_about_the_message_gives() -> None:
    log = read_logs(events("[ERROR] FAIL message_id=m-7 receive=1 reason=no such user, try again"))

    (explained,) = explain([dead("m-7")], log)

    assert explained.reason == "no such user, try again"
    assert [line.request_id for line in explained.lines] == ["00000000-0000-0000-0000-000000000001"]


def test_without_a_reason_in_it_the_whole_line_is_the_reason() -> None:
    (explained,) = explain([dead("m-2")], read_logs(events()))

    assert explained.reason == "FAIL m-2 receive=3"
    assert len(explained.lines) == 3


def test_a_message_that_no_error_line_names_is_told_as_not_logged() -> None:
    (explained,) = explain([dead("m-1")], read_logs(events()))

    assert explained.reason == NOT_LOGGED
    assert [line.message for line in explained.lines] == ["done m-1 receive=1"]


@pytest.mark.parametrize(
    ("logged", "reason"),
    [
        ("[ERROR] ValueError: boom\nTraceback (most recent call last):\n  in handler", "boom"),
        ("Task timed out after 1.00 seconds", "timed out"),
    ],
)
@pytest.mark.parametrize("named", [["[INFO] got m-1"], []], ids=["named", "unnamed"])
def test_what_failed_the_whole_batch_is_the_reason(
    named: list[str], logged: str, reason: str
) -> None:
    (explained,) = explain([dead("m-1")], read_logs(invocation(1, *named, logged)))

    assert reason in explained.reason
    assert len(explained.lines) == 2 * len(named)


def test_of_several_failures_of_batches_none_is_the_reason_of_a_message_that_no_line_names() -> (
    None
):
    log = [
        *invocation(1, "Task timed out after 1.00 seconds"),
        *invocation(2, "Worker process died"),
    ]

    (explained,) = explain([dead("m-1")], read_logs(log))

    assert explained.reason == NOT_LOGGED


def test_the_oldest_dead_letter_comes_first() -> None:
    explained = explain([dead("m-3", 2), dead("m-4", 1)], read_logs(()))

    assert [each.letter.message_id for each in explained] == ["m-4", "m-3"]
