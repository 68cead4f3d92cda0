"""Queue attributes as resources of their own: a queue's policy, and its redrive-allow policy.

They follow ``internal/service/sqs/queue_policy.go`` and ``queue_redrive_allow_policy.go``, which
share ``queueAttributeHandler`` in the same way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.emulator.provider.policies import check_policy, same_policy
from automation.emulator.provider.resources.queue import ATTRIBUTES, NOT_FOUND
from automation.emulator.provider.schema import REGION, Change, Kind, Property, ResourceType

if TYPE_CHECKING:
    from automation.emulator.provider.aws import Aws
    from automation.emulator.provider.values import Properties


def queue_attribute(pulumi_type: str, noun: str, name: str, entry: Property) -> ResourceType:
    """Return the type of a resource that is one attribute of a queue; its id is the queue's URL.

    Args:
        pulumi_type: The resource's type.
        noun: What it is, for an error.
        name: The property with the attribute's value, named as in aws:sqs/queue:Queue.
        entry: That property.
    """
    attribute = ATTRIBUTES[name]

    def put(aws: Aws, url: str, value: str) -> None:
        aws.sqs.set_queue_attributes(QueueUrl=url, Attributes={attribute: value})

    def create(aws: Aws, inputs: Properties) -> str:
        put(aws, inputs["queueUrl"], inputs[name])
        return str(inputs["queueUrl"])

    def read(aws: Aws, url: str) -> Properties | None:
        response = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[attribute])
        value = response.get("Attributes", {}).get(attribute)
        return {"queueUrl": url, name: value, "region": aws.region} if value else None

    def update(aws: Aws, change: Change) -> None:
        put(aws, change.id, change.new[name])

    def delete(aws: Aws, url: str, _state: Properties) -> None:
        put(aws, url, "")

    return ResourceType(
        pulumi_type=pulumi_type,
        noun=noun,
        properties={
            name: entry,
            "queueUrl": Property(required=True, forces_new=True),
            "region": REGION,
        },
        not_found=NOT_FOUND,
        create=create,
        read=read,
        update=update,
        delete=delete,
    )


QUEUE_POLICY = queue_attribute(
    "aws:sqs/queuePolicy:QueuePolicy",
    "SQS queue policy",
    "policy",
    Property(kind=Kind.DOCUMENT, same=same_policy, required=True, check=check_policy),
)
REDRIVE_ALLOW_POLICY = queue_attribute(
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy",
    "SQS redrive-allow policy",
    "redriveAllowPolicy",
    Property(kind=Kind.JSON, required=True),
)
