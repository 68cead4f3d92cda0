"""Conversion between the protocol's messages and the provider's own types."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from automation.emulator.provider.checking import NamingRequest
from automation.emulator.provider.diff import delete_before_replace
from automation.emulator.provider.names import Proposal
from automation.emulator.provider.protocol import provider_pb2
from automation.emulator.provider.values import conceal, encode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from google.protobuf.struct_pb2 import Struct

    from automation.emulator.provider.diff import Difference, Path
    from automation.emulator.provider.schema import Failure, ResourceType
    from automation.emulator.provider.values import Properties

CHANGED = provider_pb2.DiffResponse.DIFF_SOME
UNCHANGED = provider_pb2.DiffResponse.DIFF_NONE
ENFORCE = provider_pb2.CheckRequest.AutonamingOptions.ENFORCE
DISABLE = provider_pb2.CheckRequest.AutonamingOptions.DISABLE


def naming_request(request: provider_pb2.CheckRequest) -> NamingRequest:
    """Return what a check request says about naming the resource."""
    options = request.autonaming
    proposal = Proposal(name=options.proposed_name, enforced=options.mode == ENFORCE)
    return NamingRequest(
        logical_name=request.name,
        seed=request.randomSeed,
        proposal=proposal if options.proposed_name else None,
        disabled=options.mode == DISABLE,
    )


def concealed(properties: Properties, *likes: Properties) -> Struct:
    """Return the message for properties, with secrets wherever one of `likes` has them."""
    for like in likes:
        properties = conceal(properties, {**like, "tagsAll": like.get("tags")})
    return encode(properties)


def check_failures(failures: list[Failure]) -> list[provider_pb2.CheckFailure]:
    """Return the messages for check failures."""
    return [
        provider_pb2.CheckFailure(property=each.property, reason=each.reason) for each in failures
    ]


def diff_response(
    resource_type: ResourceType, differences: list[Difference], new: Properties
) -> provider_pb2.DiffResponse:
    """Return the message for the differences between a resource's state and its new inputs."""
    changed = {each.name: None for each in differences}  # without duplicates, in order
    replaces = {each.name: None for each in differences if each.replaces}
    return provider_pb2.DiffResponse(
        changes=CHANGED if differences else UNCHANGED,
        diffs=changed,
        replaces=replaces,
        stables=[
            name
            for name, entry in resource_type.properties.items()
            if entry.forces_new and name not in replaces
        ],
        deleteBeforeReplace=bool(replaces) and delete_before_replace(resource_type, new),
        detailedDiff={
            path_text(each.path): provider_pb2.PropertyDiff(kind=_diff_kind(each))
            for each in differences
        },
        hasDetailedDiff=True,
    )


def without_ignored(differences: list[Difference], ignored: Sequence[str]) -> list[Difference]:
    """Return the differences except those at or below a path of the option `ignoreChanges`."""
    prefixes = tuple(f"{path}{separator}" for path in ignored for separator in (".", "["))
    return [
        each
        for each in differences
        if (path := path_text(each.path)) not in ignored and not path.startswith(prefixes)
    ]


def path_text(path: Path) -> str:
    """Return a property's path as the engine writes it: ``tags["a.b"]``, ``layers[0]``."""
    parts = [
        f"[{part}]" if isinstance(part, int) else f".{part}" if _is_plain(part) else _quoted(part)
        for part in path
    ]
    return "".join(parts).removeprefix(".")


def _is_plain(key: str) -> bool:
    return re.fullmatch(r"\w+", key, re.ASCII) is not None


def _quoted(key: str) -> str:
    escaped = key.replace('"', '\\"')
    return f'["{escaped}"]'


def _diff_kind(difference: Difference) -> provider_pb2.PropertyDiff.Kind.ValueType:
    name = difference.action.value
    return provider_pb2.PropertyDiff.Kind.Value(f"{name}_REPLACE" if difference.replaces else name)
