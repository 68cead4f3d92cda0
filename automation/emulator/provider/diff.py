"""What an update changes: the new inputs, planned against a resource's state.

The plan is that of the official provider (terraform-plugin-sdk's ``schemaMap.Diff``, called by
pulumi-terraform-bridge): what the program does not set stays as it is if AWS chooses its value, and
is removed otherwise; what it sets is a change only if the state has another value.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from enum import Enum
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from automation.emulator.provider.checking import DEFAULTS
from automation.emulator.provider.documents import same_document
from automation.emulator.provider.schema import Kind, Property, ResourceType
from automation.emulator.provider.values import UNKNOWN, is_unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from automation.emulator.provider.values import Properties

Path = tuple[str | int, ...]
Part = tuple[str | int, Any, Any]  # a key or an index, and its old and new value


class Action(Enum):
    """What a change does to a value, in the protocol's words."""

    ADD = "ADD"
    DELETE = "DELETE"
    UPDATE = "UPDATE"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One value that changes.

    Attributes:
        path: Its property, and the fields, keys and indices below that.
        action: What happens to it.
        replaces: Whether the change replaces the resource.
    """

    path: Path
    action: Action
    replaces: bool

    @property
    def name(self) -> str:
        """The property."""
        return str(self.path[0])


def differences(
    resource_type: ResourceType, state: Properties, inputs: Properties
) -> list[Difference]:
    """Return the values that a resource's checked inputs change in its state, in table order."""
    properties = resource_type.properties
    computed = {name for name, entry in properties.items() if entry.computed}
    kept = {name: value for name, value in state.items() if name in computed}
    planned = {**kept, **inputs}
    return [
        Difference(path=path, action=action, replaces=properties[str(path[0])].forces_new)
        for path, action in _changes(properties, state, inputs, planned)
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

    A refresh keeps the inputs that would change nothing in the state. An import takes all values.

    Args:
        resource_type: The resource's type.
        old: The inputs before a refresh; empty for an import.
        state: The properties as AWS returns them.
    """
    inputs = dict(old)
    drifted = {
        each.name
        for each in differences(resource_type, state, old)
        if state.get(each.name) not in ABSENT or old.get(each.name) not in ABSENT
    }
    for name, entry in resource_type.properties.items():
        if entry.write_only:
            if not old and entry.default is not None:
                inputs[name] = entry.default
        elif name in drifted or not old:
            inputs[name] = state.get(name)
            if inputs[name] in ABSENT:
                del inputs[name]
    defaults = [name for name in old.get(DEFAULTS, []) if inputs.get(name) == old.get(name)]
    return {**inputs, DEFAULTS: defaults}


def _changes(
    table: Mapping[str, Property],
    old: Properties,
    new: Properties,
    planned: Properties,
    path: Path = (),
) -> Iterator[tuple[Path, Action]]:
    """Yield what changes in a resource, or in the block at `path`."""
    for name, entry in table.items():
        before, after = old.get(name), new.get(name)
        if not _unchanged(entry, before, after, planned):
            yield from _details(entry, before, after, planned, (*path, name))


def _unchanged(entry: Property, old: Any, new: Any, planned: Properties) -> bool:
    """Whether a property keeps its value in the state."""
    return _same(entry, old, new, planned) or entry.suppress(old, new, planned)


def _same(entry: Property, old: Any, new: Any, planned: Properties) -> bool:
    if new is None:
        return entry.computed or old in ABSENT
    if new == "" and entry.computed and old is not None:  # as good as not set, if there is a value
        return True
    if old is None:
        return entry.kind in PARTS and new in ABSENT
    if entry.kind is Kind.BLOCK and new is not UNKNOWN:
        return not any(_changes(entry.fields, old, new, planned))
    if is_unknown(new):
        return False
    compare = entry.same or COMPARERS.get(entry.kind, operator.eq)
    return bool(compare(old, new))


def _details(
    entry: Property, old: Any, new: Any, planned: Properties, path: Path
) -> Iterator[tuple[Path, Action]]:
    """Yield the changes below a property that changes, or the property itself."""
    if old is None or new is None or new is UNKNOWN:
        yield path, _action(old, new)
    elif entry.kind is Kind.BLOCK:
        yield from _changes(entry.fields, old, new, planned, path)
    elif entry.kind in PARTS:
        for part, before, after in PARTS[entry.kind](old, new):
            if entry.fields and isinstance(before, dict) and isinstance(after, dict):
                yield from _changes(entry.fields, before, after, planned, (*path, part))
            else:
                yield (*path, part), _action(before, after)
    else:
        yield path, Action.UPDATE


def _action(old: Any, new: Any) -> Action:
    if old is None:
        return Action.ADD
    return Action.DELETE if new is None else Action.UPDATE


def _map_parts(old: Properties, new: Properties) -> Iterator[Part]:
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key):
            yield key, old.get(key), new.get(key)


def _list_parts(old: list[Any], new: list[Any]) -> Iterator[Part]:
    for index, (before, after) in enumerate(zip_longest(old, new)):
        if before != after:
            yield index, before, after


def _set_parts(old: list[Any], new: list[Any]) -> Iterator[Part]:
    removed = {index: each for index, each in enumerate(old) if each not in new}
    added = {index: each for index, each in enumerate(new) if each not in old}
    for index in sorted(removed.keys() | added.keys()):
        yield index, removed.get(index), added.get(index)


def _same_set(old: list[Any], new: list[Any]) -> bool:
    return not any(_set_parts(old, new))


# What the state has of a property that is not set.
ABSENT: tuple[Any, ...] = (None, "", 0, False, [], {})
COMPARERS: Mapping[Kind, Callable[[Any, Any], bool]] = {
    Kind.ARCHIVE: lambda old, new: bool(old.hash == new.hash),
    Kind.BLOCK_SET: _same_set,
    Kind.DOCUMENT: same_document,
    Kind.JSON: same_document,
    Kind.STRING_SET: _same_set,
}
PARTS: Mapping[Kind, Callable[[Any, Any], Iterator[Part]]] = {
    Kind.BLOCK_SET: _set_parts,
    Kind.STRINGS: _list_parts,
    Kind.STRING_MAP: _map_parts,
    Kind.STRING_SET: _set_parts,
}
