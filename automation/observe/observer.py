"""Observes a stack: reads its source queue, its dead-letter queue and its function's log.

The verdict relies on these rules:

- Read the source's depth first, and the dead letters and log events after it. A message that moves
  in the meantime is then seen twice. In the other order it could be missed, and judged lost.
- Return everything seen so far in each observation, not only what is new.
- Return every page of every response. A missing log line or dead letter fails a check.
- Report what the service says, and judge nothing. Dead letters of other runs are returned too.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from automation.observe.observation import DeadLetter, LogEvent, Observation, QueueDepth
from automation.support.errors import ObserveError, UnreadError
from automation.support.interrupts import interruptible
from automation.support.invoked import INVOKED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType
    from mypy_boto3_sqs.type_defs import MessageTypeDef

    from automation.scenario.send import Sent
    from automation.stack.outputs import Outputs
    from automation.support.clients import Clients

MAX_BATCH = 10  # messages: SQS's limit for one ReceiveMessage
HIDDEN_FOR = 120  # seconds: the visibility timeout of a dead letter that was read
READ_WITHIN = HIDDEN_FOR - 10  # seconds: then those that were read first are about to reappear


@dataclass(frozen=True, kw_only=True)
class SourceQueue:
    """The source queue's depth and settings.

    Attributes:
        depth: How many messages it holds.
        visibility_timeout: Seconds until a message whose receive failed is received again.
        max_receive_count: Receives after which SQS moves a message to the dead-letter queue.
    """

    depth: QueueDepth
    visibility_timeout: int
    max_receive_count: int


class Observer:
    """Observes one stack repeatedly.

    Reading a dead letter hides it for `HIDDEN_FOR` seconds, so the observer keeps every dead letter
    that it has read.

    Args:
        clients: AWS clients for the stack's account and region.
        outputs: The stack's outputs.
        skew: Seconds that the services' clock may be behind this machine's. Log events are read
            from that long before the first message was sent.
    """

    def __init__(self, clients: Clients, outputs: Outputs, skew: float) -> None:
        self._clients = clients
        self._outputs = outputs
        self._skew = timedelta(seconds=skew)
        self._made_at = datetime.now(UTC)
        self._dead_letters: dict[str, MessageTypeDef] = {}

    def observe(self, sent: tuple[Sent, ...]) -> Observation:
        """Read the source queue, then the dead-letter queue, then the log.

        Args:
            sent: Every message that the run sent; with none, the log is read from when this
                observer was made.

        Returns:
            Everything seen since then.

        Raises:
            ObserveError: The source queue has no redrive policy, or the dead-letter queue holds too
                many messages to read all of them, so that no verdict could be trusted.
            ClientError: botocore's; a service refused a request.
        """
        source = read_source_queue(self._clients.sqs, self._outputs.queue_url)
        letters = self.read_dead_letters()
        return Observation(
            sent=sent,
            events=self.log_events(min((each.sent_at for each in sent), default=self._made_at)),
            dead_letters=letters,
            source=source.depth,
            max_receive_count=source.max_receive_count,
        )

    def remove_dead_letters(self, message_ids: Iterable[str]) -> None:
        """Delete dead letters that `observe` has read, so that the stack is left as it was.

        Args:
            message_ids: The run's messages. Dead letters of other runs stay.
        """
        for message_id in self._dead_letters.keys() & set(message_ids):
            self._clients.sqs.delete_message(
                QueueUrl=self._outputs.dead_letter_queue_url,
                ReceiptHandle=self._dead_letters.pop(message_id)["ReceiptHandle"],
            )

    def release_dead_letters(self) -> None:
        """Make the dead letters that `observe` has read visible again, for the next reader."""
        url = self._outputs.dead_letter_queue_url
        release(self._clients.sqs, url, list(self._dead_letters.values()))

    def read_dead_letters(self, *, wait: int = 0) -> tuple[DeadLetter, ...]:
        """Read the dead letters, and return every one that this observer has read so far.

        Args:
            wait: Seconds that SQS waits for a message, at least 1 to ask all of its servers.

        Raises:
            UnreadError: There are too many; `dead_letters` has those that were read.
            ClientError: botocore's; the service refused a request.
        """
        url = self._outputs.dead_letter_queue_url
        for batch in receive_all(self._clients.sqs, url, wait=wait):
            self._dead_letters.update((found["MessageId"], found) for found in batch)
        return self.dead_letters

    @property
    def dead_letters(self) -> tuple[DeadLetter, ...]:
        """Every dead letter that this observer has read so far."""
        return tuple(dead_letter(found) for found in self._dead_letters.values())

    def log_events(self, since: datetime | None = None) -> tuple[LogEvent, ...]:
        """Return every event of every stream, in the order of the service's response.

        Args:
            since: None is when this observer was made.

        Raises:
            ClientError: botocore's; the service refused a request.
        """
        start = (since or self._made_at) - self._skew
        pages = self._clients.logs.get_paginator("filter_log_events").paginate(
            logGroupName=self._outputs.log_group_name,
            startTime=int(start.timestamp() * 1000),
        )
        return tuple(
            LogEvent(
                timestamp=datetime.fromtimestamp(event["timestamp"] / 1000, UTC),
                stream=event["logStreamName"],
                text=event["message"],
            )
            for page in pages
            for event in page["events"]
        )


def receive_all(
    sqs: SQSClient, queue_url: str, *, wait: int = 0, most: int = MAX_BATCH, removing: bool = False
) -> Iterator[list[MessageTypeDef]]:
    """Receive a queue's messages until none is found; each is hidden for `HIDDEN_FOR` seconds.

    Args:
        sqs: Client of SQS.
        queue_url: The queue.
        wait: Seconds that SQS waits for a message. With 0, AWS asks a few of its servers only, and
            may find none although there are some.
        most: How many are received at once, at most `MAX_BATCH`.
        removing: Whether the caller deletes messages between the batches, so that reading on makes
            sense for as long as new ones are found.

    Raises:
        UnreadError: After `READ_WITHIN` seconds, or as many without a new message if `removing`,
            there still were messages: from then on, old ones reappear and would be read for ever.
    """
    since = time.monotonic()
    known: set[str] = set()
    while True:
        with interruptible():
            response = sqs.receive_message(
                QueueUrl=queue_url,
                MaxNumberOfMessages=most,
                VisibilityTimeout=HIDDEN_FOR,
                WaitTimeSeconds=wait,
                MessageSystemAttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
        found = response.get("Messages", [])
        if not found:
            return
        yield found
        ids = {message["MessageId"] for message in found}
        if removing and not ids <= known:
            since = time.monotonic()
        known |= ids
        if time.monotonic() - since >= READ_WITHIN:
            raise UnreadError(
                "the dead-letter queue holds too many messages to be sure of all of them: "
                f"{len(known):,} were read, and each becomes visible again after {HIDDEN_FOR} s",
                hint=f"make them fewer: {INVOKED} dlq redrive, or dlq purge",
            )


def release(sqs: SQSClient, queue_url: str, messages: Sequence[MessageTypeDef]) -> None:
    """Make received messages visible again. Those that are visible already stay so."""
    for start in range(0, len(messages), MAX_BATCH):
        sqs.change_message_visibility_batch(
            QueueUrl=queue_url,
            Entries=[
                {
                    "Id": str(index),
                    "ReceiptHandle": message["ReceiptHandle"],
                    "VisibilityTimeout": 0,
                }
                for index, message in enumerate(messages[start : start + MAX_BATCH])
            ],
        )


def read_depth(sqs: SQSClient, queue_url: str) -> QueueDepth:
    """Read how many messages a queue holds."""
    return depth(sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"])


def depth(attributes: Mapping[QueueAttributeNameType, str]) -> QueueDepth:
    """Return the depth that a queue's attributes tell."""
    return QueueDepth(
        visible=int(attributes["ApproximateNumberOfMessages"]),
        in_flight=int(attributes["ApproximateNumberOfMessagesNotVisible"]),
        delayed=int(attributes["ApproximateNumberOfMessagesDelayed"]),
    )


def read_source_queue(sqs: SQSClient, queue_url: str) -> SourceQueue:
    """Read a queue's depth and the settings that decide how long a dead letter takes.

    Raises:
        ObserveError: The queue has no redrive policy, so nothing would ever be dead-lettered.
    """
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]
    if "RedrivePolicy" not in attributes:
        raise ObserveError(
            f"the queue {queue_url} has no redrive policy",
            hint="give it a dead-letter queue, as QueueConsumer does",
        )
    return SourceQueue(
        depth=depth(attributes),
        visibility_timeout=int(attributes["VisibilityTimeout"]),
        max_receive_count=int(json.loads(attributes["RedrivePolicy"])["maxReceiveCount"]),
    )


def dead_letter(found: MessageTypeDef) -> DeadLetter:
    """Convert a message received from the dead-letter queue."""
    milliseconds = int(found["Attributes"]["SentTimestamp"])
    return DeadLetter(
        message_id=found["MessageId"],
        body=found["Body"],
        sent_at=datetime.fromtimestamp(milliseconds / 1000, UTC),
    )
