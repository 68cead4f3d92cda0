"""aws:sqs/queue:Queue; it follows ``internal/service/sqs/queue.go``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from automation.emulator.provider.names import Naming, prefix_of
from automation.emulator.provider.policies import check_policy, same_policy
from automation.emulator.provider.schema import (
    REGION,
    TAGS,
    Change,
    Failure,
    Kind,
    Property,
    ResourceType,
    between,
    matching,
    one_of,
)
from automation.emulator.provider.tags import tag_changes, tag_properties

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_sqs.literals import QueueAttributeNameType

    from automation.emulator.provider.aws import Aws
    from automation.emulator.provider.values import Properties

ATTRIBUTES: dict[str, QueueAttributeNameType] = {
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "deduplicationScope": "DeduplicationScope",
    "delaySeconds": "DelaySeconds",
    "fifoQueue": "FifoQueue",
    "fifoThroughputLimit": "FifoThroughputLimit",
    "kmsDataKeyReusePeriodSeconds": "KmsDataKeyReusePeriodSeconds",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "maxMessageSize": "MaximumMessageSize",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "policy": "Policy",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "redriveAllowPolicy": "RedriveAllowPolicy",
    "redrivePolicy": "RedrivePolicy",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}
ONLY_IF_TRUE = (
    "fifoQueue",
    "contentBasedDeduplication",
)  # on a standard queue, SQS rejects even false
NOT_FOUND = frozenset({"AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"})

# PrefixedUniqueId appends 26 digits, so this much of the 80 characters is left for a prefix.
MAX_PREFIX, MAX_FIFO_PREFIX = 54, 49


def without_key(_old: Any, _new: Any, planned: Properties) -> bool:
    """Whether a queue does not use a KMS key, so that the key's reuse period counts for nothing."""
    return bool(planned.get("sqsManagedSseEnabled")) or not planned.get("kmsMasterKeyId")


def check_queue_policy(text: str) -> str | None:
    """Check a queue's policy; an empty string stands for none."""
    return check_policy(text) if text else None


PROPERTIES = {
    "contentBasedDeduplication": Property(kind=Kind.BOOLEAN, default=False),
    "deduplicationScope": Property(computed=True, check=one_of("messageGroup", "queue")),
    "delaySeconds": Property(kind=Kind.INTEGER, default=0, check=between(0, 900)),
    "fifoQueue": Property(kind=Kind.BOOLEAN, default=False, forces_new=True),
    "fifoThroughputLimit": Property(computed=True, check=one_of("perQueue", "perMessageGroupId")),
    "kmsDataKeyReusePeriodSeconds": Property(
        kind=Kind.INTEGER, computed=True, suppress=without_key, check=between(60, 86_400)
    ),
    "kmsMasterKeyId": Property(),
    "maxMessageSize": Property(kind=Kind.INTEGER, default=262_144, check=between(1024, 1_048_576)),
    "messageRetentionSeconds": Property(
        kind=Kind.INTEGER, default=345_600, check=between(60, 1_209_600)
    ),
    "name": Property(
        computed=True,
        forces_new=True,
        check=matching(
            r"[\w-]{1,80}|[\w-]{1,75}\.fifo",
            "1 to 80 letters, digits, hyphens and underscores, with .fifo at the end if FIFO",
        ),
    ),
    "namePrefix": Property(
        computed=True,
        forces_new=True,
        write_only=True,
        check=matching(
            rf"[\w-]{{0,{MAX_PREFIX}}}",
            f"at most {MAX_PREFIX} letters, digits, hyphens and underscores",
        ),
    ),
    "policy": Property(kind=Kind.JSON, same=same_policy, computed=True, check=check_queue_policy),
    "receiveWaitTimeSeconds": Property(kind=Kind.INTEGER, default=0, check=between(0, 20)),
    "redriveAllowPolicy": Property(kind=Kind.JSON, computed=True),
    "redrivePolicy": Property(kind=Kind.JSON, computed=True),
    "region": REGION,
    "sqsManagedSseEnabled": Property(kind=Kind.BOOLEAN, computed=True),
    "tags": TAGS,
    "visibilityTimeoutSeconds": Property(kind=Kind.INTEGER, default=30, check=between(0, 43_200)),
}


def check_inputs(inputs: Properties) -> Iterator[Failure]:
    """Check that the name and the other inputs match the type of queue, FIFO or standard."""
    fifo, name = inputs.get("fifoQueue"), inputs.get("name")
    if fifo is not None and name is not None and fifo != name.endswith(".fifo"):
        reason = f"the name must end in .fifo for a FIFO queue, and only then; got {name!r}"
        yield Failure(property="name", reason=reason)
    if fifo and len(prefix := inputs.get("namePrefix", "")) > MAX_FIFO_PREFIX:
        reason = f"must be at most {MAX_FIFO_PREFIX} characters for a FIFO queue, got {prefix!r}"
        yield Failure(property="namePrefix", reason=f"'namePrefix' {reason}")
    if not fifo:
        for option in ("contentBasedDeduplication", "deduplicationScope", "fifoThroughputLimit"):
            if inputs.get(option):
                yield Failure(property=option, reason=f"{option!r} is for FIFO queues only")
    by_group = inputs.get("deduplicationScope") == "messageGroup"
    if fifo and inputs.get("fifoThroughputLimit") == "perMessageGroupId" and not by_group:
        reason = "'fifoThroughputLimit' perMessageGroupId needs 'deduplicationScope' messageGroup"
        yield Failure(property="fifoThroughputLimit", reason=reason)
    policy = json.loads(inputs.get("redrivePolicy") or "{}")
    target = policy.get("deadLetterTargetArn") if isinstance(policy, dict) else None
    if target and str(target).endswith(".fifo") != bool(fifo):
        reason = f"the dead-letter queue must be of the same type, FIFO or standard; got {target}"
        yield Failure(property="redrivePolicy", reason=reason)


def create(aws: Aws, inputs: Properties) -> str:
    """Create the queue; its id is its URL."""
    attributes = {
        attribute: _text(inputs[name])
        for name, attribute in ATTRIBUTES.items()
        if inputs.get(name, "") != "" and (inputs[name] is not False or name not in ONLY_IF_TRUE)
    }
    name = NAMING.given_or_prefixed(inputs)
    tags = inputs.get("tags", {})
    response = aws.sqs.create_queue(QueueName=name, Attributes=attributes, tags=tags)
    return response["QueueUrl"]


def read(aws: Aws, url: str) -> Properties:
    """Return the queue's attributes and tags."""
    response = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    attributes = response["Attributes"]
    tags = aws.sqs.list_queue_tags(QueueUrl=url).get("Tags", {})
    name = attributes["QueueArn"].rpartition(":")[2]
    return {
        "kmsDataKeyReusePeriodSeconds": 300,  # the default; SQS leaves defaults out
        "fifoQueue": False,
        "contentBasedDeduplication": False,
        # AWS's default, which the emulator leaves out; a queue has one encryption or the other.
        "sqsManagedSseEnabled": True,
        **{
            name: _value(PROPERTIES[name].kind, attributes[attribute])
            for name, attribute in ATTRIBUTES.items()
            if attributes.get(attribute)
        },
        "arn": attributes["QueueArn"],
        "name": name,
        "region": aws.region,
        "url": url,
        **({"sqsManagedSseEnabled": False} if attributes.get("KmsMasterKeyId") else {}),
        **prefix_of(name, NAMING.suffix({"fifoQueue": name.endswith(".fifo")})),
        **tag_properties(tags),
    }


def update(aws: Aws, change: Change) -> None:
    """Set the attributes and tags that differ; clear an attribute that the program removed."""
    attributes = {
        attribute: _text(change.new.get(name, ""))
        for name, attribute in ATTRIBUTES.items()
        if change.touches(name)
    }
    if attributes:
        aws.sqs.set_queue_attributes(QueueUrl=change.id, Attributes=attributes)
    changed, removed = tag_changes(change)
    if changed:
        aws.sqs.tag_queue(QueueUrl=change.id, Tags=changed)
    if removed:
        aws.sqs.untag_queue(QueueUrl=change.id, TagKeys=removed)


def delete(aws: Aws, url: str, _inputs: Properties) -> None:
    """Delete the queue."""
    aws.sqs.delete_queue(QueueUrl=url)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _value(kind: Kind, text: str) -> Any:
    if kind is Kind.INTEGER:
        return int(text)
    return text == "true" if kind is Kind.BOOLEAN else text


NAMING = Naming(limit=80, fifo=True)
QUEUE = ResourceType(
    pulumi_type="aws:sqs/queue:Queue",
    noun="SQS queue",
    properties=PROPERTIES,
    outputs=("arn", "url", "tagsAll"),
    conflicts=(("name", "namePrefix"), ("kmsMasterKeyId", "sqsManagedSseEnabled")),
    naming=NAMING,
    not_found=NOT_FOUND,
    check_inputs=check_inputs,
    create=create,
    read=read,
    update=update,
    delete=delete,
)
