"""What a preview knows of a resource's properties before its deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.emulator.provider.values import UNKNOWN

if TYPE_CHECKING:
    from automation.emulator.provider.schema import Change, ResourceType
    from automation.emulator.provider.values import Properties


def preview_create(resource_type: ResourceType, inputs: Properties) -> Properties:
    """Return the properties of a resource to create: its inputs, and unknown outputs."""
    name = ("name",) if resource_type.naming is not None else ()  # a prefix leaves it unknown
    return {**dict.fromkeys((*name, *resource_type.outputs), UNKNOWN), **inputs}


def preview_update(resource_type: ResourceType, change: Change) -> Properties:
    """Return the properties of a resource to update."""
    kept = {name: value for name, value in change.old.items() if name not in change.names}
    tags = ("tagsAll",) if change.touches("tags") else ()
    return {**kept, **dict.fromkeys((*resource_type.volatile, *tags), UNKNOWN), **change.new}
