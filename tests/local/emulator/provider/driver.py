"""What the engine does with a provider, in a few verbs."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto.provider_pb2 import ErrorResourceInitFailed
from pulumi.runtime.proto.status_pb2 import Status

from automation.emulator.provider.protocol import provider_pb2
from automation.emulator.provider.server import Provider
from automation.emulator.provider.values import decode, encode

if TYPE_CHECKING:
    from automation.emulator.provider.aws import Clients


class AbortedError(Exception):
    """A call that the provider aborted."""


class Context:
    """As much of a gRPC context as the provider uses."""

    def __init__(self) -> None:
        self.metadata: dict[str, bytes] = {}

    def set_trailing_metadata(self, metadata: tuple[tuple[str, bytes], ...]) -> None:
        self.metadata.update(metadata)

    def abort(self, code: grpc.StatusCode, details: str) -> None:
        error = AbortedError(details)
        error.add_note(code.name)
        raise error


@dataclass
class Resource:
    """A resource as the engine records it."""

    type: str
    name: str
    id: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    """What the provider says of a change."""

    changed: set[str]
    replaces: set[str]
    deletes_first: bool


class Driver:
    """Drives one provider, and deletes in the end what was made with it."""

    def __init__(self, clients: Clients) -> None:
        self.provider = Provider(clients, {})
        self.context = Context()
        self.call: Any = self.provider  # its methods' parameters are messages: here they vary
        self.made: list[Resource] = []

    def check(self, resource: Resource, news: dict[str, Any]) -> dict[str, Any]:
        request = provider_pb2.CheckRequest(
            type=resource.type,
            name=resource.name,
            olds=encode(resource.inputs),
            news=encode(news),
            randomSeed=os.urandom(32),
        )
        answer = self.call.Check(request, self.context)
        assert not list(answer.failures), answer.failures
        return decode(answer.inputs)

    def preview(self, type_: str, name: str, /, **news: Any) -> dict[str, Any]:
        resource = Resource(type_, name)
        inputs = encode(self.check(resource, news))
        request = provider_pb2.CreateRequest(type=type_, name=name, properties=inputs, preview=True)
        return decode(self.call.Create(request, self.context).properties)

    def create(self, type_: str, name: str, /, *, within: float = 0, **news: Any) -> Resource:
        resource = Resource(type_, name)
        resource.inputs = self.check(resource, news)
        request = provider_pb2.CreateRequest(
            type=type_, name=name, properties=encode(resource.inputs), timeout=within
        )
        answer = self.call.Create(request, self.context)
        resource.id, resource.state = answer.id, decode(answer.properties)
        self.made.append(resource)
        return resource

    def half_made(self) -> ErrorResourceInitFailed:
        """What the last call's error says of the resource that it left behind."""
        status = Status.FromString(self.context.metadata["grpc-status-details-bin"])
        detail = ErrorResourceInitFailed()
        assert status.details[0].Unpack(detail)
        return detail

    def diff(self, resource: Resource, /, **news: Any) -> Difference:
        request = provider_pb2.DiffRequest(
            type=resource.type,
            id=resource.id,
            olds=encode(resource.state),
            old_inputs=encode(resource.inputs),
            news=encode(self.check(resource, news)),
        )
        answer = self.call.Diff(request, self.context)
        some = answer.changes == provider_pb2.DiffResponse.DIFF_SOME
        assert some == bool(answer.diffs)
        assert set(answer.detailedDiff) == set(answer.diffs)
        return Difference(set(answer.diffs), set(answer.replaces), answer.deleteBeforeReplace)

    def preview_update(self, resource: Resource, /, **news: Any) -> dict[str, Any]:
        request = self._update_request(resource, self.check(resource, news))
        request.preview = True
        return decode(self.call.Update(request, self.context).properties)

    def update(self, resource: Resource, /, **news: Any) -> None:
        inputs = self.check(resource, news)
        answer = self.call.Update(self._update_request(resource, inputs), self.context)
        resource.inputs, resource.state = inputs, decode(answer.properties)

    def _update_request(
        self, resource: Resource, inputs: dict[str, Any]
    ) -> provider_pb2.UpdateRequest:
        return provider_pb2.UpdateRequest(
            type=resource.type,
            id=resource.id,
            olds=encode(resource.state),
            old_inputs=encode(resource.inputs),
            news=encode(inputs),
        )

    def read(self, resource: Resource) -> Resource | None:
        """The resource as a refresh finds it; None when it is gone."""
        request = provider_pb2.ReadRequest(
            type=resource.type,
            id=resource.id,
            inputs=encode(resource.inputs),
            properties=encode(resource.state),
        )
        answer = self.call.Read(request, self.context)
        if not answer.id:
            assert answer.properties == Struct()
            return None
        return Resource(
            resource.type,
            resource.name,
            answer.id,
            decode(answer.inputs),
            decode(answer.properties),
        )

    def delete(self, resource: Resource) -> None:
        request = provider_pb2.DeleteRequest(
            type=resource.type,
            id=resource.id,
            properties=encode(resource.state),
            old_inputs=encode(resource.inputs),
        )
        self.call.Delete(request, self.context)

    def invoke(self, token: str, /, **arguments: Any) -> dict[str, Any]:
        request = provider_pb2.InvokeRequest(tok=token, args=encode(arguments))
        return decode(getattr(self.call.Invoke(request, self.context), "return"))

    def delete_all(self) -> None:
        for resource in reversed(self.made):
            self.delete(resource)
