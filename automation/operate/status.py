"""A stack at a glance: its queues, its mapping, its last invocations, its alarms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from automation.observe.logs import read_logs
from automation.observe.observer import read_depth, read_source_queue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from automation.observe.logs import Invocation
    from automation.observe.observation import LogEvent, QueueDepth
    from automation.observe.observer import SourceQueue
    from automation.stack.outputs import Outputs
    from automation.support.clients import Clients


@dataclass(frozen=True, kw_only=True)
class Mapping:
    """The event source mapping.

    Attributes:
        state: As Lambda reports it, such as "Enabled".
        batch_size: Most messages of a batch.
        result: Lambda's last processing result; empty without one.
    """

    state: str
    batch_size: int
    result: str


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """A CloudWatch alarm on one of the stack's queues or on its function.

    Attributes:
        name: Its name.
        state: "OK", "ALARM" or "INSUFFICIENT_DATA".
        reason: Why it has this state.
    """

    name: str
    state: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Status:
    """What a stack does.

    Attributes:
        source: The source queue.
        dead_letters: Depth of the dead-letter queue.
        mapping: The event source mapping.
        alarms: On its queues and its function.
        invocations: All of them in the log that was read, by time.
        errors: Number of error lines in it.
    """

    source: SourceQueue
    dead_letters: QueueDepth
    mapping: Mapping
    alarms: tuple[Alarm, ...]
    invocations: tuple[Invocation, ...]
    errors: int


def read_status(clients: Clients, outputs: Outputs, events: Sequence[LogEvent]) -> Status:
    """Read the status of a stack.

    Raises:
        ClientError: botocore's; a service refused a request.
    """
    logs = read_logs(events)
    return Status(
        source=read_source_queue(clients.sqs, outputs.queue_url),
        dead_letters=read_depth(clients.sqs, outputs.dead_letter_queue_url),
        mapping=_mapping(clients, outputs),
        alarms=_alarms(clients, outputs),
        invocations=logs.invocations,
        errors=sum(line.is_error for line in logs.lines),
    )


def _mapping(clients: Clients, outputs: Outputs) -> Mapping:
    found = clients.lambda_.get_event_source_mapping(UUID=outputs.mapping_uuid)
    return Mapping(
        state=found["State"],
        batch_size=found["BatchSize"],
        result=found.get("LastProcessingResult", ""),
    )


def _alarms(clients: Clients, outputs: Outputs) -> tuple[Alarm, ...]:
    """Return the alarms whose metric has one of the stack's queues or its function as dimension."""
    names = {
        ("FunctionName", outputs.function_name),
        ("QueueName", outputs.queue_url.rpartition("/")[2]),
        ("QueueName", outputs.dead_letter_queue_url.rpartition("/")[2]),
    }
    pages = clients.cloudwatch.get_paginator("describe_alarms").paginate(AlarmTypes=["MetricAlarm"])
    return tuple(
        Alarm(
            name=alarm["AlarmName"],
            state=alarm["StateValue"],
            reason=alarm.get("StateReason", ""),
        )
        for page in pages
        for alarm in page.get("MetricAlarms", [])
        if names & {(each["Name"], each["Value"]) for each in alarm.get("Dimensions", [])}
    )
