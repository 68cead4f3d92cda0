"""aws:lambda/eventSourceMapping:EventSourceMapping, for SQS queues only.

It follows ``internal/service/lambda/event_source_mapping.go``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automation.emulator.provider.aws import was_retried
from automation.emulator.provider.errors import ProviderError
from automation.emulator.provider.resources.event_source_mapping_schema import (
    PROPERTIES,
    UNSUPPORTED,
    check_inputs,
    in_range,
)
from automation.emulator.provider.schema import Change, ResourceType
from automation.emulator.provider.tags import tag_changes, tag_properties

if TYPE_CHECKING:
    from automation.emulator.provider.aws import Aws
    from automation.emulator.provider.values import Properties

PARAMETERS = {  # request parameters by property
    "batchSize": "BatchSize",
    "enabled": "Enabled",
    "functionName": "FunctionName",
    "functionResponseTypes": "FunctionResponseTypes",
    "maximumBatchingWindowInSeconds": "MaximumBatchingWindowInSeconds",
}
EMPTY_VALUES: dict[str, Any] = {  # these clear a property; omitting it would change nothing
    "functionResponseTypes": [],
    "maximumBatchingWindowInSeconds": 0,
}
STABLE_STATES = {True: "Enabled", False: "Disabled"}


def create(aws: Aws, inputs: Properties) -> str:
    """Create the mapping; its id is its UUID."""
    check_visibility_timeout(aws, inputs)
    response = aws.lambda_.create_event_source_mapping(
        EventSourceArn=inputs["eventSourceArn"],
        Tags=inputs.get("tags", {}),
        **_parameters(inputs, frozenset(inputs)),
    )
    if was_retried(response):
        _delete_twins(aws, inputs, response["UUID"])
    return response["UUID"]


def _delete_twins(aws: Aws, inputs: Properties, uuid: str) -> None:
    """Delete what a first try made: the emulator, unlike AWS, maps a queue to a function twice."""
    response = aws.lambda_.list_event_source_mappings(
        EventSourceArn=inputs["eventSourceArn"], FunctionName=inputs["functionName"]
    )
    for mapping in response["EventSourceMappings"]:
        if mapping["UUID"] != uuid:
            aws.lambda_.delete_event_source_mapping(UUID=mapping["UUID"])


def stabilize(aws: Aws, uuid: str, inputs: Properties) -> None:
    """Wait until the mapping is enabled or disabled, as the inputs say."""
    target = STABLE_STATES[inputs["enabled"]]

    def look() -> str | None:
        seen = aws.lambda_.get_event_source_mapping(UUID=uuid)["State"]
        return None if seen == target else seen

    aws.wait(f"event source mapping {uuid} to be {target}", look)


def read(aws: Aws, uuid: str) -> Properties:
    """Return the mapping and its tags."""
    mapping: dict[str, Any] = dict(aws.lambda_.get_event_source_mapping(UUID=uuid))
    arn = mapping["EventSourceMappingArn"]
    filters = [
        {"pattern": each["Pattern"]} for each in _nested(mapping, "FilterCriteria", "Filters")
    ]
    concurrency = _nested(mapping, "ScalingConfig", "MaximumConcurrency")
    return {
        "arn": arn,
        "batchSize": mapping["BatchSize"],
        "enabled": mapping["State"] in ("Enabled", "Enabling"),
        "eventSourceArn": mapping["EventSourceArn"],
        "functionArn": mapping["FunctionArn"],
        "functionName": mapping["FunctionArn"],
        "functionResponseTypes": mapping.get("FunctionResponseTypes", []),
        "lastModified": mapping["LastModified"].isoformat(),
        "lastProcessingResult": mapping.get("LastProcessingResult", ""),
        "maximumBatchingWindowInSeconds": mapping.get("MaximumBatchingWindowInSeconds", 0),
        "region": aws.region,
        "state": mapping["State"],
        "stateTransitionReason": mapping.get("StateTransitionReason", ""),
        "uuid": mapping["UUID"],
        **({"filterCriteria": {"filters": filters}} if filters else {}),
        **({"scalingConfig": {"maximumConcurrency": concurrency}} if concurrency else {}),
        **tag_properties(aws.lambda_.list_tags(Resource=arn).get("Tags", {})),
    }


def update(aws: Aws, change: Change) -> None:
    """Change the mapping and its tags, and wait until the change is complete."""
    if change.touches("functionName"):
        check_visibility_timeout(aws, change.new)
    if change.touches("batchSize") and "batchSize" not in change.new:
        refusal = str(in_range("batchSize", 1, 10_000)(0)).removeprefix("is refused: ")
        raise ProviderError(
            "'batchSize' was removed, for which the official provider sends 0, and Lambda refuses "
            f"that: {refusal}",
            hint="set it to 10, the default, instead",
        )
    parameters = _parameters(change.new, change.names)
    if parameters:
        aws.lambda_.update_event_source_mapping(UUID=change.id, **parameters)
        stabilize(aws, change.id, change.new)
    changed, removed = tag_changes(change)
    if changed or removed:
        arn = aws.lambda_.get_event_source_mapping(UUID=change.id)["EventSourceMappingArn"]
        if changed:
            aws.lambda_.tag_resource(Resource=arn, Tags=changed)
        if removed:
            aws.lambda_.untag_resource(Resource=arn, TagKeys=removed)


def delete(aws: Aws, uuid: str, _inputs: Properties) -> None:
    """Delete the mapping, and wait until it is deleted."""
    aws.lambda_.delete_event_source_mapping(UUID=uuid)

    def look() -> str | None:
        try:
            return aws.lambda_.get_event_source_mapping(UUID=uuid)["State"]
        except aws.lambda_.exceptions.ResourceNotFoundException:
            return None

    aws.wait(f"event source mapping {uuid} to be deleted", look)


def check_visibility_timeout(aws: Aws, inputs: Properties) -> None:
    """Check what AWS checks and the emulator does not: the function's timeout.

    Raises:
        ProviderError: The function's timeout is longer than the queue's visibility timeout.
    """
    function = aws.lambda_.get_function_configuration(FunctionName=inputs["functionName"])
    account, queue = inputs["eventSourceArn"].split(":")[4:]
    url = aws.sqs.get_queue_url(QueueName=queue, QueueOwnerAWSAccountId=account)["QueueUrl"]
    response = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
    visibility = int(response["Attributes"]["VisibilityTimeout"])
    if function["Timeout"] > visibility:
        raise ProviderError(
            f"InvalidParameterValueException: Queue visibility timeout: {visibility} seconds is "
            f"less than Function timeout: {function['Timeout']} seconds"
        )


def _parameters(inputs: Properties, names: frozenset[str]) -> dict[str, Any]:
    """Return the request parameters for these properties, to create or to update."""
    parameters: dict[str, Any] = {
        PARAMETERS[name]: inputs.get(name, EMPTY_VALUES.get(name))
        for name in names.intersection(PARAMETERS)
    }
    if "filterCriteria" in names:
        filters = inputs.get("filterCriteria", {}).get("filters", [])
        parameters["FilterCriteria"] = {
            "Filters": [{"Pattern": each.get("pattern", "")} for each in filters]
        }
    if "scalingConfig" in names:
        concurrency = inputs.get("scalingConfig", {}).get("maximumConcurrency")
        parameters["ScalingConfig"] = (
            {} if concurrency is None else {"MaximumConcurrency": concurrency}
        )
    return parameters


def _nested(mapping: dict[str, Any], block: str, key: str) -> Any:
    return (mapping.get(block) or {}).get(key) or []


EVENT_SOURCE_MAPPING = ResourceType(
    pulumi_type="aws:lambda/eventSourceMapping:EventSourceMapping",
    noun="event source mapping",
    properties=PROPERTIES,
    unsupported=UNSUPPORTED,
    outputs=(
        *("arn", "functionArn", "lastModified", "lastProcessingResult", "state"),
        *("stateTransitionReason", "tagsAll", "uuid"),
    ),
    volatile=("functionArn", "lastModified", "lastProcessingResult", "state"),
    not_found=frozenset({"ResourceNotFoundException"}),
    check_inputs=check_inputs,
    create=create,
    stabilize=stabilize,
    read=read,
    update=update,
    delete=delete,
)
