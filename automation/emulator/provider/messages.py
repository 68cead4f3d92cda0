"""The protocol's messages, from and to what the tables' functions speak."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import grpc

from automation.emulator.provider.checking import NamingRequest
from automation.emulator.provider.names import Proposal
from automation.emulator.provider.protocol import provider_pb2, status_pb2
from automation.emulator.provider.values import conceal, encode

if TYPE_CHECKING:
    from google.protobuf.struct_pb2 import Struct
    from grpc import ServicerContext

    from automation.emulator.provider.diff import Difference
    from automation.emulator.provider.schema import Failure
    from automation.emulator.provider.values import Properties

ENFORCE = provider_pb2.CheckRequest.AutonamingOptions.ENFORCE
DISABLE = provider_pb2.CheckRequest.AutonamingOptions.DISABLE


def naming_request(request: provider_pb2.CheckRequest) -> NamingRequest:
    """What the engine says for naming a resource; by default it says nothing of a configuration."""
    asked = request.autonaming
    proposal = Proposal(name=asked.proposed_name, enforced=asked.mode == ENFORCE)
    return NamingRequest(
        logical_name=request.name,
        seed=request.randomSeed,
        proposal=proposal if asked.proposed_name else None,
        forbidden=asked.mode == DISABLE,
    )


def concealed(properties: Properties, like: Properties) -> Struct:
    """The message of properties that are as secret as the given ones."""
    return encode(conceal(properties, {**like, "tagsAll": like.get("tags")}))


def check_failures(failures: list[Failure]) -> list[provider_pb2.CheckFailure]:
    """What is wrong with inputs, each with the property it is about."""
    return [
        provider_pb2.CheckFailure(property=each.property, reason=each.reason) for each in failures
    ]


def detailed_diff(differences: list[Difference]) -> dict[str, provider_pb2.PropertyDiff]:
    """How each property differs, for the engine's display."""
    return {
        each.name: provider_pb2.PropertyDiff(kind=_diff_kind(each), inputDiff=True)
        for each in differences
    }


def abort_half_made(
    context: ServicerContext, identity: str, properties: Struct, reason: str
) -> NoReturn:
    """Fail a creation so that the engine records what exists, and a destroy removes it."""
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=reason)
    detail = provider_pb2.ErrorResourceInitFailed(
        id=identity, properties=properties, reasons=[reason]
    )
    status.details.add().Pack(detail)
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, reason)


def _diff_kind(difference: Difference) -> provider_pb2.PropertyDiff.Kind.ValueType:
    name = "ADD" if difference.added else "DELETE" if difference.removed else "UPDATE"
    return provider_pb2.PropertyDiff.Kind.Value(f"{name}_REPLACE" if difference.replaces else name)
