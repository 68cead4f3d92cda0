"""A queue of orders, and the function that accepts them: a second user of `QueueConsumer`."""

from __future__ import annotations

from pathlib import Path

import pulumi

from components import AlarmsArgs, FunctionArgs, QueueArgs, QueueConsumer, QueueConsumerArgs

config = pulumi.Config()
consumer = QueueConsumer(
    "Orders",
    QueueConsumerArgs(
        queue=QueueArgs(
            fifo_queue=True,
            visibility_timeout_seconds=config.require_int("visibilityTimeout"),
        ),
        function=FunctionArgs(
            code=Path(__file__).parent / "function",  # with the packages of its requirements.txt
            handler="orders.handle",
            timeout=config.require_int("functionTimeout"),
            environment={"MAXIMUM_QUANTITY": config.require("maximumQuantity")},
        ),
        alarms=AlarmsArgs(oldest_message_age=600),  # seconds; one failure holds up its whole group
        tags={
            **config.require_object("tags"),
            "project": pulumi.get_project(),
            "stack": pulumi.get_stack(),
        },
    ),
)

for name, value in consumer.outputs.items():
    pulumi.export(name, value)
