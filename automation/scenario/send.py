"""Send a scenario's messages to a stack's queue."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import count
from typing import TYPE_CHECKING, TypeVar

from automation.support.errors import ObserveError
from automation.support.wait import looks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import (
        SendMessageBatchRequestEntryTypeDef,
        SendMessageBatchResultTypeDef,
    )

    from automation.scenario.model import Message

T = TypeVar("T")

FIFO = ".fifo"  # the end of the name, and so of the URL, of every FIFO queue
MAX_BATCH = 10  # messages: SQS's limit for one SendMessageBatch
MAX_BATCH_BYTES = 1_048_576  # of all bodies in one batch: SQS's limit, the same as for one message
RETRY_WITHIN = 20.0  # seconds; SQS throttles for less
RETRY_EVERY = 1.0  # seconds
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


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A message that SQS did not accept, so it was not sent.

    Attributes:
        message: The scenario's message.
        reason: SQS's error code and message.
    """

    message: Message
    reason: str


def send_messages(sqs: SQSClient, queue_url: str, messages: Sequence[Message]) -> tuple[Sent, ...]:
    """Send all messages, in order, in as few requests as SQS allows.

    Raises:
        ObserveError: SQS refused a message. The batches before it, and the rest of its own, may
            have been sent.
    """
    sent: list[Sent] = []
    results = (each for batch in deliver(sqs, queue_url, messages) for each in batch)
    for number, each in enumerate(results, start=1):
        if isinstance(each, Refused):
            raise ObserveError(f"SQS refused message {number} of {len(messages)}: {each.reason}")
        sent.append(each)
    return tuple(sent)


def deliver(
    sqs: SQSClient, queue_url: str, messages: Sequence[Message]
) -> Iterator[list[Sent | Refused]]:
    """Send messages, in order; after each batch, yield what became of its messages."""
    run = secrets.token_hex(8)
    numbers = count()
    for batch in split(messages, size_of):
        entries = [
            entry_for(str(index), each, queue_url, run=run, number=next(numbers))
            for index, each in enumerate(batch)
        ]
        result = send_entries(sqs, queue_url, entries)
        yield [
            Sent(
                message_id=result.ids[key],
                sent_at=result.sent_at,
                message=message,
                retries=result.retries,
            )
            if (key := str(index)) in result.ids
            else Refused(message=message, reason=result.refused[key])
            for index, message in enumerate(batch)
        ]


def entry_for(
    key: str, message: Message, queue_url: str, *, run: str, number: int
) -> SendMessageBatchRequestEntryTypeDef:
    """Return the entry of a batch for a message.

    A FIFO queue drops a message whose deduplication id it has seen in the last five minutes. So
    each id is unique to a run: one run's messages are no duplicates of another's.

    Args:
        key: The entry's id in the batch.
        message: The message.
        queue_url: Of the queue; its name tells whether it is FIFO.
        run: Makes the deduplication ids of this run unique.
        number: Of the message in the run.
    """
    made: SendMessageBatchRequestEntryTypeDef = {"Id": key, "MessageBody": message.body}
    if message.message_group_id is not None:
        made["MessageGroupId"] = message.message_group_id
    if queue_url.endswith(FIFO):
        given = message.message_deduplication_id
        unique = f"{run} {number}" if given is None else f"{run} id {given}"
        made["MessageDeduplicationId"] = hashlib.sha256(unique.encode()).hexdigest()
    if message.message_attributes:
        made["MessageAttributes"] = {
            name: {
                "DataType": "String" if isinstance(value, str) else "Number",
                "StringValue": str(value),
            }
            for name, value in message.message_attributes.items()
        }
    return made


@dataclass(frozen=True, kw_only=True)
class BatchResult:
    """What became of the entries of one batch.

    Attributes:
        ids: The message id of each entry that SQS accepted, by the entry's id.
        refused: The reason for each one that it did not accept, likewise.
        sent_at: Just before the request, by SQS's clock, in UTC.
        retries: How often a request was sent again because there was no response.
    """

    ids: Mapping[str, str]
    refused: Mapping[str, str]
    sent_at: datetime
    retries: int


def send_entries(
    sqs: SQSClient, queue_url: str, entries: Sequence[SendMessageBatchRequestEntryTypeDef]
) -> BatchResult:
    """Send one batch.

    Messages that SQS rejects because of a fault on its side are sent again for `RETRY_WITHIN`;
    other rejected messages are reported.
    """
    left = {entry["Id"]: entry for entry in entries}
    ids: dict[str, str] = {}
    refused: dict[str, str] = {}
    before, sent_at, retries = datetime.now(UTC), None, 0

    def attempt() -> SendMessageBatchResultTypeDef:
        return sqs.send_message_batch(QueueUrl=queue_url, Entries=list(left.values()))

    for response in looks(attempt, within=RETRY_WITHIN, poll=RETRY_EVERY):
        sent_at = sent_at or by_service_clock(before, response)
        retries += response["ResponseMetadata"].get("RetryAttempts", 0)
        failed = response.get("Failed", [])
        ids |= {each["Id"]: each["MessageId"] for each in response.get("Successful", [])}
        refused |= {each["Id"]: f"{each['Code']}: {each.get('Message', '')}" for each in failed}
        left = {each["Id"]: left[each["Id"]] for each in failed if not each["SenderFault"]}
        if not left:
            break
    return BatchResult(
        ids=ids,
        refused={key: reason for key, reason in refused.items() if key not in ids},
        sent_at=sent_at or before,
        retries=retries,
    )


def size_of(message: Message) -> int:
    """Return the bytes of a message that SQS counts: its body and its attributes."""
    attributes = message.message_attributes.items()
    texts = [
        f"{name}{value}{'String' if isinstance(value, str) else 'Number'}"
        for name, value in attributes
    ]
    return sum(len(text.encode()) for text in (message.body, *texts))


def split(items: Iterable[T], size: Callable[[T], int]) -> Iterator[list[T]]:
    """Split items, in order, into batches that fit into one SendMessageBatch.

    Args:
        items: What is sent.
        size: Returns the bytes of one.
    """
    batch: list[T] = []
    total = 0
    for item in items:
        length = size(item)
        if batch and (len(batch) == MAX_BATCH or total + length > MAX_BATCH_BYTES):
            yield batch
            batch, total = [], 0
        batch.append(item)
        total += length
    if batch:
        yield batch


def by_service_clock(local: datetime, response: SendMessageBatchResultTypeDef) -> datetime:
    """Convert a local time to the service's clock, which stamps log events and messages.

    The response's Date header, of just now, has whole seconds. A difference within
    `CLOCK_TOLERANCE` is therefore ignored. The services' timestamps have whole milliseconds, so the
    result has too.
    """
    date = response["ResponseMetadata"]["HTTPHeaders"].get("date")
    offset = parsedate_to_datetime(date) - datetime.now(UTC) if date else timedelta()
    converted = local + offset if abs(offset) > CLOCK_TOLERANCE else local
    return converted.replace(microsecond=converted.microsecond // 1000 * 1000)
