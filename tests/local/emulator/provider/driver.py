"""Calls a provider as the engine does."""

from __future__ import annotations

import os
import re
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
    from automation.emulator.provider.aws import ClientCache


class AbortedError(Exception):
    """A call that the provider aborted."""


class Context:
    """The part of a gRPC context that the provider uses."""

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
class DiffResult:
    """The provider's response to a diff."""

    changed: set[str]
    replaces: set[str]
    delete_before_replace: bool


class Driver:
    """Calls one provider, and can delete all resources that it created."""

    def __init__(self, clients: ClientCache) -> None:
        self.provider = Provider(clients, {})
        self.context = Context()
        self.call: Any = self.provider  # untyped: mypy does not take a Context for a gRPC context
        self.created: list[Resource] = []

    def check(self, resource: Resource, news: dict[str, Any]) -> dict[str, Any]:
        request = provider_pb2.CheckRequest(
            type=resource.type,
            name=resource.name,
            olds=encode(resource.inputs),
            news=encode(news),
            randomSeed=os.urandom(32),
        )
        response = self.call.Check(request, self.context)
        assert not list(response.failures), response.failures
        return decode(response.inputs)

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
        response = self.call.Create(request, self.context)
        resource.id, resource.state = response.id, decode(response.properties)
        self.created.append(resource)
        return resource

    def init_failure(self) -> ErrorResourceInitFailed:
        """The details of the last error: the resource that exists although its creation failed."""
        status = Status.FromString(self.context.metadata["grpc-status-details-bin"])
        detail = ErrorResourceInitFailed()
        assert status.details[0].Unpack(detail)
        return detail

    def diff(self, resource: Resource, /, **news: Any) -> DiffResult:
        request = provider_pb2.DiffRequest(
            type=resource.type,
            id=resource.id,
            olds=encode(resource.state),
            old_inputs=encode(resource.inputs),
            news=encode(self.check(resource, news)),
        )
        response = self.call.Diff(request, self.context)
        some = response.changes == provider_pb2.DiffResponse.DIFF_SOME
        assert some == bool(response.diffs)
        assert {re.split(r"[.\[]", path)[0] for path in response.detailedDiff} == set(
            response.diffs
        )
        return DiffResult(set(response.diffs), set(response.replaces), response.deleteBeforeReplace)

    def preview_update(self, resource: Resource, /, **news: Any) -> dict[str, Any]:
        request = self._update_request(resource, self.check(resource, news))
        request.preview = True
        return decode(self.call.Update(request, self.context).properties)

    def update(self, resource: Resource, /, **news: Any) -> None:
        inputs = self.check(resource, news)
        response = self.call.Update(self._update_request(resource, inputs), self.context)
        resource.inputs, resource.state = inputs, decode(response.properties)

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
        """Return the resource as a refresh finds it; None if it is missing."""
        request = provider_pb2.ReadRequest(
            type=resource.type,
            id=resource.id,
            inputs=encode(resource.inputs),
            properties=encode(resource.state),
        )
        response = self.call.Read(request, self.context)
        if not response.id:
            assert response.properties == Struct()
            return None
        return Resource(
            resource.type,
            resource.name,
            response.id,
            decode(response.inputs),
            decode(response.properties),
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
        for resource in reversed(self.created):
            self.delete(resource)
