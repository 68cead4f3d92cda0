from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from automation.observe.logs import read_logs
from automation.observe.observation import LogEvent
from automation.operate.rows import LATE, Filter, Tail, rows_of
from tests.unit.automation.observe.recorded import COLD, read_fixture
from tests.unit.automation.report.results import BEGAN, events

ALL = Filter()


def texts(wanted: Filter = ALL, *extra: str) -> list[str]:
    return [row.text for row in rows_of(read_logs(events(*extra)), wanted)]


def test_the_lines_of_the_platform_are_one_row_where_the_invocation_ended() -> None:
    took = "took 8.21 ms, billed 9 ms, 42 of 128 MB"
    assert texts() == [
        *("got 2 records", "done m-1 receive=1", "FAIL m-2 receive=1", took),
        *("got 1 records", "FAIL m-2 receive=2", took),
        *("got 1 records", "FAIL m-2 receive=3", took),
    ]


def test_a_cold_start_on_aws_is_told_with_its_duration() -> None:
    rows = rows_of(read_fixture("aws-text.jsonl"), Filter(request_id=COLD[:8]))

    assert [row.text for row in rows if row.level == "INVOCATION"] == [
        "took 8.21 ms, billed 195 ms, 42 of 128 MB, cold start 186.53 ms"
    ]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(level="ERROR"), [f"FAIL m-2 receive={n}" for n in (1, 2, 3)]),
        (Filter(level="WARNING", message_id="m-1"), []),
        (Filter(message_id="m-1"), ["done m-1 receive=1"]),
        (
            Filter(request_id="00000000-0000-0000-0000-000000000002"),
            ["got 1 records", "FAIL m-2 receive=2", "took 8.21 ms, billed 9 ms, 42 of 128 MB"],
        ),
        (Filter(request_id="ffff"), []),
    ],
)
def test_only_the_lines_that_match_every_filter_are_shown(
    wanted: Filter, expected: list[str]
) -> None:
    assert texts(wanted) == expected


def test_a_traceback_is_shown_with_its_line_and_found_by_what_it_contains() -> None:
    trace = ("[ERROR] boom", "Traceback (most recent call last):", "KeyError: 'm-9'")

    assert texts(Filter(message_id="m-9"), *trace) == [
        "boom",
        "Traceback (most recent call last):",
        "KeyError: 'm-9'",
    ]


class Growing:
    """A log that grows: what arrived so far, read since a time."""

    def __init__(self) -> None:
        self.events: list[LogEvent] = []

    def add(self, seconds: float, *texts: str) -> None:
        at = BEGAN + timedelta(seconds=seconds)
        self.events += [LogEvent(timestamp=at, stream="s", text=text) for text in texts]

    def __call__(self, since: datetime) -> Sequence[LogEvent]:
        skew = timedelta(seconds=2)  # as `Observer.log_events` on AWS
        return [event for event in self.events if event.timestamp >= since - skew]


def fresh(tail: Tail) -> list[str]:
    return [row.text for row in tail.fresh()]


def test_each_row_of_a_growing_log_is_shown_once() -> None:
    log = Growing()
    tail = Tail(log, BEGAN, ALL)
    log.add(1, "[INFO] one", "[INFO] one")
    assert fresh(tail) == ["one", "one"]
    assert fresh(tail) == []
    log.add(1, "[INFO] one")  # the same text again is a line of its own
    log.add(2, "[INFO] two")
    assert fresh(tail) == ["one", "two"]
    log.add(500, "[INFO] three")
    assert fresh(tail) == ["three"]
    log.add(501, "[INFO] four")
    assert fresh(tail) == ["four"]
    assert fresh(tail) == []


def test_an_event_that_arrives_late_is_shown() -> None:
    log = Growing()
    tail = Tail(log, BEGAN, ALL)
    log.add(100, "[INFO] later")
    assert fresh(tail) == ["later"]
    log.add(101 - LATE.total_seconds(), "[INFO] earlier")
    assert fresh(tail) == ["earlier"]


def test_a_line_long_after_its_start_still_belongs_to_its_invocation() -> None:
    log = Growing()
    tail = Tail(log, BEGAN, Filter(request_id=COLD))
    log.add(1, f"START RequestId: {COLD} Version: $LATEST")
    assert fresh(tail) == []
    for minute in range(1, 15):
        log.add(60 * minute, f"[INFO] minute {minute}")
        assert fresh(tail) == [f"minute {minute}"]


def test_what_was_logged_before_the_time_is_not_shown() -> None:
    log = Growing()
    log.add(0, "[INFO] before")
    log.add(2, "[INFO] after")

    assert fresh(Tail(log, BEGAN + timedelta(seconds=1), ALL)) == ["after"]


def test_times_are_in_utc() -> None:
    assert {row.timestamp.tzinfo for row in rows_of(read_logs(events()), ALL)} == {UTC}
