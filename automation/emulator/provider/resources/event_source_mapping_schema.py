"""The properties and checks of aws:lambda/eventSourceMapping:EventSourceMapping, for queues."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from automation.emulator.provider.resources.function_schema import function_name
from automation.emulator.provider.schema import (
    REGION,
    TAGS,
    Check,
    Failure,
    Kind,
    Property,
    each_item,
    matching,
    one_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from automation.emulator.provider.values import Properties

# Records in a batch without a batching window: Lambda's developer guide, "Using Lambda with Amazon
# SQS". It is also the default, and the maximum for FIFO queues.
MAX_BATCH_WITHOUT_WINDOW = 10
MAX_FILTERS = 10  # the most that AWS grants; the quota of a new account is 5


def in_range(parameter: str, minimum: int, maximum: int) -> Check:
    """Return a check of a number's range, with Lambda's own validation message."""

    def check(value: int) -> str | None:
        if minimum <= value <= maximum:
            return None
        bound = (
            f"greater than or equal to {minimum}"
            if value < minimum
            else f"less than or equal to {maximum}"
        )
        return (
            f"is refused: ValidationException: 1 validation error detected: Value '{value}' at "
            f"'{parameter}' failed to satisfy constraint: Member must have value {bound}"
        )

    return check


def check_filter_pattern(pattern: str) -> str | None:
    """Check that a filter's pattern is JSON that Lambda takes, with Lambda's own message."""
    try:
        read = json.loads(pattern)
    except ValueError:
        read = None
    if isinstance(read, dict) and is_pattern(read):
        return None
    return "is refused: InvalidParameterValueException: Invalid filter pattern definition."


def is_pattern(value: Any) -> bool:
    """Whether a value in a filter's pattern is a pattern too, or a list of what may match."""
    if isinstance(value, dict):
        return all(map(is_pattern, value.values()))
    return isinstance(value, list) and bool(value)


def same_function(one: str, other: str) -> bool:
    """Whether two references, each a function's name or ARN, name the same function.

    It decides as `suppressEquivalentFunctionNameOrARN` in ``internal/service/lambda``.
    """
    return one == other or function_name(one) == other or function_name(other) == one


def is_default_batch_size(old: Any, new: Any, _planned: Properties) -> bool:
    """Whether a batch size that the program no longer sets is the default of queues."""
    return bool(not new and old == MAX_BATCH_WITHOUT_WINDOW)


PROPERTIES = {
    "batchSize": Property(
        kind=Kind.INTEGER, suppress=is_default_batch_size, check=in_range("batchSize", 1, 10_000)
    ),
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
                max_items=MAX_FILTERS,
                fields={"pattern": Property(check=check_filter_pattern)},
            )
        },
    ),
    "functionName": Property(required=True, same=same_function),
    "functionResponseTypes": Property(
        kind=Kind.STRING_SET, check=each_item(one_of("ReportBatchItemFailures"))
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
STREAMS = "it is for streams, and this provider maps queues only"
KAFKA = "it is for Kafka, and this provider maps queues only"
BROKERS = "it is for message brokers, and this provider maps queues only"
UNSUPPORTED = {
    "amazonManagedKafkaEventSourceConfig": KAFKA,
    "bisectBatchOnFunctionError": STREAMS,
    "destinationConfig": STREAMS,
    "documentDbEventSourceConfig": "it is for DocumentDB, and this provider maps queues only",
    "kmsKeyArn": "the emulator does not encrypt filter criteria",
    "maximumRecordAgeInSeconds": STREAMS,
    "maximumRetryAttempts": STREAMS,
    "metricsConfig": "the emulator does not count events",
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
    "useResourceTimeoutForPropagation": "changes need no time to propagate in the emulator",
}


def check_inputs(inputs: Properties) -> Iterator[Failure]:
    """Check the combination of queue, batch size and batching window, as Lambda does."""
    size = inputs.get("batchSize", MAX_BATCH_WITHOUT_WINDOW)
    window = inputs.get("maximumBatchingWindowInSeconds", 0)
    error = "InvalidParameterValueException: "
    if str(inputs.get("eventSourceArn", "")).endswith(".fifo"):
        if window:
            reason = error + "Batching window is not supported for FIFO queues"
            yield Failure(property="maximumBatchingWindowInSeconds", reason=reason)
        if size > MAX_BATCH_WITHOUT_WINDOW:
            reason = (
                error + f"Batch size for FIFO queues must be at most {MAX_BATCH_WITHOUT_WINDOW}"
            )
            yield Failure(property="batchSize", reason=reason)
    elif size > MAX_BATCH_WITHOUT_WINDOW and not window:
        yield Failure(
            property="batchSize",
            reason=error + "Maximum batch window in seconds must be greater than 0 if maximum "
            f"batch size is greater than {MAX_BATCH_WITHOUT_WINDOW}",
        )
