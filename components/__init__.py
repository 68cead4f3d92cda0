"""The Pulumi component: an SQS queue, its dead-letter queue, and the Lambda consumer."""

from __future__ import annotations

from components.arguments import (
    AlarmsArgs,
    DeadLetterQueueArgs,
    FunctionArgs,
    MappingArgs,
    PermissionsArgs,
    QueueArgs,
    QueueConsumerArgs,
)
from components.errors import ArgumentsError
from components.queue_consumer import QueueConsumer

__all__ = [
    "AlarmsArgs",
    "ArgumentsError",
    "DeadLetterQueueArgs",
    "FunctionArgs",
    "MappingArgs",
    "PermissionsArgs",
    "QueueArgs",
    "QueueConsumer",
    "QueueConsumerArgs",
]
