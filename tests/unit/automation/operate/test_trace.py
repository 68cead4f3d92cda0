from __future__ import annotations

from datetime import timedelta

import pytest

from automation.observe.logs import read_logs
from automation.observe.observation import DeadLetter, QueueDepth
from automation.operate.trace import Trace, trace
from tests.unit.automation.report.results import BEGAN, EMPTY, events, invocation

BUSY = QueueDepth(visible=0, in_flight=1, delayed=0)
LETTER = DeadLetter(message_id="m-2", body="poison", sent_at=BEGAN)


def life(
    message_id: str, letters: tuple[DeadLetter, ...] = (), source: QueueDepth = EMPTY
) -> Trace:
    found = trace(message_id, read_logs(events()), letters, source)
    assert found is not None
    return found


def test_a_dead_letter_is_told_from_its_sending_through_each_receive_to_its_fate() -> None:
    found = life("m-2", (LETTER,))

    assert (found.sent_at, found.body, found.fate) == (BEGAN, "poison", "dead-lettered")
    assert [(each.request_id or "")[-1] for each in found.receives] == ["1", "2", "3"]
    assert [(each.at - BEGAN).total_seconds() for each in found.receives] == [0.5, 2.5, 4.5]
    assert all(each.failed for each in found.receives)
    assert [line.message for line in found.receives[2].lines] == ["FAIL m-2 receive=3"]


def test_a_message_that_was_processed_is_told_although_no_queue_knows_it() -> None:
    found = life("m-1", (LETTER,))

    assert (found.sent_at, found.fate) == (None, "processed")
    assert len(found.receives) == 1


@pytest.mark.parametrize(("source", "fate"), [(BUSY, "pending"), (EMPTY, "gone")])
def test_a_failed_message_that_is_no_dead_letter_is_pending_while_the_queue_holds_any(
    source: QueueDepth, fate: str
) -> None:
    assert life("m-2", (), source).fate == fate


def test_a_dead_letter_that_no_line_names_is_told() -> None:
    never_logged = DeadLetter(message_id="m-9", body="b", sent_at=BEGAN)

    assert life("m-9", (never_logged,)).receives == ()


def test_a_dead_letter_that_no_line_names_is_told_with_what_failed_whole_batches() -> None:
    never_logged = DeadLetter(message_id="m-9", body="b", sent_at=BEGAN)
    dead = trace("m-9", read_logs(invocation(1, RAISED)), (never_logged,), EMPTY)

    assert dead is not None
    assert dead.why == (
        "it is in the dead-letter queue; no line of the log names it; "
        "whole batches failed: ValueError: boom"
    )
    assert life("m-9", (never_logged,)).why.endswith("; no line of the log names it")


def test_nothing_is_told_of_a_message_that_nobody_knows() -> None:
    assert trace("m-9", read_logs(events()), (LETTER,), EMPTY) is None


def test_a_line_with_the_age_of_the_message_tells_when_it_was_sent() -> None:
    logs = read_logs(invocation(1, "[INFO] done m-1 receive=1 age_ms=312"))

    processed = trace("m-1", logs, (), EMPTY)

    assert processed is not None
    (receive,) = processed.receives
    assert processed.sent_at == receive.lines[0].timestamp - timedelta(milliseconds=312)


def test_a_line_before_the_first_with_the_age_is_no_obstacle() -> None:
    logs = read_logs(invocation(1, "[INFO] got m-1", "[INFO] done m-1 age_ms=312"))

    processed = trace("m-1", logs, (), EMPTY)

    assert processed is not None
    assert processed.sent_at is not None


@pytest.mark.parametrize("said", ["page_ms=312", "age_ms=", "age_ms=?", "age_ms=" + "9" * 13])
def test_what_is_no_age_tells_nothing(said: str) -> None:
    logs = read_logs(invocation(1, f"[INFO] done m-1 {said}"))

    processed = trace("m-1", logs, (), EMPTY)

    assert processed is not None
    assert processed.sent_at is None


def test_a_dead_letter_tells_when_it_was_sent_better_than_a_line() -> None:
    logs = read_logs(invocation(1, "[ERROR] FAIL m-2 receive=1 age_ms=9999"))

    dead = trace("m-2", logs, (LETTER,), EMPTY)

    assert dead is not None
    assert dead.sent_at == BEGAN


RAISED = "[ERROR] ValueError: boom\nTraceback (most recent call last):\n  in handler"


def test_a_receive_whose_whole_batch_failed_failed_too_with_the_exception() -> None:
    logs = read_logs(invocation(1, "[INFO] got m-1", RAISED))

    pending = trace("m-1", logs, (), BUSY)

    assert pending is not None
    assert pending.fate == "pending"
    (receive,) = pending.receives
    assert [line.message for line in receive.lines] == ["got m-1", "ValueError: boom"]


def test_a_message_whose_invocation_goes_on_is_not_called_processed() -> None:
    logs = read_logs(invocation(1, "[INFO] got m-1")[:-2])

    going_on = trace("m-1", logs, (), BUSY)

    assert going_on is not None
    assert (going_on.fate, going_on.why) == ("pending", "its last receive has not ended")


def test_what_the_queue_holds_leaves_a_doubt_about_a_message_without_an_error() -> None:
    doubt = "; it may still be in the source queue (1 in flight): SQS cannot say"
    assert life("m-1", (), BUSY).why.endswith(doubt)
    assert "source queue" not in life("m-1").why
