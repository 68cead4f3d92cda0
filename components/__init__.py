"""The Pulumi component: an SQS queue, its dead-letter queue, and the Lambda consumer."""

from __future__ import annotations

from components.arguments import ArgumentsError, QueueConsumerArgs
from components.queue_consumer import QueueConsumer

__all__ = ["ArgumentsError", "QueueConsumer", "QueueConsumerArgs"]
