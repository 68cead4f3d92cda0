"""aws:cloudwatch/logGroup:LogGroup; it follows ``internal/service/logs/group.go``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from automation.emulator.provider.aws import create_once
from automation.emulator.provider.names import Naming, prefix_of
from automation.emulator.provider.schema import (
    REGION,
    TAGS,
    Change,
    Kind,
    Property,
    ResourceType,
    matching,
    one_of,
)
from automation.emulator.provider.tags import tag_changes, tag_properties

if TYPE_CHECKING:
    from automation.emulator.provider.aws import Aws
    from automation.emulator.provider.values import Properties

RETENTION_DAYS = (  # 0 keeps events forever
    *(0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400),
    *(545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
NAME_CHARACTERS = "letters, digits and characters of _-./#"

PROPERTIES = {
    "logGroupClass": Property(
        computed=True,
        forces_new=True,
        check=one_of(
            *("STANDARD", "INFREQUENT_ACCESS"),
            unsupported={"DELIVERY": "it is for logs that AWS services deliver"},
        ),
    ),
    "name": Property(
        computed=True,
        forces_new=True,
        check=matching(r"[\w./#-]{1,512}", f"1 to 512 {NAME_CHARACTERS}"),
    ),
    "namePrefix": Property(
        computed=True,
        forces_new=True,
        write_only=True,
        check=matching(r"[\w./#-]{1,483}", f"1 to 483 {NAME_CHARACTERS}"),
    ),
    "region": REGION,
    "retentionInDays": Property(kind=Kind.INTEGER, default=0, check=one_of(*RETENTION_DAYS)),
    "skipDestroy": Property(kind=Kind.BOOLEAN, default=False, write_only=True),
    "tags": TAGS,
}


def create(aws: Aws, inputs: Properties) -> str:
    """Create the group; its id is its name."""
    name = NAMING.given_or_prefixed(inputs)
    request = partial(
        aws.logs.create_log_group,
        logGroupName=name,
        logGroupClass=inputs.get("logGroupClass", "STANDARD"),
        tags=inputs.get("tags", {}),
    )
    create_once(request, "ResourceAlreadyExistsException")
    return name


def stabilize(aws: Aws, name: str, inputs: Properties) -> None:
    """Set the retention, which the call to create a group cannot."""
    if inputs["retentionInDays"]:
        aws.logs.put_retention_policy(logGroupName=name, retentionInDays=inputs["retentionInDays"])


def read(aws: Aws, name: str) -> Properties | None:
    """Return the group and its tags; None if no group has exactly this name."""
    pages = aws.logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
    groups = (group for page in pages for group in page["logGroups"])
    group = next((group for group in groups if group["logGroupName"] == name), None)
    if group is None:
        return None
    arn = group["arn"].removesuffix(":*")
    return {
        "arn": arn,
        "logGroupClass": group.get("logGroupClass", "STANDARD"),
        "name": name,
        "region": aws.region,
        "retentionInDays": group.get("retentionInDays", 0),
        **prefix_of(name),
        **tag_properties(aws.logs.list_tags_for_resource(resourceArn=arn).get("tags", {})),
    }


def update(aws: Aws, change: Change) -> None:
    """Set or remove the retention, and change the tags."""
    if change.touches("retentionInDays"):
        if change.new["retentionInDays"]:
            stabilize(aws, change.id, change.new)
        else:
            aws.logs.delete_retention_policy(logGroupName=change.id)
    changed, removed = tag_changes(change)
    if changed:
        aws.logs.tag_log_group(logGroupName=change.id, tags=changed)
    if removed:
        aws.logs.untag_log_group(logGroupName=change.id, tags=removed)


def delete(aws: Aws, name: str, inputs: Properties) -> None:
    """Delete the group, unless `skipDestroy` is set."""
    if not inputs.get("skipDestroy"):
        aws.logs.delete_log_group(logGroupName=name)


NAMING = Naming(limit=255)
LOG_GROUP = ResourceType(
    pulumi_type="aws:cloudwatch/logGroup:LogGroup",
    noun="log group",
    properties=PROPERTIES,
    unsupported={
        "kmsKeyId": "the emulator cannot change the key of a log group",
        "deletionProtectionEnabled": "the emulator does not protect log groups from deletion",
    },
    outputs=("arn", "tagsAll"),
    conflicts=(("name", "namePrefix"),),
    naming=NAMING,
    not_found=frozenset({"ResourceNotFoundException"}),
    create=create,
    stabilize=stabilize,
    read=read,
    update=update,
    delete=delete,
)
