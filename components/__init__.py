"""What is deployed: an SQS queue with its dead-letter queue, consumed by a Lambda function."""

from __future__ import annotations

from components.arguments import ArgumentsError, QueueConsumerArgs
from components.queue_consumer import QueueConsumer

__all__ = ["ArgumentsError", "QueueConsumer", "QueueConsumerArgs"]
