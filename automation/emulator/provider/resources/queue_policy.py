"""aws:sqs/queuePolicy:QueuePolicy, a queue attribute as a resource of its own.

It follows ``internal/service/sqs/queue_policy.go``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.emulator.provider.policies import check_policy, same_policy
from automation.emulator.provider.resources.queue import NOT_FOUND
from automation.emulator.provider.schema import REGION, Change, Kind, Property, ResourceType

if TYPE_CHECKING:
    from automation.emulator.provider.aws import Aws
    from automation.emulator.provider.values import Properties

PROPERTIES = {
    "policy": Property(kind=Kind.DOCUMENT, same=same_policy, required=True, check=check_policy),
    "queueUrl": Property(required=True, forces_new=True),
    "region": REGION,
}


def create(aws: Aws, inputs: Properties) -> str:
    """Set the attribute; the id is the queue's URL."""
    _set(aws, inputs["queueUrl"], inputs["policy"])
    return str(inputs["queueUrl"])


def read(aws: Aws, url: str) -> Properties | None:
    """Return the attribute; None if the queue has none."""
    response = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
    policy = response.get("Attributes", {}).get("Policy")
    if not policy:
        return None
    return {"queueUrl": url, "policy": policy, "region": aws.region}


def update(aws: Aws, change: Change) -> None:
    """Set the attribute."""
    _set(aws, change.id, change.new["policy"])


def delete(aws: Aws, url: str, _inputs: Properties) -> None:
    """Clear the attribute."""
    _set(aws, url, "")


def _set(aws: Aws, url: str, policy: str) -> None:
    aws.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})


QUEUE_POLICY = ResourceType(
    pulumi_type="aws:sqs/queuePolicy:QueuePolicy",
    noun="SQS queue policy",
    properties=PROPERTIES,
    not_found=NOT_FOUND,
    create=create,
    read=read,
    update=update,
    delete=delete,
)
