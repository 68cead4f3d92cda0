"""Deploy a `QueueConsumer` from the stack's configuration, and export the stack's outputs.

Pulumi.yaml describes each setting and its default.
"""

from __future__ import annotations

from pathlib import Path

import pulumi

from components import ArgumentsError, QueueConsumer, QueueConsumerArgs

config = pulumi.Config()

try:
    consumer = QueueConsumer(
        "PokerHands",
        QueueConsumerArgs(
            function_source=Path(__file__).parent / config.require("functionSource"),
            handler=config.require("handler"),
            runtime=config.require("runtime"),
            memory_size=config.require_int("memorySize"),
            function_timeout=config.require_int("functionTimeout"),
            visibility_timeout=config.require_int("visibilityTimeout") or None,
            max_receive_count=config.require_int("maxReceiveCount"),
            batch_size=config.require_int("batchSize"),
            dead_letter_retention=config.require_int("deadLetterRetention"),
            log_retention=config.require_int("logRetention"),
            tags={
                **config.require_object("tags"),
                "project": pulumi.get_project(),
                "stack": pulumi.get_stack(),
            },
        ),
    )
except ArgumentsError as error:
    hint = "The configuration keys are these names in camelCase: batchSize for batch_size."
    raise pulumi.RunError(f"{error}\n{hint}") from error  # printed without a traceback

pulumi.export("queue_url", consumer.queue.url)
pulumi.export("queue_arn", consumer.queue.arn)
pulumi.export("dead_letter_queue_url", consumer.dead_letter_queue.url)
pulumi.export("dead_letter_queue_arn", consumer.dead_letter_queue.arn)
pulumi.export("function_name", consumer.function.name)
pulumi.export("function_arn", consumer.function.arn)
pulumi.export("role_arn", consumer.role.arn)
pulumi.export("log_group_name", consumer.log_group.name)
pulumi.export("mapping_uuid", consumer.mapping.uuid)
