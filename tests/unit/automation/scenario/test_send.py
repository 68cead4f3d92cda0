from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from automation.scenario import send
from automation.scenario.model import Message
from automation.scenario.send import (
    MAX_BATCH_BYTES,
    Refused,
    Sent,
    deliver,
    entry_for,
    send_messages,
    size_of,
    split,
)
from automation.support.errors import ObserveError
from tests.unit.automation.scenario.partial_sqs import BUSY, WRONG, PartialSqs


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send, "RETRY_EVERY", 0.0)


def delivered_by(sqs: Any, *bodies: str) -> list[Sent | Refused]:
    return [each for batch in deliver(sqs, "http://q", messages(*bodies)) for each in batch]


def test_what_sqs_refuses_in_part_is_sent_again_alone_and_keeps_its_place() -> None:
    sqs = PartialSqs(b=[BUSY, BUSY, None])

    results = delivered_by(sqs, "a", "b", "c")

    assert [each.message.body for each in results] == ["a", "b", "c"]
    assert [each.message_id for each in results if isinstance(each, Sent)] == [
        "id of a",
        "id of b",
        "id of c",
    ]
    assert sqs.requests == [["a", "b", "c"], ["b"], ["b"]]


def test_a_message_at_fault_itself_is_not_sent_again_and_the_others_are_sent() -> None:
    sqs = PartialSqs(b=[WRONG])

    a, b, c = delivered_by(sqs, "a", "b", "c")

    assert isinstance(a, Sent)
    assert isinstance(c, Sent)
    assert isinstance(b, Refused)
    assert "InvalidMessageContents" in b.reason
    assert len(sqs.requests) == 1


def test_what_sqs_refuses_for_too_long_is_told_as_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send, "RETRY_WITHIN", 0.0)

    _, b = delivered_by(PartialSqs(b=[BUSY] * 99), "a", "b")

    assert isinstance(b, Refused)
    assert "ThrottlingException" in b.reason


def test_a_scenario_of_which_a_message_is_refused_is_an_error_that_counts_it() -> None:
    sqs: Any = PartialSqs(b=[WRONG])

    with pytest.raises(ObserveError, match="refused message 2 of 3: InvalidMessageContents"):
        send_messages(sqs, "http://q", messages("a", "b", "c"))


def messages(*bodies: str) -> list[Message]:
    return [Message(body=body, fate="processed", log="ok") for body in bodies]


def sizes(*bodies: str) -> list[int]:
    return [len(batch) for batch in split(messages(*bodies), size_of)]


def test_ten_messages_go_in_one_batch_and_the_eleventh_in_the_next() -> None:
    assert sizes(*"abcdefghij") == [10]
    assert sizes(*"abcdefghijk") == [10, 1]


def test_a_batch_holds_no_more_bytes_than_sqs_takes() -> None:
    half = "x" * (MAX_BATCH_BYTES // 2)

    assert sizes(half, half, "y") == [2, 1]
    assert sizes(half, half + "x", "y") == [1, 2]


def test_bytes_are_counted_not_characters() -> None:
    half_in_two_byte_characters = "é" * (MAX_BATCH_BYTES // 4)

    assert sizes(half_in_two_byte_characters, half_in_two_byte_characters, "y") == [2, 1]


def test_batches_keep_the_order_of_messages() -> None:
    bodies = [str(number) for number in range(25)]

    assert [m.body for batch in split(messages(*bodies), size_of) for m in batch] == bodies


class Sqs:
    """Accepts every batch after some retries; its clock may differ from this machine's."""

    def __init__(self, *, retries: int = 0, ahead: timedelta = timedelta()) -> None:
        self._retries = retries
        self._ahead = ahead

    def send_message_batch(self, **asked: Any) -> Any:
        return {
            "Successful": [
                {"Id": entry["Id"], "MessageId": f"m-{entry['Id']}"} for entry in asked["Entries"]
            ],
            "ResponseMetadata": {
                "RetryAttempts": self._retries,
                "HTTPHeaders": {"date": format_datetime(datetime.now(UTC) + self._ahead)},
            },
        }


def sent_by(sqs: Any, *bodies: str) -> tuple[Sent, ...]:
    return send_messages(sqs, "the queue", messages(*bodies))


@pytest.mark.parametrize("retries", [0, 2])
def test_a_message_knows_how_often_its_request_was_sent_again(retries: int) -> None:
    assert [each.retries for each in sent_by(Sqs(retries=retries), "a", "b")] == [retries] * 2


@pytest.mark.parametrize("hours", [-1, 0, 1])
def test_the_time_of_a_send_is_by_the_clock_of_the_service(hours: int) -> None:
    before = datetime.now(UTC) + timedelta(hours=hours)
    (sent,) = sent_by(Sqs(ahead=timedelta(hours=hours)), "a")
    assert (
        before - timedelta(seconds=2) < sent.sent_at <= datetime.now(UTC) + timedelta(hours=hours)
    )


def test_the_time_of_a_send_has_whole_milliseconds_like_a_sent_timestamp() -> None:
    assert [each.sent_at.microsecond % 1000 for each in sent_by(Sqs(), *"abcdefghijk")] == [0] * 11


def test_the_time_of_a_send_is_that_of_its_first_try(monkeypatch: pytest.MonkeyPatch) -> None:
    class Late(datetime):
        """A clock on which each try takes a minute."""

        @classmethod
        def now(cls, tz: Any = None) -> Any:
            moments.append(moments[-1] + timedelta(minutes=1))
            return moments[-1].astimezone(tz)

    began = datetime.now(UTC).replace(microsecond=123_000)
    moments = [began - timedelta(minutes=1)]
    monkeypatch.setattr("automation.scenario.send.datetime", Late)
    (sent,) = sent_by(Sqs(ahead=timedelta(minutes=1)), "a")
    assert sent.sent_at == began


FIFO = "http://127.0.0.1:1/000000000000/orders.fifo"
STANDARD = "http://127.0.0.1:1/000000000000/orders"


def of_group(group: str, deduplication_id: str | None = None) -> Message:
    return Message(
        body="x",
        fate="processed",
        log="ok",
        message_group_id=group,
        message_deduplication_id=deduplication_id,
    )


def deduplication_id(message: Message, run: str, number: int) -> str:
    return entry_for("0", message, FIFO, run=run, number=number)["MessageDeduplicationId"]


def test_a_message_for_a_fifo_queue_has_its_group_and_an_id_of_its_own() -> None:
    message = of_group("a")

    sent = entry_for("0", message, FIFO, run="r", number=1)

    assert sent["MessageGroupId"] == "a"
    assert len(sent["MessageDeduplicationId"]) <= 128
    assert deduplication_id(message, "r", 1) != deduplication_id(message, "r", 2)


def test_a_deduplication_id_makes_duplicates_within_a_run_and_not_of_another_runs_messages() -> (
    None
):
    one, same = of_group("a", "7"), of_group("b", "7")

    assert deduplication_id(one, "r", 1) == deduplication_id(same, "r", 2)
    assert deduplication_id(one, "r", 1) != deduplication_id(one, "another", 1)
    assert deduplication_id(one, "r", 1) != deduplication_id(of_group("a", "8"), "r", 1)


def test_a_standard_queue_gets_no_deduplication_id() -> None:
    sent = entry_for("0", of_group("a", "7"), STANDARD, run="r", number=1)

    assert "MessageDeduplicationId" not in sent
    assert sent["MessageGroupId"] == "a"


def test_attributes_are_sent_as_text_or_numbers_and_count_as_bytes() -> None:
    message = replace(of_group("a"), message_attributes={"source": "web", "priority": 2})

    sent = entry_for("0", message, STANDARD, run="r", number=1)

    assert sent["MessageAttributes"] == {
        "source": {"DataType": "String", "StringValue": "web"},
        "priority": {"DataType": "Number", "StringValue": "2"},
    }
    assert size_of(message) == len("x" + "sourcewebString" + "priority2Number")
