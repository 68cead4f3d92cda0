"""The engine's plugin protocol, implemented with the tables of the resource types."""
# ruff: noqa: N802, ARG002 -- the methods' names and parameters are the protocol's

from __future__ import annotations

from typing import TYPE_CHECKING

from google.protobuf.empty_pb2 import Empty

from automation.emulator.provider.aborts import (
    abort_init_failed,
    abort_unsupported,
    reporting_errors,
)
from automation.emulator.provider.aws import DEFAULT_TIMEOUT, Aws, ClientCache
from automation.emulator.provider.checking import check, without_defaults
from automation.emulator.provider.configuration import (
    check_configuration,
    configuration_of,
    refuse_other_accounts,
)
from automation.emulator.provider.diff import differences, inputs_from_state
from automation.emulator.provider.invokes import INVOKES
from automation.emulator.provider.messages import (
    CHANGED,
    UNCHANGED,
    check_failures,
    concealed,
    diff_response,
    naming_request,
    without_ignored,
)
from automation.emulator.provider.previews import preview_create, preview_update
from automation.emulator.provider.protocol import plugin_pb2, provider_pb2, provider_pb2_grpc
from automation.emulator.provider.reasons import error_code, reason_of
from automation.emulator.provider.resources import RESOURCE_TYPES
from automation.emulator.provider.schema import Change
from automation.emulator.provider.states import after_failure, deployed, read, refreshed
from automation.emulator.provider.values import decode, encode, reveal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from grpc import ServicerContext

    from automation.emulator.provider.schema import ResourceType
    from automation.emulator.provider.values import Properties


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """The `aws` provider, with one method per call of the protocol.

    The resource types' functions see secrets as plain values. Responses mark them as secrets again:
    the engine alone would not know that `tagsAll` repeats `tags`.
    """

    def __init__(self, clients: ClientCache, environment: Mapping[str, str]) -> None:
        """Serve the emulator of `clients`; `environment` gives the default region."""
        self._clients = clients
        self._environment = environment
        self._config = configuration_of({}, environment)

    def warm_up(self) -> None:
        """Create the clients for the default region before they are needed."""
        self._clients.warm_up(self._config.region)

    def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        """Return the provider's capabilities."""
        return provider_pb2.ProviderHandshakeResponse(
            accept_secrets=True, supports_autonaming_configuration=True
        )

    def GetPluginInfo(self, request: Empty, context: ServicerContext) -> plugin_pb2.PluginInfo:
        """Return the version, that of the official provider that this one stands in for."""
        # Keeps the import out of the way to the port (docs/architecture.md, Start-up time).
        from importlib.metadata import version

        return plugin_pb2.PluginInfo(version=version("pulumi_aws"))

    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Check the provider's own configuration."""
        with reporting_errors(context, "checking the provider's configuration"):
            failures = check_configuration(reveal(decode(request.news)))
        return provider_pb2.CheckResponse(inputs=request.news, failures=check_failures(failures))

    def DiffConfig(
        self, request: provider_pb2.DiffRequest, context: ServicerContext
    ) -> provider_pb2.DiffResponse:
        """Compare the provider's configurations; a difference replaces no resource."""
        with reporting_errors(context, "comparing the provider's configurations"):
            same = decode(request.old_inputs) == decode(request.news)
        return provider_pb2.DiffResponse(changes=UNCHANGED if same else CHANGED)

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """Apply the configuration, which `CheckConfig` has checked."""
        with reporting_errors(context, "configuring the provider"):
            self._config = configuration_of(reveal(decode(request.args)), self._environment)
            refuse_other_accounts(self._config, self._aws(0))
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, supports_autonaming_configuration=True
        )

    def Check(
        self, request: provider_pb2.CheckRequest, context: ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Check a resource's inputs, and fill in defaults and an automatic name."""
        resource_type = _resource_type(request.type, request.name, context)
        with reporting_errors(context, f"checking {resource_type.noun} {request.name!r}"):
            news = decode(request.news)
            inputs, failures = check(
                resource_type,
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
        """Return what differs, and whether that replaces the resource."""
        resource_type = _resource_type(request.type, request.name, context)
        with reporting_errors(context, f"comparing {resource_type.noun} {request.name!r}"):
            state, news = reveal(decode(request.olds)), reveal(decode(request.news))
            found = without_ignored(differences(resource_type, state, news), request.ignoreChanges)
            return diff_response(resource_type, found, news)

    def Create(
        self, request: provider_pb2.CreateRequest, context: ServicerContext
    ) -> provider_pb2.CreateResponse:
        """Create a resource, or preview that."""
        resource_type = _resource_type(request.type, request.name, context)
        given = decode(request.properties)
        inputs = without_defaults(reveal(given))
        if request.preview:
            preview = preview_create(resource_type, inputs)
            return provider_pb2.CreateResponse(properties=concealed(preview, given))
        aws = self._aws(request.timeout)
        with reporting_errors(context, f"creating {resource_type.noun} {request.name!r}"):
            resource_id = resource_type.create(aws, inputs)
        try:
            resource_type.stabilize(aws, resource_id, inputs)
            state = deployed(resource_type, aws, resource_id, inputs)
        except Exception as error:  # noqa: BLE001 -- the resource exists, so it must be recorded
            failure = f"{resource_type.noun} {resource_id} was created, but its set-up failed"
            reason = f"{failure}: {reason_of(error)}"
            partial = after_failure(resource_type, aws, resource_id, inputs) or inputs
            abort_init_failed(context, resource_id, concealed(partial, given), reason)
        return provider_pb2.CreateResponse(id=resource_id, properties=concealed(state, given))

    def Read(
        self, request: provider_pb2.ReadRequest, context: ServicerContext
    ) -> provider_pb2.ReadResponse:
        """Return a resource's current state; a response without an id means that it is missing."""
        resource_type = _resource_type(request.type, request.name, context)
        old = decode(request.inputs)
        with reporting_errors(context, f"reading {resource_type.noun} {request.id}"):
            found = read(resource_type, self._aws(request.timeout), request.id)
            if found is None:
                return provider_pb2.ReadResponse()
            inputs = inputs_from_state(resource_type, reveal(old), found)
            state = refreshed(resource_type, reveal(decode(request.properties)), inputs, found)
        return provider_pb2.ReadResponse(
            id=request.id, inputs=concealed(inputs, old), properties=concealed(state, old)
        )

    def Update(
        self, request: provider_pb2.UpdateRequest, context: ServicerContext
    ) -> provider_pb2.UpdateResponse:
        """Update a resource in place, or preview that."""
        resource_type = _resource_type(request.type, request.name, context)
        given = decode(request.news)
        operation = f"updating {resource_type.noun} {request.id}"
        with reporting_errors(context, operation):
            change = _change(resource_type, request, without_defaults(reveal(given)))
        if request.preview:
            preview = preview_update(resource_type, change)
            return provider_pb2.UpdateResponse(properties=concealed(preview, given))
        aws = self._aws(request.timeout)
        try:
            if change.names:
                resource_type.update(aws, change)
            else:  # creation was incomplete
                resource_type.stabilize(aws, change.id, change.new)
            state = deployed(resource_type, aws, change.id, change.new)
        except Exception as error:
            partial = after_failure(resource_type, aws, change.id, change.old)
            with reporting_errors(context, operation):
                if partial is None:
                    raise
            reason = f"{operation}: {reason_of(error)}"
            message = concealed(partial, given, decode(request.olds))
            abort_init_failed(context, change.id, message, reason)
        return provider_pb2.UpdateResponse(properties=concealed(state, given))

    def Delete(self, request: provider_pb2.DeleteRequest, context: ServicerContext) -> Empty:
        """Delete a resource; a missing one counts as deleted."""
        resource_type = _resource_type(request.type, request.name, context)
        with reporting_errors(context, f"deleting {resource_type.noun} {request.id}"):
            state = reveal(decode(request.properties))
            try:
                resource_type.delete(self._aws(request.timeout), request.id, state)
            except Exception as error:
                if error_code(error) not in resource_type.not_found:
                    raise
        return Empty()

    def Invoke(
        self, request: provider_pb2.InvokeRequest, context: ServicerContext
    ) -> provider_pb2.InvokeResponse:
        """Call a provider function."""
        if request.tok not in INVOKES:
            abort_unsupported(context, f"function {request.tok}", INVOKES)
        with reporting_errors(context, f"calling {request.tok}"):
            result = INVOKES[request.tok](self._aws(0), reveal(decode(request.args)))
        response = provider_pb2.InvokeResponse()
        getattr(response, "return").CopyFrom(encode(result))  # `return` is a keyword
        return response

    def Cancel(self, request: Empty, context: ServicerContext) -> Empty:
        """Let calls in progress finish; the engine sends no new ones."""
        return Empty()

    def _aws(self, timeout: float) -> Aws:
        """Return what a request works with; a `timeout` of 0 seconds selects the default."""
        seconds = timeout or DEFAULT_TIMEOUT
        return Aws(clients=self._clients, region=self._config.region, timeout=seconds)


def _resource_type(token: str, name: str, context: ServicerContext) -> ResourceType:
    if token not in RESOURCE_TYPES:
        abort_unsupported(context, f"resource type {token} of {name!r}", RESOURCE_TYPES)
    return RESOURCE_TYPES[token]


def _change(
    resource_type: ResourceType, request: provider_pb2.UpdateRequest, new: Properties
) -> Change:
    old = reveal(decode(request.olds))
    found = without_ignored(differences(resource_type, old, new), request.ignoreChanges)
    return Change(id=request.id, old=old, new=new, names=frozenset(each.name for each in found))
