"""Leftovers: what still exists of a destroyed stack, on the endpoint and not in the state."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from automation.stack.events import Resource
    from automation.support.clients import Clients

NOT_FOUND = {
    "AWS.SimpleQueueService.NonExistentQueue",
    "QueueDoesNotExist",
    "ResourceNotFoundException",
    "NoSuchEntity",
}
"""The error codes of a missing resource."""


def leftovers(clients: Clients, stack: str, resources: Iterable[Resource]) -> list[str]:
    """Return what still exists of a stack, each as kind and name.

    Args:
        clients: Clients for the account and region of the stack.
        stack: Name of the stack. Resources with this value in their tag `stack` are found even if a
            killed engine never recorded them.
        resources: The resources that the engine created; each is looked up by its id.
    """
    made = [
        f"{LOOKS[resource.type][0]} {resource.id}"
        for resource in resources
        if resource.type in LOOKS and there(LOOKS[resource.type][1], clients, resource.id)
    ]
    return made or [arn for arn in tagged(clients, stack) if still_there(clients, arn)]


def tagged(clients: Clients, stack: str) -> Iterator[str]:
    """Return the ARNs that have the stack's tag; the tagging service may list deleted ones."""
    pages = clients.tagging.get_paginator("get_resources").paginate(
        TagFilters=[{"Key": "stack", "Values": [stack]}]
    )
    return (
        resource["ResourceARN"] for page in pages for resource in page["ResourceTagMappingList"]
    )


def still_there(clients: Clients, arn: str) -> bool:
    """Whether the resource itself can be read; one of an unknown kind counts as existing."""
    for pattern, look in ARNS.items():
        if match := re.fullmatch(pattern, arn):
            return there(look, clients, match["name"])
    return True


def there(look: Callable[[Clients, str], object], clients: Clients, name: str) -> bool:
    """Whether a look finds its resource: it returns something, and does not raise "not found"."""
    from botocore.exceptions import ClientError

    try:
        return bool(look(clients, name))
    except ClientError as error:
        if error.response["Error"]["Code"] in NOT_FOUND:
            return False
        raise


def _log_group(clients: Clients, name: str) -> bool:
    """Whether a log group of exactly this name exists; the service searches by prefix."""
    groups = clients.logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return any(group.get("logGroupName") == name for group in groups)


def _role_policy(clients: Clients, identifier: str) -> object:
    role, _, policy = identifier.partition(":")
    return clients.iam.get_role_policy(RoleName=role, PolicyName=policy)


LOOKS: dict[str, tuple[str, Callable[[Clients, str], object]]] = {
    "aws:sqs/queue:Queue": (
        "queue",
        lambda clients, url: clients.sqs.get_queue_attributes(
            QueueUrl=url, AttributeNames=["QueueArn"]
        ),
    ),
    "aws:lambda/function:Function": (
        "function",
        lambda clients, name: clients.lambda_.get_function(FunctionName=name),
    ),
    "aws:lambda/eventSourceMapping:EventSourceMapping": (
        "event source mapping",
        lambda clients, uuid: clients.lambda_.get_event_source_mapping(UUID=uuid),
    ),
    "aws:iam/role:Role": ("role", lambda clients, name: clients.iam.get_role(RoleName=name)),
    "aws:iam/rolePolicy:RolePolicy": ("role policy", _role_policy),
    "aws:cloudwatch/logGroup:LogGroup": ("log group", _log_group),
}
"""By resource type: its name for a person, and how to look it up by the engine's id."""

ARNS: dict[str, Callable[[Clients, str], object]] = {
    r"arn:[^:]+:sqs:[^:]+:\d+:(?P<name>.+)": lambda clients, name: clients.sqs.get_queue_url(
        QueueName=name
    ),
    r"arn:[^:]+:lambda:[^:]+:\d+:function:(?P<name>.+)": LOOKS["aws:lambda/function:Function"][1],
    r"arn:[^:]+:lambda:[^:]+:\d+:event-source-mapping:(?P<name>.+)": LOOKS[
        "aws:lambda/eventSourceMapping:EventSourceMapping"
    ][1],
    r"arn:[^:]+:iam::\d+:role/(?:.+/)?(?P<name>[^/]+)": LOOKS["aws:iam/role:Role"][1],
    r"arn:[^:]+:logs:[^:]+:\d+:log-group:(?P<name>[^:]+)(?::\*)?": _log_group,
}
"""By ARN pattern: how to look the resource up by the name in the ARN."""
