"""What differs between the inputs a resource has and those it is to have, and what that takes."""

from __future__ import annotations

import json
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from automation.emulator.provider.checking import DEFAULTS
from automation.emulator.provider.documents import same_document
from automation.emulator.provider.schema import Kind, Property, ResourceType
from automation.emulator.provider.values import is_unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from automation.emulator.provider.values import Properties


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One property that differs.

    Attributes:
        name: The property.
        added: Whether it was absent.
        removed: Whether it will be absent.
        replaces: Whether the resource has to be replaced for it.
    """

    name: str
    added: bool
    removed: bool
    replaces: bool


def differences(resource_type: ResourceType, old: Properties, new: Properties) -> list[Difference]:
    """The properties that differ between two checked sets of inputs, in the table's order."""
    return [
        Difference(
            name=name,
            added=name not in old,
            removed=name not in new,
            replaces=entry.forces_new,
        )
        for name, entry in resource_type.properties.items()
        if not _same(entry, old.get(name), new.get(name))
    ]


def deletes_first(resource_type: ResourceType, new: Properties) -> bool:
    """Whether a replaced resource is deleted before its successor is made.

    So it is where the program gives the name, for no two can bear it, as in pulumi-terraform-bridge
    (``nameRequiresDeleteBeforeReplace``).
    """
    return (
        resource_type.naming is not None and "name" in new and "name" not in new.get(DEFAULTS, [])
    )


def inputs_in_reality(
    resource_type: ResourceType, old: Properties, state: Properties
) -> Properties:
    """The inputs of a resource as AWS tells them, for a refresh (`old` inputs) or an import (none).

    What the program wrote in another way than AWS stays as it was written; what AWS chose where the
    program said nothing is no input of that program, but an import takes all of it.
    """
    inputs = dict(old)
    for name, entry in resource_type.properties.items():
        if entry.kept_back:
            if not old and entry.default is not None:
                inputs[name] = entry.default
            continue
        if old and name not in old and entry.computed:
            continue
        if not _same(entry, old.get(name), state.get(name)):
            inputs[name] = state.get(name)
            if inputs[name] in ABSENT:
                del inputs[name]
    chosen = [name for name in old.get(DEFAULTS, []) if inputs.get(name) == old.get(name)]
    return {**inputs, DEFAULTS: chosen}


def _same(entry: Property, old: Any, new: Any) -> bool:
    if new is None and entry.computed:
        return True
    if old in ABSENT and new in ABSENT:
        return True
    if old is None or new is None or is_unknown(old) or is_unknown(new):
        return False
    if entry.kind is Kind.BLOCK:
        return all(_same(each, old.get(name), new.get(name)) for name, each in entry.fields.items())
    compare = entry.same or COMPARERS.get(entry.kind, operator.eq)
    return bool(compare(old, new))


def _in_order(blocks: list[Properties]) -> list[str]:
    return sorted(json.dumps(block, sort_keys=True) for block in blocks)


ABSENT: tuple[Any, ...] = (None, "", 0, False, [], {})  # all the same, as to a Terraform schema
COMPARERS: Mapping[Kind, Callable[[Any, Any], bool]] = {
    Kind.ARCHIVE: lambda old, new: bool(old.hash == new.hash),
    Kind.BLOCK_SET: lambda old, new: _in_order(old) == _in_order(new),
    Kind.JSON: same_document,
    Kind.STRING_SET: lambda old, new: sorted(old) == sorted(new),
}
