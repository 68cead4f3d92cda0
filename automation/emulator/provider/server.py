"""The engine's plugin protocol on one side, the tables of the resource types on the other."""
# ruff: noqa: N802, ARG002 -- the methods' names and parameters are the protocol's

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import grpc
from google.protobuf.empty_pb2 import Empty

from automation.emulator.provider.aws import DEADLINE, Aws, Clients
from automation.emulator.provider.checking import DEFAULTS, check
from automation.emulator.provider.configuration import check_configuration, configuration_of
from automation.emulator.provider.diff import deletes_first, differences, inputs_in_reality
from automation.emulator.provider.errors import ProviderError
from automation.emulator.provider.invokes import INVOKES
from automation.emulator.provider.messages import (
    abort_half_made,
    check_failures,
    concealed,
    detailed_diff,
    naming_request,
)
from automation.emulator.provider.protocol import plugin_pb2, provider_pb2, provider_pb2_grpc
from automation.emulator.provider.reasons import error_code, reason_of
from automation.emulator.provider.resources import RESOURCE_TYPES
from automation.emulator.provider.schema import Change
from automation.emulator.provider.values import UNKNOWN, decode, encode, reveal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from grpc import ServicerContext

    from automation.emulator.provider.schema import ResourceType
    from automation.emulator.provider.values import Properties

CHANGED = provider_pb2.DiffResponse.DIFF_SOME
UNCHANGED = provider_pb2.DiffResponse.DIFF_NONE


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """The `aws` provider: each call of the protocol, from its message to the tables and back.

    Secrets are laid open for the tables' functions, and whatever is said of them is concealed again
    before it leaves: the engine itself would not know that `tagsAll` repeats `tags`.
    """

    def __init__(self, clients: Clients, environment: Mapping[str, str]) -> None:
        """Serve the emulator that `clients` talk to; `environment` gives the default region."""
        self._clients = clients
        self._environment = environment
        self._config = configuration_of({}, environment)

    def warm_up(self) -> None:
        """Load the emulator's clients before they are needed, for the region that is likely."""
        self._clients.warm_up(self._config.region)

    def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        """Tell what the provider understands."""
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True, supports_autonaming_configuration=True
        )

    def GetPluginInfo(self, request: Empty, context: ServicerContext) -> plugin_pb2.PluginInfo:
        """Tell the version: that of the official provider which this one answers for."""
        from importlib.metadata import version  # 0.03 s, off the way to the port

        return plugin_pb2.PluginInfo(version=version("pulumi_aws"))

    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Check the provider's own configuration."""
        failures = check_configuration(reveal(decode(request.news)))
        return provider_pb2.CheckResponse(inputs=request.news, failures=check_failures(failures))

    def DiffConfig(
        self, request: provider_pb2.DiffRequest, context: ServicerContext
    ) -> provider_pb2.DiffResponse:
        """Compare the provider's configurations; no change of it replaces anything by itself."""
        same = decode(request.old_inputs) == decode(request.news)
        return provider_pb2.DiffResponse(changes=UNCHANGED if same else CHANGED)

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """Take the configuration that `CheckConfig` let pass."""
        self._config = configuration_of(reveal(decode(request.args)), self._environment)
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, supports_autonaming_configuration=True
        )

    def Check(
        self, request: provider_pb2.CheckRequest, context: ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Check a resource's inputs, and fill in what the program left out."""
        news = decode(request.news)
        inputs, failures = check(
            _resource_type(request.type, context),
            olds=reveal(decode(request.olds)),
            news=reveal(news),
            naming=naming_request(request),
            config=self._config,
        )
        return provider_pb2.CheckResponse(
            inputs=concealed(inputs, news), failures=check_failures(failures)
        )

    def Diff(
        self, request: provider_pb2.DiffRequest, context: ServicerContext
    ) -> provider_pb2.DiffResponse:
        """Tell what differs, and whether that takes a replacement."""
        resource_type = _resource_type(request.type, context)
        news = reveal(decode(request.news))
        found = differences(resource_type, reveal(decode(request.old_inputs)), news)
        replaces = [each.name for each in found if each.replaces]
        return provider_pb2.DiffResponse(
            changes=CHANGED if found else UNCHANGED,
            diffs=[each.name for each in found],
            replaces=replaces,
            deleteBeforeReplace=bool(replaces) and deletes_first(resource_type, news),
            detailedDiff=detailed_diff(found),
            hasDetailedDiff=True,
        )

    def Create(
        self, request: provider_pb2.CreateRequest, context: ServicerContext
    ) -> provider_pb2.CreateResponse:
        """Make a resource, or tell what of it is known before."""
        resource_type = _resource_type(request.type, context)
        given = decode(request.properties)
        inputs = _without_defaults(reveal(given))
        if request.preview:
            made = ("name",) if resource_type.naming is not None else ()
            unknown = dict.fromkeys((*made, *resource_type.outputs), UNKNOWN)
            return provider_pb2.CreateResponse(properties=concealed({**unknown, **inputs}, given))
        aws = self._aws(request.timeout)
        with self._reporting(context, f"creating {resource_type.noun} {request.name!r}"):
            identity = resource_type.create(aws, inputs)
        try:
            resource_type.settle(aws, identity, inputs)
            state = self._state(resource_type, aws, identity, inputs)
        except Exception as error:  # noqa: BLE001 -- whatever it is: the resource exists, and must be recorded
            reason = f"{resource_type.noun} {identity} was made, but then: {reason_of(error)}"
            abort_half_made(context, identity, concealed(inputs, given), reason)
        return provider_pb2.CreateResponse(id=identity, properties=concealed(state, given))

    def Read(
        self, request: provider_pb2.ReadRequest, context: ServicerContext
    ) -> provider_pb2.ReadResponse:
        """Tell how a resource is in reality; an answer without an id says that it is gone."""
        resource_type = _resource_type(request.type, context)
        old = decode(request.inputs)
        with self._reporting(context, f"reading {resource_type.noun} {request.id}"):
            told = self._told(resource_type, self._aws(request.timeout), request.id)
        if told is None:
            return provider_pb2.ReadResponse()
        inputs = inputs_in_reality(resource_type, reveal(old), told)
        state = {**_without_defaults(inputs), **told}
        return provider_pb2.ReadResponse(
            id=request.id, inputs=concealed(inputs, old), properties=concealed(state, old)
        )

    def Update(
        self, request: provider_pb2.UpdateRequest, context: ServicerContext
    ) -> provider_pb2.UpdateResponse:
        """Change a resource in place, or tell what of it will still be known."""
        resource_type = _resource_type(request.type, context)
        given = decode(request.news)
        news = reveal(given)
        inputs = _without_defaults(news)
        old = reveal(decode(request.old_inputs))
        names = frozenset(each.name for each in differences(resource_type, old, news))
        if request.preview:
            olds = reveal(decode(request.olds))
            kept = {name: value for name, value in olds.items() if name not in names}
            told_later = (*resource_type.unsettled, *(("tagsAll",) if "tags" in names else ()))
            known = {**kept, **dict.fromkeys(told_later, UNKNOWN), **inputs}
            return provider_pb2.UpdateResponse(properties=concealed(known, given))
        aws = self._aws(request.timeout)
        with self._reporting(context, f"updating {resource_type.noun} {request.id}"):
            if names:
                change = Change(id=request.id, old=old, new=inputs, names=names)
                resource_type.update(aws, change)
            else:  # it was made, but its making did not come to its end
                resource_type.settle(aws, request.id, inputs)
            state = self._state(resource_type, aws, request.id, inputs)
        return provider_pb2.UpdateResponse(properties=concealed(state, given))

    def Delete(self, request: provider_pb2.DeleteRequest, context: ServicerContext) -> Empty:
        """Delete a resource; one that is gone already is as good as deleted."""
        resource_type = _resource_type(request.type, context)
        inputs = _without_defaults(reveal(decode(request.old_inputs)))
        with self._reporting(context, f"deleting {resource_type.noun} {request.id}"):
            try:
                resource_type.delete(self._aws(request.timeout), request.id, inputs)
            except Exception as error:
                if error_code(error) not in resource_type.gone:
                    raise
        return Empty()

    def Invoke(
        self, request: provider_pb2.InvokeRequest, context: ServicerContext
    ) -> provider_pb2.InvokeResponse:
        """Answer a function's call."""
        if request.tok not in INVOKES:
            _abort_unknown(context, f"function {request.tok}", INVOKES)
        with self._reporting(context, f"calling {request.tok}"):
            result = INVOKES[request.tok](self._aws(0), reveal(decode(request.args)))
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(encode(result))  # a keyword of Python's
        return response

    def Cancel(self, request: Empty, context: ServicerContext) -> Empty:
        """Take note that no more calls will come; the ones under way run to their ends."""
        return Empty()

    def _aws(self, timeout: float) -> Aws:
        """What a request works with; a `timeout` of 0 seconds is none."""
        deadline = timeout or DEADLINE
        return Aws(clients=self._clients, region=self._config.region, deadline=deadline)

    def _told(self, resource_type: ResourceType, aws: Aws, identity: str) -> Properties | None:
        try:
            return resource_type.read(aws, identity)
        except Exception as error:
            if error_code(error) not in resource_type.gone:
                raise
            return None

    def _state(
        self, resource_type: ResourceType, aws: Aws, identity: str, inputs: Properties
    ) -> Properties:
        """The properties of a resource that was just made or changed."""
        told = self._told(resource_type, aws, identity)
        if told is None:
            raise ProviderError(f"{resource_type.noun} {identity} is gone again")
        return {**inputs, **told}

    @contextmanager
    def _reporting(self, context: ServicerContext, doing: str) -> Iterator[None]:
        """Tell the engine what went wrong, in a sentence that begins with what was being done."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 -- the engine and its user are told, whatever it is
            context.abort(grpc.StatusCode.UNKNOWN, f"{doing}: {reason_of(error)}")


def _resource_type(token: str, context: ServicerContext) -> ResourceType:
    if token not in RESOURCE_TYPES:
        _abort_unknown(context, f"resource type {token}", RESOURCE_TYPES)
    return RESOURCE_TYPES[token]


def _abort_unknown(context: ServicerContext, what: str, known: Iterable[str]) -> NoReturn:
    context.abort(
        grpc.StatusCode.NOT_FOUND,
        f"the local aws provider does not know the {what}; it knows {', '.join(sorted(known))}",
    )


def _without_defaults(inputs: Properties) -> Properties:
    return {key: value for key, value in inputs.items() if key != DEFAULTS}
