"""Send a scenario's messages to a stack's queue."""

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

MAX_BATCH = 10  # messages: SQS's limit for one SendMessageBatch
MAX_BATCH_BYTES = 1_048_576  # of all bodies in one batch: SQS's limit, the same as for one message
CLOCK_TOLERANCE = timedelta(seconds=2)  # the Date header has whole seconds


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A message that SQS accepted.

    Attributes:
        message_id: The id that SQS gave it.
        sent_at: Just before the request, by SQS's clock, in UTC: not later than SQS's own
            SentTimestamp.
        message: The scenario's message.
        retries: How often its request was sent again. SQS may have accepted each try, with an id of
            its own for the message, if only the response was lost.
    """

    message_id: str
    sent_at: datetime
    message: Message
    retries: int = 0


def send_messages(sqs: SQSClient, queue_url: str, messages: Sequence[Message]) -> tuple[Sent, ...]:
    """Send all messages, in order, in as few requests as SQS allows.

    Raises:
        ObserveError: SQS refused a message. The batches before it, and the rest of its own, may
            have been sent.
    """
    sent: list[Sent] = []
    for batch in batches(messages):
        before = datetime.now(UTC)
        response = sqs.send_message_batch(
            QueueUrl=queue_url,
            Entries=[
                {"Id": str(index), "MessageBody": message.body}
                for index, message in enumerate(batch)
            ],
        )
        for failure in response.get("Failed", []):
            message = batch[int(failure["Id"])]
            raise ObserveError(
                f"SQS refused message {messages.index(message) + 1} of {len(messages)}: "
                f"{failure['Code']}: {failure.get('Message', '')}"
            )
        ids = {entry["Id"]: entry["MessageId"] for entry in response["Successful"]}
        sent_at = by_service_clock(before, response)
        retries = response["ResponseMetadata"].get("RetryAttempts", 0)
        sent += [
            Sent(message_id=ids[str(index)], sent_at=sent_at, message=message, retries=retries)
            for index, message in enumerate(batch)
        ]
    return tuple(sent)


def batches(messages: Sequence[Message]) -> Iterator[list[Message]]:
    """Split messages, in order, into batches that fit into one SendMessageBatch."""
    batch: list[Message] = []
    size = 0
    for message in messages:
        length = len(message.body.encode())
        if batch and (len(batch) == MAX_BATCH or size + length > MAX_BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(message)
        size += length
    if batch:
        yield batch


def by_service_clock(local: datetime, response: SendMessageBatchResultTypeDef) -> datetime:
    """Convert a local time to the service's clock, which stamps log events and messages.

    The response's Date header, of just now, has whole seconds. A difference within
    `CLOCK_TOLERANCE` is therefore ignored.
    """
    date = response["ResponseMetadata"]["HTTPHeaders"].get("date")
    offset = parsedate_to_datetime(date) - datetime.now(UTC) if date else timedelta()
    return local + offset if abs(offset) > CLOCK_TOLERANCE else local
