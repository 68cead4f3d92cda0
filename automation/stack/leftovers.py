"""Leftovers: what still exists of a stack, on the endpoint and not in the state, and their end.

The engine's records are not trusted alone: the response to a create call may be lost, and an engine
may be killed before it records anything. So resources are also looked up by the names that the
engine planned, by tags, and by relation: a mapping belongs to its function and its queue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.stack.kinds import KINDS, Item, delete, exists, item_of_arn, mappings_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from automation.stack.kinds import Tags
    from automation.support.clients import Clients


def leftovers(clients: Clients, stack: str, known: Collection[Item]) -> list[Item]:
    """Return what still exists of a stack, in the order in which a sweep deletes.

    Args:
        clients: Clients for the account and region of the stack.
        stack: Name of the stack: the value of its resources' tag `stack`.
        known: What the engine created or planned to create.
    """
    items = {*known} | {item_of_arn(arn) for arn, _ in _tagged(clients, "stack", stack)}
    items |= mappings_of(clients, items)
    return [item for item in in_order(items) if exists(clients, item)]


def scan(clients: Clients, tag: str, served: Collection[str]) -> dict[Item, Tags]:
    """Return everything on the endpoint that has a tag, with all its tags.

    Args:
        clients: Clients for the account and region to scan.
        tag: The tag's key.
        served: The kinds that the endpoint's tagging service knows; the others are listed one by
            one, which takes a call for each resource.
    """
    found = {item_of_arn(arn): tags for arn, tags in _tagged(clients, tag)}
    for kind in KINDS.values():
        if kind.noun not in served:
            found |= {
                Item(kind=kind.noun, name=name): tags
                for name, tags in kind.list(clients)
                if tag in tags
            }
    return {item: found[item] for item in in_order(found) if exists(clients, item)}


def sweep(clients: Clients, items: Iterable[Item]) -> dict[Item, str]:
    """Delete resources; return those that could not be deleted, each with the reason."""
    from botocore.exceptions import BotoCoreError, ClientError

    refused: dict[Item, str] = {}
    for item in in_order(items):
        if item.kind not in KINDS:
            refused[item] = "this project does not know how to delete it"
            continue
        try:
            delete(clients, item)
        except (BotoCoreError, ClientError) as error:
            refused[item] = str(error)
    return refused


def in_order(items: Iterable[Item]) -> list[Item]:
    """Return items in the order of `KINDS`, unknown kinds last."""
    order = [*KINDS, "resource"]
    return sorted(items, key=lambda item: (order.index(item.kind), item.name))


def _tagged(clients: Clients, key: str, *values: str) -> Iterator[tuple[str, Tags]]:
    """Yield the ARNs with a tag, and their tags; the tagging service may list deleted resources."""
    pages = clients.tagging.get_paginator("get_resources").paginate(
        TagFilters=[{"Key": key, "Values": list(values)}]
    )
    for page in pages:
        for resource in page["ResourceTagMappingList"]:
            yield (
                resource["ResourceARN"],
                {tag["Key"]: tag["Value"] for tag in resource.get("Tags", [])},
            )
