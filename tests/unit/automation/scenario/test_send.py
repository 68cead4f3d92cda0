from __future__ import annotations

from automation.scenario.model import Message
from automation.scenario.send import MAX_BATCH_BYTES, batches


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
