from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from automation.scenario.model import Message
from automation.scenario.send import MAX_BATCH_BYTES, Sent, batches, send_messages


def messages(*bodies: str) -> list[Message]:
    return [Message(body=body, fate="processed", log="ok") for body in bodies]


def sizes(*bodies: str) -> list[int]:
    return [len(batch) for batch in batches(messages(*bodies))]


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


def test_the_order_is_kept() -> None:
    bodies = [str(number) for number in range(25)]

    assert [m.body for batch in batches(messages(*bodies)) for m in batch] == bodies


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


def test_the_time_of_a_send_is_that_of_its_first_try(monkeypatch: pytest.MonkeyPatch) -> None:
    class Late(datetime):
        """A clock on which each try takes a minute."""

        @classmethod
        def now(cls, tz: Any = None) -> Any:
            moments.append(moments[-1] + timedelta(minutes=1))
            return moments[-1].astimezone(tz)

    began = datetime.now(UTC)
    moments = [began - timedelta(minutes=1)]
    monkeypatch.setattr("automation.scenario.send.datetime", Late)
    (sent,) = sent_by(Sqs(ahead=timedelta(minutes=1)), "a")
    assert sent.sent_at == began
