"""The table of aws:lambda/eventSourceMapping:EventSourceMapping of a queue, and AWS's refusals."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from automation.emulator.provider.schema import (
    REGION,
    TAGS,
    Check,
    Failure,
    Kind,
    Property,
    each,
    matching,
    one_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from automation.emulator.provider.values import Properties

BATCH_WITHOUT_WINDOW = 10  # records; Lambda's developer guide, "Using Lambda with Amazon SQS"
MOST_FILTERS = 5


def in_range(parameter: str, least: int, most: int) -> Check:
    """The check of a number's range, in the words of Lambda's own validation."""

    def check(value: int) -> str | None:
        if least <= value <= most:
            return None
        bound = (
            f"greater than or equal to {least}"
            if value < least
            else f"less than or equal to {most}"
        )
        return (
            f"is refused: ValidationException: 1 validation error detected: Value '{value}' at "
            f"'{parameter}' failed to satisfy constraint: Member must have value {bound}"
        )

    return check


def filter_problem(pattern: str) -> str | None:
    """What Lambda says of a filter's pattern that is no JSON object, or None."""
    try:
        if isinstance(json.loads(pattern), dict):
            return None
    except ValueError:
        pass
    return "is refused: InvalidParameterValueException: Invalid filter pattern definition."


def same_function(one: str, other: str) -> bool:
    """Whether two references, each a function's name or ARN, name the same function."""
    return one.rpartition(":function:")[2] == other.rpartition(":function:")[2]


PROPERTIES = {
    "batchSize": Property(kind=Kind.INTEGER, computed=True, check=in_range("batchSize", 1, 10_000)),
    "enabled": Property(kind=Kind.BOOLEAN, default=True),
    "eventSourceArn": Property(
        required=True,
        forces_new=True,
        check=matching(r"arn:[\w-]+:sqs:[\w-]+:\d{12}:[\w.-]+", "the ARN of an SQS queue"),
    ),
    "filterCriteria": Property(
        kind=Kind.BLOCK,
        fields={
            "filters": Property(
                kind=Kind.BLOCK_SET,
                fields={"pattern": Property(required=True, check=filter_problem)},
            )
        },
    ),
    "functionName": Property(required=True, same=same_function),
    "functionResponseTypes": Property(
        kind=Kind.STRING_SET, check=each(one_of("ReportBatchItemFailures"))
    ),
    "maximumBatchingWindowInSeconds": Property(
        kind=Kind.INTEGER, check=in_range("maximumBatchingWindowInSeconds", 0, 300)
    ),
    "region": REGION,
    "scalingConfig": Property(
        kind=Kind.BLOCK,
        fields={
            "maximumConcurrency": Property(
                kind=Kind.INTEGER, check=in_range("scalingConfig.maximumConcurrency", 2, 1000)
            )
        },
    ),
    "tags": TAGS,
}
STREAMS = "it is for streams; the emulator's mapping of a queue has none"
KAFKA = "it is for Kafka, and this provider maps queues only"
BROKERS = "it is for message brokers, and this provider maps queues only"
REFUSED = {
    "amazonManagedKafkaEventSourceConfig": KAFKA,
    "bisectBatchOnFunctionError": STREAMS,
    "destinationConfig": STREAMS,
    "documentDbEventSourceConfig": "it is for DocumentDB, and this provider maps queues only",
    "kmsKeyArn": "the emulator does not encrypt filter criteria",
    "maximumRecordAgeInSeconds": STREAMS,
    "maximumRetryAttempts": STREAMS,
    "metricsConfig": "the emulator counts no events",
    "parallelizationFactor": STREAMS,
    "provisionedPollerConfig": "the emulator has no provisioned pollers",
    "queues": BROKERS,
    "selfManagedEventSource": KAFKA,
    "selfManagedKafkaEventSourceConfig": KAFKA,
    "sourceAccessConfigurations": BROKERS,
    "startingPosition": STREAMS,
    "startingPositionTimestamp": STREAMS,
    "topics": KAFKA,
    "tumblingWindowInSeconds": STREAMS,
    "useResourceTimeoutForPropagation": "nothing propagates slowly in the emulator",
}


def problems(inputs: Properties) -> Iterator[Failure]:
    """What Lambda refuses of a queue's batch size and window taken together."""
    size = inputs.get("batchSize", BATCH_WITHOUT_WINDOW)
    window = inputs.get("maximumBatchingWindowInSeconds", 0)
    refused = "InvalidParameterValueException: "
    if str(inputs.get("eventSourceArn", "")).endswith(".fifo"):
        if window:
            reason = refused + "Batching window is not supported for FIFO queues"
            yield Failure(property="maximumBatchingWindowInSeconds", reason=reason)
        if size > BATCH_WITHOUT_WINDOW:
            reason = refused + f"Batch size for FIFO queues must be at most {BATCH_WITHOUT_WINDOW}"
            yield Failure(property="batchSize", reason=reason)
    elif size > BATCH_WITHOUT_WINDOW and not window:
        yield Failure(
            property="batchSize",
            reason=refused + "Maximum batch window in seconds must be greater than 0 if maximum "
            f"batch size is greater than {BATCH_WITHOUT_WINDOW}",
        )
    filters = inputs.get("filterCriteria", {}).get("filters", [])
    if len(filters) > MOST_FILTERS:
        reason = refused + f"at most {MOST_FILTERS} filters a mapping, got {len(filters)}"
        yield Failure(property="filterCriteria", reason=reason)
