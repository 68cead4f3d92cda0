"""aws:lambda/eventSourceMapping:EventSourceMapping of a queue.

After ``internal/service/lambda/event_source_mapping.go``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automation.emulator.provider.errors import ProviderError
from automation.emulator.provider.resources.event_source_mapping_schema import (
    PROPERTIES,
    REFUSED,
    problems,
)
from automation.emulator.provider.schema import Change, ResourceType
from automation.emulator.provider.tags import tag_changes, tag_properties

if TYPE_CHECKING:
    from automation.emulator.provider.aws import Aws
    from automation.emulator.provider.values import Properties

PARAMETERS = {
    "batchSize": "BatchSize",
    "enabled": "Enabled",
    "functionName": "FunctionName",
    "functionResponseTypes": "FunctionResponseTypes",
    "maximumBatchingWindowInSeconds": "MaximumBatchingWindowInSeconds",
}
EMPTIED: dict[str, Any] = {"functionResponseTypes": [], "maximumBatchingWindowInSeconds": 0}
SETTLED = {True: "Enabled", False: "Disabled"}


def create(aws: Aws, inputs: Properties) -> str:
    """Make the mapping; its id is its UUID."""
    refuse_slow_function(aws, inputs)
    answer = aws.lambda_.create_event_source_mapping(
        EventSourceArn=inputs["eventSourceArn"],
        Tags=inputs.get("tags", {}),
        **_parameters(inputs, frozenset(inputs)),
    )
    return answer["UUID"]


def settle(aws: Aws, uuid: str, inputs: Properties) -> None:
    """Wait until the mapping polls its queue, or does not where it is to be disabled."""
    target = SETTLED[inputs["enabled"]]

    def look() -> str | None:
        seen = aws.lambda_.get_event_source_mapping(UUID=uuid)["State"]
        return None if seen == target else seen

    aws.wait(f"event source mapping {uuid} to be {target}", look)


def read(aws: Aws, uuid: str) -> Properties:
    """The mapping and its tags."""
    told: dict[str, Any] = dict(aws.lambda_.get_event_source_mapping(UUID=uuid))
    arn = told["EventSourceMappingArn"]
    filters = [{"pattern": each["Pattern"]} for each in _inside(told, "FilterCriteria", "Filters")]
    concurrency = _inside(told, "ScalingConfig", "MaximumConcurrency")
    return {
        "arn": arn,
        "batchSize": told["BatchSize"],
        "enabled": told["State"] in ("Enabled", "Enabling"),
        "eventSourceArn": told["EventSourceArn"],
        "functionArn": told["FunctionArn"],
        "functionName": told["FunctionArn"],
        "functionResponseTypes": told.get("FunctionResponseTypes", []),
        "lastModified": told["LastModified"].isoformat(),
        "lastProcessingResult": told.get("LastProcessingResult", ""),
        "maximumBatchingWindowInSeconds": told.get("MaximumBatchingWindowInSeconds", 0),
        "region": aws.region,
        "state": told["State"],
        "stateTransitionReason": told.get("StateTransitionReason", ""),
        "uuid": told["UUID"],
        **({"filterCriteria": {"filters": filters}} if filters else {}),
        **({"scalingConfig": {"maximumConcurrency": concurrency}} if concurrency else {}),
        **tag_properties(aws.lambda_.list_tags(Resource=arn).get("Tags", {})),
    }


def update(aws: Aws, change: Change) -> None:
    """Change the mapping, and wait until it is changed."""
    if change.touches("functionName"):
        refuse_slow_function(aws, change.new)
    parameters = _parameters(change.new, change.names)
    if parameters:
        aws.lambda_.update_event_source_mapping(UUID=change.id, **parameters)
        settle(aws, change.id, change.new)
    changed, removed = tag_changes(change)
    if changed or removed:
        arn = aws.lambda_.get_event_source_mapping(UUID=change.id)["EventSourceMappingArn"]
        if changed:
            aws.lambda_.tag_resource(Resource=arn, Tags=changed)
        if removed:
            aws.lambda_.untag_resource(Resource=arn, TagKeys=removed)


def delete(aws: Aws, uuid: str, _inputs: Properties) -> None:
    """Delete the mapping, and wait until it no longer polls."""
    aws.lambda_.delete_event_source_mapping(UUID=uuid)

    def look() -> str | None:
        try:
            return aws.lambda_.get_event_source_mapping(UUID=uuid)["State"]
        except aws.lambda_.exceptions.ResourceNotFoundException:
            return None

    aws.wait(f"event source mapping {uuid} to be gone", look)


def refuse_slow_function(aws: Aws, inputs: Properties) -> None:
    """Refuse, as AWS does and the emulator does not, a function slower than its queue is patient.

    Raises:
        ProviderError: The function's timeout is longer than the queue's visibility timeout.
    """
    function = aws.lambda_.get_function_configuration(FunctionName=inputs["functionName"])
    account, queue = inputs["eventSourceArn"].split(":")[4:]
    url = aws.sqs.get_queue_url(QueueName=queue, QueueOwnerAWSAccountId=account)["QueueUrl"]
    told = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
    visibility = int(told["Attributes"]["VisibilityTimeout"])
    if function["Timeout"] > visibility:
        raise ProviderError(
            f"InvalidParameterValueException: Queue visibility timeout: {visibility} seconds is "
            f"less than Function timeout: {function['Timeout']} seconds"
        )


def _parameters(inputs: Properties, names: frozenset[str]) -> dict[str, Any]:
    """The parameters for these properties, as the calls to create and to update share them."""
    parameters: dict[str, Any] = {
        PARAMETERS[name]: inputs.get(name, EMPTIED.get(name))
        for name in names.intersection(PARAMETERS)
    }
    if "filterCriteria" in names:
        filters = inputs.get("filterCriteria", {}).get("filters", [])
        parameters["FilterCriteria"] = {
            "Filters": [{"Pattern": each["pattern"]} for each in filters]
        }
    if "scalingConfig" in names:
        concurrency = inputs.get("scalingConfig", {}).get("maximumConcurrency")
        parameters["ScalingConfig"] = (
            {} if concurrency is None else {"MaximumConcurrency": concurrency}
        )
    return parameters


def _inside(told: dict[str, Any], block: str, key: str) -> Any:
    return (told.get(block) or {}).get(key) or []


EVENT_SOURCE_MAPPING = ResourceType(
    pulumi_type="aws:lambda/eventSourceMapping:EventSourceMapping",
    noun="event source mapping",
    properties=PROPERTIES,
    refused=REFUSED,
    outputs=(
        *("arn", "functionArn", "lastModified", "lastProcessingResult", "state"),
        *("stateTransitionReason", "tagsAll", "uuid"),
    ),
    unsettled=("functionArn", "lastModified", "lastProcessingResult", "state"),
    gone=frozenset({"ResourceNotFoundException"}),
    problems=problems,
    create=create,
    settle=settle,
    read=read,
    update=update,
    delete=delete,
)
