"""Deploy a `QueueConsumer` from the stack's configuration, and export the stack's outputs.

Pulumi.yaml describes each setting and its default.
"""

from __future__ import annotations

from pathlib import Path

import pulumi

from components import (
    AlarmsArgs,
    DeadLetterQueueArgs,
    FunctionArgs,
    MappingArgs,
    QueueArgs,
    QueueConsumer,
    QueueConsumerArgs,
)
from components.configuration import warn_of_unknown_keys

KEYS = {  # the configuration key that sets an argument: errors and warnings name it
    "function.code": "functionSource",
    "function.handler": "handler",
    "function.runtime": "runtime",
    "function.architecture": "architecture",
    "function.memory_size": "memorySize",
    "function.timeout": "functionTimeout",
    "function.log_retention_in_days": "logRetention",
    "queue.visibility_timeout_seconds": "visibilityTimeout",
    "dead_letter_queue.max_receive_count": "maxReceiveCount",
    "dead_letter_queue.message_retention_seconds": "deadLetterRetention",
    "mapping.batch_size": "batchSize",
    "mapping.maximum_batching_window_in_seconds": "batchingWindow",
    "alarms.topics": "alarmTopic",
}
warn_of_unknown_keys({*KEYS.values(), "tags"})
config = pulumi.Config()
own_tags = {"project": pulumi.get_project(), "stack": pulumi.get_stack()}
args = QueueConsumerArgs(
    function=FunctionArgs(
        code=Path(__file__).parent / config.require("functionSource"),
        handler=config.require("handler"),
        runtime=config.require("runtime"),
        architecture=config.require("architecture"),
        memory_size=config.require_int("memorySize"),
        timeout=config.require_int("functionTimeout"),
        log_retention_in_days=config.require_int("logRetention"),
    ),
    queue=QueueArgs(visibility_timeout_seconds=config.require_int("visibilityTimeout") or None),
    dead_letter_queue=DeadLetterQueueArgs(
        max_receive_count=config.require_int("maxReceiveCount"),
        message_retention_seconds=config.require_int("deadLetterRetention"),
    ),
    mapping=MappingArgs(
        batch_size=config.require_int("batchSize"),
        maximum_batching_window_in_seconds=config.require_int("batchingWindow"),
    ),
    alarms=AlarmsArgs(topics=[topic] if (topic := config.require("alarmTopic")) else []),
    tags={**config.require_object("tags"), **own_tags},
)
consumer = QueueConsumer("PokerHands", args, names=KEYS)

for name, value in consumer.outputs.items():
    pulumi.export(name, value)
