"""Conversion between the protocol's messages and the provider's own types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.emulator.provider.checking import NamingRequest
from automation.emulator.provider.names import Proposal
from automation.emulator.provider.protocol import provider_pb2
from automation.emulator.provider.values import conceal, encode

if TYPE_CHECKING:
    from google.protobuf.struct_pb2 import Struct

    from automation.emulator.provider.diff import Difference
    from automation.emulator.provider.schema import Failure
    from automation.emulator.provider.values import Properties

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


def concealed(properties: Properties, like: Properties) -> Struct:
    """Return the message for properties, with secrets wherever `like` has them."""
    return encode(conceal(properties, {**like, "tagsAll": like.get("tags")}))


def check_failures(failures: list[Failure]) -> list[provider_pb2.CheckFailure]:
    """Return the messages for check failures."""
    return [
        provider_pb2.CheckFailure(property=each.property, reason=each.reason) for each in failures
    ]


def detailed_diff(differences: list[Difference]) -> dict[str, provider_pb2.PropertyDiff]:
    """Return the message for each difference, by property, for the engine's display."""
    return {
        each.name: provider_pb2.PropertyDiff(kind=_diff_kind(each), inputDiff=True)
        for each in differences
    }


def _diff_kind(difference: Difference) -> provider_pb2.PropertyDiff.Kind.ValueType:
    name = "ADD" if difference.added else "DELETE" if difference.removed else "UPDATE"
    return provider_pb2.PropertyDiff.Kind.Value(f"{name}_REPLACE" if difference.replaces else name)
