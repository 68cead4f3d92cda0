"""The differences between a resource's old and new inputs, and which of them replace it."""

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
        added: Whether only the new inputs have it.
        removed: Whether only the old inputs have it.
        replaces: Whether the difference replaces the resource.
    """

    name: str
    added: bool
    removed: bool
    replaces: bool


def differences(resource_type: ResourceType, old: Properties, new: Properties) -> list[Difference]:
    """Return the properties that differ between two sets of checked inputs, in table order."""
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


def delete_before_replace(resource_type: ResourceType, new: Properties) -> bool:
    """Whether a replacement deletes the old resource before it creates the new one.

    It does if the program sets the name, because two resources cannot share it. The rule is
    ``nameRequiresDeleteBeforeReplace`` of pulumi-terraform-bridge.
    """
    return (
        resource_type.naming is not None and "name" in new and "name" not in new.get(DEFAULTS, [])
    )


def inputs_from_state(
    resource_type: ResourceType, old: Properties, state: Properties
) -> Properties:
    """Return a resource's inputs, updated from its state, for a refresh or an import.

    A refresh keeps values that differ from AWS's only in notation, and adds no value that AWS
    chose by itself. An import takes all values.

    Args:
        resource_type: The resource's type.
        old: The inputs before a refresh; empty for an import.
        state: The properties as AWS returns them.
    """
    inputs = dict(old)
    for name, entry in resource_type.properties.items():
        if entry.write_only:
            if not old and entry.default is not None:
                inputs[name] = entry.default
            continue
        if old and name not in old and entry.computed:
            continue
        if not _same(entry, old.get(name), state.get(name)):
            inputs[name] = state.get(name)
            if inputs[name] in ABSENT:
                del inputs[name]
    defaults = [name for name in old.get(DEFAULTS, []) if inputs.get(name) == old.get(name)]
    return {**inputs, DEFAULTS: defaults}


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


def _sorted_blocks(blocks: list[Properties]) -> list[str]:
    return sorted(json.dumps(block, sort_keys=True) for block in blocks)


ABSENT: tuple[Any, ...] = (
    None,
    "",
    0,
    False,
    [],
    {},
)  # equal to each other, as in Terraform schemas
COMPARERS: Mapping[Kind, Callable[[Any, Any], bool]] = {
    Kind.ARCHIVE: lambda old, new: bool(old.hash == new.hash),
    Kind.BLOCK_SET: lambda old, new: _sorted_blocks(old) == _sorted_blocks(new),
    Kind.JSON: same_document,
    Kind.STRING_SET: lambda old, new: sorted(old) == sorted(new),
}
