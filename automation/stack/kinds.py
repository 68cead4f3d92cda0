"""The kinds of resources that a stack can have, and how to find, read and delete each by name.

A table for all code that looks at the endpoint itself, past the engine and its state. To add a
kind, add it to `KINDS`. What exists only as a part of another resource is no kind: a policy of a
role, an attribute of a queue.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from automation.stack.events import Resource
    from automation.support.clients import Clients

NOT_FOUND = {
    "AWS.SimpleQueueService.NonExistentQueue",
    "QueueDoesNotExist",
    "ResourceNotFoundException",
    "NoSuchEntity",
}
"""The error codes of a missing resource."""

# Pulumi adds 7 hexadecimal digits to a resource's name in the program, terraform 26 to a prefix.
GENERATED = re.compile(r"(.+-[0-9a-f]{7}|.*[0-9]{18}[0-9a-f]{8})(\.fifo)?")

Tags = dict[str, str]
T = TypeVar("T")

RELATED: tuple[Literal["FunctionArn"], Literal["EventSourceArn"]] = (
    "FunctionArn",
    "EventSourceArn",
)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of resource.

    Attributes:
        noun: Its name for a person.
        type: Its Pulumi type token.
        name: Returns the name in the id that the engine records.
        arn: Pattern of its ARN, with the group `name`; empty if it has none.
        look: Reads the resource with a name: something, or nothing, or an error of `NOT_FOUND`.
        delete: Deletes the resource with a name, and what belongs to it.
        list: Lists all, each with its tags, for an endpoint whose tagging service lacks this kind.
    """

    noun: str
    type: str
    name: Callable[[str], str]
    arn: str
    look: Callable[[Clients, str], object]
    delete: Callable[[Clients, str], object]
    list: Callable[[Clients], Iterator[tuple[str, Tags]]]


@dataclass(frozen=True, kw_only=True, order=True)
class Item:
    """One resource on the endpoint, by kind and name."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def item_of(type_token: str, identity: str) -> Item | None:
    """Return the item for a resource as the engine records it; None for an unknown type."""
    return next(
        (
            Item(kind=kind.noun, name=kind.name(identity))
            for kind in KINDS.values()
            if kind.type == type_token
        ),
        None,
    )


def items_of(resources: Iterable[Resource]) -> set[Item]:
    """Return the items for resources as the engine records them; unknown types have none."""
    items = (item_of(resource.type, resource.id) for resource in resources)
    return {item for item in items if item}


def item_of_arn(arn: str) -> Item:
    """Return the item for an ARN; its kind is "resource" if the ARN is of none that is known."""
    for kind in KINDS.values():
        if kind.arn and (match := re.fullmatch(kind.arn, arn)):
            return Item(kind=kind.noun, name=match["name"])
    return Item(kind="resource", name=arn)


def exists(clients: Clients, item: Item) -> bool:
    """Whether a resource can be read; one of an unknown kind counts as existing."""
    if item.kind not in KINDS:
        return True
    return bool(_if_found(lambda: KINDS[item.kind].look(clients, item.name)))


def delete(clients: Clients, item: Item) -> None:
    """Delete a resource; a missing one is as good as deleted.

    Raises:
        botocore.exceptions.ClientError: The service refused.
    """
    _if_found(lambda: KINDS[item.kind].delete(clients, item.name))


def tags_of(clients: Clients, item: Item) -> Tags:
    """Return the tags of a resource, from a list of all; none if it is gone or of unknown kind."""
    if item.kind not in KINDS:
        return {}
    return next((tags for name, tags in KINDS[item.kind].list(clients) if name == item.name), {})


def has_generated_name(item: Item) -> bool:
    """Whether the end of a name is random or a time: no other resource has had it before."""
    return bool(GENERATED.fullmatch(item.name))


def mappings_of(clients: Clients, items: set[Item]) -> set[Item]:
    """Return the event source mappings of any of these functions and queues."""
    return {
        Item(kind="event source mapping", name=mapping["UUID"])
        for page in clients.lambda_.get_paginator("list_event_source_mappings").paginate()
        for mapping in page["EventSourceMappings"]
        if items & {item_of_arn(mapping[key]) for key in RELATED if key in mapping}
    }


def _if_found(call: Callable[[], T]) -> T | None:
    """Return what a call returns; None if its resource is missing."""
    from botocore.exceptions import ClientError

    try:
        return call()
    except ClientError as error:
        if error.response["Error"]["Code"] in NOT_FOUND:
            return None
        raise


def _with_tags(
    listed: Iterable[tuple[str, str]], read_tags: Callable[[str], Tags]
) -> Iterator[tuple[str, Tags]]:
    """Yield names with their tags; leave out what was deleted after it was listed.

    Args:
        listed: The name of each resource, and what `read_tags` takes.
        read_tags: Reads the tags of one.
    """
    for name, identity in listed:
        tags = _if_found(partial(read_tags, identity))
        if tags is not None:
            yield name, tags


def _queue_url(clients: Clients, name: str) -> str:
    return clients.sqs.get_queue_url(QueueName=name)["QueueUrl"]


def _queues(clients: Clients) -> Iterator[tuple[str, Tags]]:
    pages = clients.sqs.get_paginator("list_queues").paginate()
    return _with_tags(
        ((_last(url), url) for page in pages for url in page.get("QueueUrls", [])),
        lambda url: clients.sqs.list_queue_tags(QueueUrl=url).get("Tags", {}),
    )


def _functions(clients: Clients) -> Iterator[tuple[str, Tags]]:
    pages = clients.lambda_.get_paginator("list_functions").paginate()
    return _with_tags(
        (
            (each["FunctionName"], each["FunctionArn"])
            for page in pages
            for each in page["Functions"]
        ),
        partial(_tags_of_lambda, clients),
    )


def _mappings(clients: Clients) -> Iterator[tuple[str, Tags]]:
    pages = clients.lambda_.get_paginator("list_event_source_mappings").paginate()
    return _with_tags(
        (
            (each["UUID"], each["EventSourceMappingArn"])
            for page in pages
            for each in page["EventSourceMappings"]
        ),
        partial(_tags_of_lambda, clients),
    )


def _tags_of_lambda(clients: Clients, arn: str) -> Tags:
    return dict(clients.lambda_.list_tags(Resource=arn).get("Tags", {}))


def _roles(clients: Clients) -> Iterator[tuple[str, Tags]]:
    pages = clients.iam.get_paginator("list_roles").paginate()
    return _with_tags(
        (
            (role["RoleName"], role["RoleName"])
            for page in pages
            for role in page["Roles"]
            if not role["Path"].startswith("/aws-service-role/")
        ),
        lambda name: {
            tag["Key"]: tag["Value"] for tag in clients.iam.list_role_tags(RoleName=name)["Tags"]
        },
    )


def _delete_role(clients: Clients, name: str) -> None:
    for policy in clients.iam.list_role_policies(RoleName=name)["PolicyNames"]:
        clients.iam.delete_role_policy(RoleName=name, PolicyName=policy)
    for attached in clients.iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        clients.iam.detach_role_policy(RoleName=name, PolicyArn=attached["PolicyArn"])
    clients.iam.delete_role(RoleName=name)


def _log_group(clients: Clients, name: str) -> bool:
    """Whether a log group of exactly this name exists; the service searches by prefix."""
    groups = clients.logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return any(group.get("logGroupName") == name for group in groups)


def _log_groups(clients: Clients) -> Iterator[tuple[str, Tags]]:
    pages = clients.logs.get_paginator("describe_log_groups").paginate()
    return _with_tags(
        (
            (group["logGroupName"], group["arn"].removesuffix(":*"))
            for page in pages
            for group in page["logGroups"]
        ),
        lambda arn: dict(clients.logs.list_tags_for_resource(resourceArn=arn)["tags"]),
    )


def _alarm(clients: Clients, name: str) -> bool:
    return bool(clients.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"])


def _alarms(clients: Clients) -> Iterator[tuple[str, Tags]]:
    pages = clients.cloudwatch.get_paginator("describe_alarms").paginate()
    return _with_tags(
        ((each["AlarmName"], each["AlarmArn"]) for page in pages for each in page["MetricAlarms"]),
        lambda arn: {
            tag["Key"]: tag["Value"]
            for tag in clients.cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]
        },
    )


def _last(identity: str) -> str:
    return identity.rpartition("/")[2]


def _same(identity: str) -> str:
    return identity


KINDS: Mapping[str, Kind] = {
    kind.noun: kind
    for kind in (
        Kind(
            noun="event source mapping",
            type="aws:lambda/eventSourceMapping:EventSourceMapping",
            name=_same,
            arn=r"arn:[^:]+:lambda:[^:]+:\d+:event-source-mapping:(?P<name>.+)",
            look=lambda clients, uuid: clients.lambda_.get_event_source_mapping(UUID=uuid),
            delete=lambda clients, uuid: clients.lambda_.delete_event_source_mapping(UUID=uuid),
            list=_mappings,
        ),
        Kind(
            noun="function",
            type="aws:lambda/function:Function",
            name=_same,
            arn=r"arn:[^:]+:lambda:[^:]+:\d+:function:(?P<name>.+)",
            look=lambda clients, name: clients.lambda_.get_function(FunctionName=name),
            delete=lambda clients, name: clients.lambda_.delete_function(FunctionName=name),
            list=_functions,
        ),
        Kind(
            noun="queue",
            type="aws:sqs/queue:Queue",
            name=_last,
            arn=r"arn:[^:]+:sqs:[^:]+:\d+:(?P<name>.+)",
            look=_queue_url,
            delete=lambda clients, name: clients.sqs.delete_queue(
                QueueUrl=_queue_url(clients, name)
            ),
            list=_queues,
        ),
        Kind(
            noun="role",
            type="aws:iam/role:Role",
            name=_same,
            arn=r"arn:[^:]+:iam::\d+:role/(?:.+/)?(?P<name>[^/]+)",
            look=lambda clients, name: clients.iam.get_role(RoleName=name),
            delete=_delete_role,
            list=_roles,
        ),
        Kind(
            noun="log group",
            type="aws:cloudwatch/logGroup:LogGroup",
            name=_same,
            arn=r"arn:[^:]+:logs:[^:]+:\d+:log-group:(?P<name>[^:]+)(?::\*)?",
            look=_log_group,
            delete=lambda clients, name: clients.logs.delete_log_group(logGroupName=name),
            list=_log_groups,
        ),
        Kind(
            noun="alarm",
            type="aws:cloudwatch/metricAlarm:MetricAlarm",
            name=_same,
            arn=r"arn:[^:]+:cloudwatch:[^:]+:\d+:alarm:(?P<name>.+)",
            look=_alarm,
            delete=lambda clients, name: clients.cloudwatch.delete_alarms(AlarmNames=[name]),
            list=_alarms,
        ),
    )
}
"""By noun, in the order in which a sweep deletes: a function goes before the role that it needs."""
