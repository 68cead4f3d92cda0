"""Looking at a stack: its source queue, its dead-letter queue and its function's log."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from automation.observe.observation import DeadLetter, LogEvent, Observation, QueueDepth
from automation.support.errors import ObserveError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

    from automation.scenario.send import Sent
    from automation.stack.outputs import Outputs
    from automation.support.clients import Clients

RECEIVE_BATCH = 10  # messages: SQS's limit of one ReceiveMessage
HIDE = 120  # seconds that a dead letter which was read stays out of the way of the next look


@dataclass(frozen=True, kw_only=True)
class SourceQueue:
    """What the source queue says of itself.

    Attributes:
        depth: How many messages it holds.
        visibility_timeout: In seconds.
        max_receive_count: Receives after which a message goes to the dead-letter queue.
    """

    depth: QueueDepth
    visibility_timeout: int
    max_receive_count: int


class Observer:
    """Looks at a stack again and again; dead letters that it has read once it remembers.

    Args:
        clients: Of the account and region that the stack is in.
        outputs: The stack's.
        skew: Seconds that the services' clock may be behind ours: log events are read from so long
            before the first message was sent.
    """

    def __init__(self, clients: Clients, outputs: Outputs, skew: float) -> None:
        self._clients = clients
        self._outputs = outputs
        self._skew = timedelta(seconds=skew)
        self._dead_letters: dict[str, MessageTypeDef] = {}

    def observe(self, sent: tuple[Sent, ...]) -> Observation:
        """Take one look.

        The source queue comes first and the rest after it, so that a message which moves between
        two looks is seen twice rather than not at all.
        """
        source = read_source_queue(self._clients.sqs, self._outputs.queue_url)
        self._read_dead_letters()
        return Observation(
            sent=sent,
            events=self._log_events(min(message.sent_at for message in sent) - self._skew),
            dead_letters=tuple(dead_letter(found) for found in self._dead_letters.values()),
            source=source.depth,
            max_receive_count=source.max_receive_count,
        )

    def remove_dead_letters(self, message_ids: Iterable[str]) -> None:
        """Delete dead letters that have been read: a lasting stack is left as it was found."""
        ours = set(message_ids)
        for found in self._dead_letters.values():
            if found["MessageId"] in ours:
                self._clients.sqs.delete_message(
                    QueueUrl=self._outputs.dead_letter_queue_url,
                    ReceiptHandle=found["ReceiptHandle"],
                )

    def _read_dead_letters(self) -> None:
        while True:
            answer = self._clients.sqs.receive_message(
                QueueUrl=self._outputs.dead_letter_queue_url,
                MaxNumberOfMessages=RECEIVE_BATCH,
                VisibilityTimeout=HIDE,
                MessageSystemAttributeNames=["All"],
            )
            found = answer.get("Messages", [])
            self._dead_letters.update((message["MessageId"], message) for message in found)
            if not found:
                return

    def _log_events(self, since: datetime) -> tuple[LogEvent, ...]:
        """Every event of every stream, merged, in the order in which the service gives them."""
        pages = self._clients.logs.get_paginator("filter_log_events").paginate(
            logGroupName=self._outputs.log_group_name,
            startTime=int(since.timestamp() * 1000),
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


def read_source_queue(sqs: SQSClient, queue_url: str) -> SourceQueue:
    """Read a queue's depth and timing.

    Raises:
        ObserveError: It has no redrive policy: nothing would ever be dead-lettered.
    """
    attributes = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])["Attributes"]
    if "RedrivePolicy" not in attributes:
        raise ObserveError(
            f"the queue {queue_url} has no redrive policy",
            hint="give it a dead-letter queue: QueueConsumer does",
        )
    return SourceQueue(
        depth=QueueDepth(
            visible=int(attributes["ApproximateNumberOfMessages"]),
            in_flight=int(attributes["ApproximateNumberOfMessagesNotVisible"]),
            delayed=int(attributes["ApproximateNumberOfMessagesDelayed"]),
        ),
        visibility_timeout=int(attributes["VisibilityTimeout"]),
        max_receive_count=int(json.loads(attributes["RedrivePolicy"])["maxReceiveCount"]),
    )


def dead_letter(found: MessageTypeDef) -> DeadLetter:
    """A received message, as an observation has it."""
    milliseconds = int(found["Attributes"]["SentTimestamp"])
    return DeadLetter(
        message_id=found["MessageId"],
        body=found["Body"],
        sent_at=datetime.fromtimestamp(milliseconds / 1000, UTC),
    )
