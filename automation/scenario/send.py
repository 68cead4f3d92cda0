"""Sending a scenario's messages to the queue of a stack."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from automation.support.errors import ObserveError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import SendMessageBatchResultTypeDef

    from automation.scenario.model import Message

BATCH = 10  # messages: SQS's limit of one SendMessageBatch
CLOCK_TOLERANCE = timedelta(
    seconds=2
)  # between two clocks that are both right, and told in seconds
BATCH_BYTES = 1_048_576  # of all bodies in one batch: SQS's limit, the same as for one message


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A message of the scenario that SQS took.

    Attributes:
        message_id: SQS's id of it.
        sent_at: When it was handed to SQS, not later than SQS's own SentTimestamp.
        message: What was sent, and what must become of it.
    """

    message_id: str
    sent_at: datetime
    message: Message


def send_messages(sqs: SQSClient, queue_url: str, messages: Sequence[Message]) -> tuple[Sent, ...]:
    """Send all messages, in order, in as few calls as SQS allows.

    Raises:
        ObserveError: SQS refused one; those before it are on their way.
    """
    sent: list[Sent] = []
    for batch in batches(messages):
        before = datetime.now(UTC)
        answer = sqs.send_message_batch(
            QueueUrl=queue_url,
            Entries=[
                {"Id": str(place), "MessageBody": message.body}
                for place, message in enumerate(batch)
            ],
        )
        for failure in answer.get("Failed", []):
            message = batch[int(failure["Id"])]
            raise ObserveError(
                f"SQS refused message {messages.index(message) + 1} of {len(messages)}: "
                f"{failure['Code']}: {failure.get('Message', '')}"
            )
        ids = {entry["Id"]: entry["MessageId"] for entry in answer["Successful"]}
        sent_at = on_servers_clock(before, answer)
        sent += [
            Sent(message_id=ids[str(place)], sent_at=sent_at, message=message)
            for place, message in enumerate(batch)
        ]
    return tuple(sent)


def batches(messages: Sequence[Message]) -> Iterator[list[Message]]:
    """The messages in runs that one SendMessageBatch takes."""
    batch: list[Message] = []
    size = 0
    for message in messages:
        length = len(message.body.encode())
        if batch and (len(batch) == BATCH or size + length > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(message)
        size += length
    if batch:
        yield batch


def on_servers_clock(ours: datetime, answer: SendMessageBatchResultTypeDef) -> datetime:
    """A time by the service's clock, which stamps its logs and messages.

    The service tells its time to the second only, so a clock that is right is left alone.
    """
    date = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    offset = parsedate_to_datetime(date) - ours if date else timedelta()
    return ours + offset if abs(offset) > CLOCK_TOLERANCE else ours
