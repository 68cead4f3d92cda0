from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from automation.observe.observation import LogEvent
from automation.operate.failures import Selection
from automation.operate.redrive import Redrive, Redriven, RedriveOptions, entry_of
from automation.support.errors import Interrupted
from tests.unit.automation.operate.queues import OUTPUTS, Queues, letter, refusal

BEGAN = datetime(2026, 4, 15, 10, 0, 1, tzinfo=UTC)
MANY = [f"body {number}" for number in range(25)]


def log(*texts: str) -> Callable[[datetime], list[LogEvent]]:
    events = [LogEvent(timestamp=BEGAN, stream="s", text=text) for text in texts]
    return lambda _since: events


def redriven(
    queues: Any, *texts: str, pause: Callable[[float], None] = lambda _: None, **options: Any
) -> list[Redriven]:
    rate, dry_run = options.pop("rate", None), options.pop("dry_run", False)
    wanted = RedriveOptions(selection=Selection(**options), rate=rate, dry_run=dry_run)
    return list(Redrive(queues, OUTPUTS, log(*texts), wanted, pause).go())


def told(results: list[Redriven]) -> list[tuple[str, str]]:
    return [(each.failure.letter.message_id, each.outcome) for each in results]


def test_every_dead_letter_is_moved_and_told_with_its_new_id() -> None:
    queues = Queues.of(*MANY)

    results = redriven(queues)

    assert told(results) == [(f"m-{n}", "redriven") for n in range(1, 26)]
    assert len({each.message_id for each in results}) == 25
    assert queues.letters == {}
    assert [each["MessageBody"] for each in queues.source] == MANY


def test_a_message_is_sent_before_it_is_deleted() -> None:
    queues = Queues.of("a")
    redriven(queues)
    assert [each for each in queues.calls if each in {"send", "delete"}] == ["send", "delete"]


@pytest.mark.parametrize("moment", ["strike", "after"])
@pytest.mark.parametrize("number", range(9))
def test_a_crash_at_any_call_loses_nothing_and_duplicates_one_batch_at_most(
    moment: str, number: int
) -> None:
    class Crash(BaseException):
        pass

    def crash(at: int, _name: str) -> None:
        if at == number:
            raise Crash

    queues = Queues.of(*MANY)
    setattr(queues, moment, crash)
    try:
        redriven(queues)
    except Crash:
        queues.strike = queues.after = lambda _number, _name: None

    after_the_crash = queues.bodies()
    assert set(after_the_crash) == set(MANY)
    assert sum(after_the_crash.values()) <= len(MANY) + 10
    queues.hidden.clear()  # the visibility timeout passes
    redriven(queues)  # and it can be run again
    assert queues.letters == {}
    assert set(queues.bodies()) == set(MANY)


def test_an_interrupt_lets_the_batch_that_was_sent_be_deleted(
    interrupt: Callable[[], None],
) -> None:
    def strike(_number: int, name: str) -> None:
        if name == "send":
            interrupt()

    queues = Queues.of(*MANY)
    queues.after = strike

    with pytest.raises(Interrupted):
        redriven(queues)

    assert queues.bodies() == Counter(MANY)  # no duplicate
    assert len(queues.letters) == 15
    assert not queues.hidden & set(queues.letters)


@pytest.mark.parametrize("moment", ["reading", "parsing", "selecting"])
def test_an_interrupt_ends_the_work_on_the_log_at_once_and_moves_nothing(
    moment: str, interrupt: Callable[[], None]
) -> None:
    passed: list[str] = []

    def reach(name: str) -> None:
        if name == moment:
            interrupt()
        passed.append(name)

    class Body:
        def search(self, _text: str) -> None:
            reach("selecting")

    def parsed() -> Iterator[LogEvent]:
        reach("parsing")
        yield from ()

    def read_log(_since: datetime) -> Any:
        reach("reading")
        return parsed()

    queues = Queues.of("a", "b")
    wanted = RedriveOptions(selection=Selection(body=cast("Any", Body())))
    with pytest.raises(Interrupted):
        list(Redrive(cast("Any", queues), OUTPUTS, read_log, wanted).go())

    assert moment not in passed
    assert queues.calls == ["receive", "release"]
    assert set(queues.letters) == {"m-1", "m-2"}
    assert not queues.hidden


def test_what_the_source_queue_refuses_stays_a_dead_letter_and_can_be_received_again() -> None:
    queues = Queues.of("good", "bad")
    queues.refuses = {"bad"}

    results = redriven(queues)

    assert told(results) == [("m-1", "redriven"), ("m-2", "refused")]
    assert "TooBad" in results[1].why
    assert list(queues.letters) == ["m-2"]
    assert "m-2" not in queues.hidden


def test_what_cannot_be_deleted_is_told_as_a_duplicate_and_is_not_sent_twice() -> None:
    queues = Queues.of("a", "b")
    queues.undeletable = {"m-1"}

    def reappears(_number: int, name: str) -> None:
        if name == "delete":  # its visibility timeout is over
            queues.hidden.discard("m-1")

    queues.after = reappears
    results = redriven(queues)

    assert told(results) == [("m-1", "duplicated"), ("m-2", "redriven")]
    assert queues.bodies() == Counter(a=2, b=1)


def test_a_delete_that_is_denied_is_told_for_each_message() -> None:
    queues = Queues.of("a", "b")

    def denied(_number: int, name: str) -> None:
        if name == "delete":
            raise refusal()

    queues.strike = denied
    results = redriven(queues)

    assert {each.outcome for each in results} == {"duplicated"}
    assert all("AccessDenied" in each.why for each in results)


def test_what_fails_again_meanwhile_is_not_moved_twice() -> None:
    queues = Queues.of("a", "poison")

    def fails_again(entry: dict[str, Any]) -> None:
        if entry["MessageBody"] == "poison":
            queues.letters["new-1"] = letter("new-1", "poison")

    queues.consumer = fails_again
    results = redriven(queues)

    assert told(results) == [("m-1", "redriven"), ("m-2", "redriven")]
    assert list(queues.letters) == ["new-1"]


FAILS = (
    "[ERROR] FAIL message_id=m-1 receive=3 reason=too long",
    "[ERROR] FAIL message_id=m-2 receive=3 reason=wrong type",
)


@pytest.mark.parametrize(
    ("options", "moved"),
    [
        ({"ids": frozenset({"m-2"})}, ["m-2"]),
        ({"body": re.compile("^b")}, ["m-2", "m-3"]),
        ({"reason": re.compile("long")}, ["m-1"]),
        ({"reason": re.compile("not logged")}, ["m-3"]),
        ({"reason": re.compile("t"), "body": re.compile("b1")}, ["m-2"]),
        ({"ids": frozenset({"m-9"})}, []),
    ],
)
def test_only_what_matches_every_filter_is_moved(options: dict[str, Any], moved: list[str]) -> None:
    queues = Queues.of("a", "b1", "b2")

    results = redriven(queues, *FAILS, **options)

    assert told(results) == [(each, "redriven") for each in moved]
    assert set(queues.letters) == {"m-1", "m-2", "m-3"} - set(moved)
    assert not queues.hidden & set(queues.letters)  # the others are visible at once


def test_a_dry_run_moves_nothing_and_leaves_everything_visible() -> None:
    queues = Queues.of("a", "b")

    results = redriven(queues, *FAILS, dry_run=True, rate=1.0, pause=no_pause)

    assert told(results) == [("m-1", "selected"), ("m-2", "selected")]
    assert [each.failure.reason for each in results] == ["too long", "wrong type"]
    assert set(queues.letters) == {"m-1", "m-2"}
    assert not queues.hidden
    assert not queues.source


def no_pause(_seconds: float) -> None:
    raise AssertionError("a dry run has no rate")


@pytest.mark.parametrize(("rate", "pauses"), [(2.0, [1.0] * 12 + [0.5]), (0.5, [2.0] * 25)])
def test_a_rate_is_kept_by_pauses(rate: float, pauses: list[float]) -> None:
    queues = Queues.of(*MANY)
    paused: list[float] = []

    redriven(queues, rate=rate, pause=paused.append)

    assert paused == pauses


def test_a_message_is_sent_again_with_all_that_its_sender_gave_it() -> None:
    attributes = {"kind": {"DataType": "String", "StringValue": "cash"}}
    received: Any = letter(
        "m-1",
        "b",
        MessageAttributes=attributes,
        Attributes={
            "MessageGroupId": "table 1",
            "AWSTraceHeader": "Root=1",
            "ApproximateReceiveCount": "4",
        },
    )

    assert entry_of("0", received) == {
        "Id": "0",
        "MessageBody": "b",
        "MessageAttributes": attributes,
        "MessageGroupId": "table 1",
        "MessageSystemAttributes": {
            "AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1"}
        },
    }


def test_a_fifo_queue_does_not_drop_what_is_redriven_soon_after_it_was_sent() -> None:
    """SQS accepts and drops a message whose deduplication id it saw in the last five minutes."""
    attributes = {"MessageGroupId": "g", "MessageDeduplicationId": "d-1"}
    once, again, other = (
        entry_of("0", cast("Any", letter(message_id, "b", Attributes=attributes)))
        for message_id in ("m-1", "m-1", "m-2")
    )

    assert once["MessageDeduplicationId"] != "d-1"
    assert once["MessageDeduplicationId"] == again["MessageDeduplicationId"]
    assert once["MessageDeduplicationId"] != other["MessageDeduplicationId"]
