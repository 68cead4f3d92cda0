"""The state of a deployed resource: its properties as AWS returns them, and its inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.emulator.provider.checking import without_defaults
from automation.emulator.provider.errors import ProviderError
from automation.emulator.provider.reasons import error_code

if TYPE_CHECKING:
    from automation.emulator.provider.aws import Aws
    from automation.emulator.provider.schema import ResourceType
    from automation.emulator.provider.values import Properties


def read(resource_type: ResourceType, aws: Aws, resource_id: str) -> Properties | None:
    """Return a resource's properties as AWS returns them; None if it is missing."""
    try:
        return resource_type.read(aws, resource_id)
    except Exception as error:
        if error_code(error) not in resource_type.not_found:
            raise
        return None


def deployed(
    resource_type: ResourceType, aws: Aws, resource_id: str, inputs: Properties
) -> Properties:
    """Return the state of a resource that was just created or updated.

    Raises:
        ProviderError: The resource is missing.
    """
    found = read(resource_type, aws, resource_id)
    if found is None:
        raise ProviderError(f"{resource_type.noun} {resource_id} no longer exists")
    return {**inputs, **found}


def after_failure(
    resource_type: ResourceType, aws: Aws, resource_id: str, known: Properties
) -> Properties | None:
    """Return the state of a resource whose creation or update failed half-way.

    What AWS never returns keeps its `known` value.

    Returns:
        None if the resource is missing or cannot be read.
    """
    try:
        found = read(resource_type, aws, resource_id)
    except Exception:  # noqa: BLE001 -- the caller reports the first error, which says more
        return None
    return None if found is None else {**known, **found}


def refreshed(
    resource_type: ResourceType, old: Properties, inputs: Properties, found: Properties
) -> Properties:
    """Return the state after a refresh or an import.

    Args:
        resource_type: The resource's type.
        old: The state before; empty for an import.
        inputs: The resource's inputs, updated from what was found.
        found: The properties as AWS returns them.
    """
    unread = {
        name: old[name]
        for name, entry in resource_type.properties.items()
        if entry.write_only and name in old
    }
    return {**without_defaults(inputs), **unread, **found}
