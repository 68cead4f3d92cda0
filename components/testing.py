"""For unit tests of a Pulumi program: runs it without an engine, and returns what it registered.

    from components.testing import deploy

    def test_the_batch_size_is_ten() -> None:
        args = QueueConsumerArgs(function=FunctionArgs(code="function"))
        deployed = deploy(lambda: QueueConsumer("Orders", args))
        assert deployed["OrdersMapping"].inputs["batchSize"] == 10

Tests assert on that data after the program has finished, so they need no assertion inside an
`apply`, which may never run. For a test that does have one, `every_apply_must_finish` checks that
it ran. docs/unit-tests.md has a whole example.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import pulumi
import pulumi_aws as aws
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import rpc
from pulumi.runtime.config import CONFIG
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks
from pulumi.runtime.sync_await import _ensure_event_loop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PROJECT = "project"
STACK = "unit"
ACCOUNT = "123456789012"
ARNS = {  # of types whose ARN is not just the service, the region, the account and the name
    "aws:iam/role:Role": f"arn:aws:iam::{ACCOUNT}:role/{{}}",
    "aws:iam/user:User": f"arn:aws:iam::{ACCOUNT}:user/{{}}",
    "aws:iam/policy:Policy": f"arn:aws:iam::{ACCOUNT}:policy/{{}}",
    "aws:kms/key:Key": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{{}}",
    "aws:s3/bucket:Bucket": "arn:aws:s3:::{}",
    "aws:cloudwatch/eventRule:EventRule": f"arn:aws:events:us-east-1:{ACCOUNT}:rule/{{}}",
    "aws:cloudwatch/logGroup:LogGroup": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{{}}",
    "aws:lambda/function:Function": f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:{{}}",
    "aws:lambda/layerVersion:LayerVersion": f"arn:aws:lambda:us-east-1:{ACCOUNT}:layer:{{}}:1",
}


with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    # Importing aws.lambda_ warns about a deprecated class in it. Only the first import warns.
    aws.lambda_.Function  # noqa: B018 -- the access is the import
    # An Output belongs to the current event loop, also one that is made while a test is imported.
    # asyncio warns where it has to make one, and from Python 3.14 on makes none.
    LOOP = _ensure_event_loop()  # type: ignore[no-untyped-call] # the SDK's


@dataclass(frozen=True, kw_only=True)
class Registration:
    """One resource, as the engine receives it.

    Attributes:
        inputs: The inputs, by the provider's names, such as `batchSize`. Secrets are plain values.
        outputs: The outputs, made up by the mocks.
        secrets: The paths of the inputs that are secret, such as `environment.variables.TOKEN`.
    """

    type: str
    name: str
    urn: str
    parent: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    secrets: frozenset[str]
    dependencies: frozenset[str]
    provider: str
    protect: bool
    retain_on_delete: bool
    delete_before_replace: bool
    aliases: frozenset[str]


@dataclass(frozen=True)
class Deployment:
    """Everything that one program registered, exported and logged.

    Attributes:
        registrations: The resources, in the order in which they were registered.
        component_outputs: What each component passed to `register_outputs`, by its URN.
        exports: The stack outputs.
        warnings: What the program passed to `pulumi.log.warn`.
    """

    registrations: list[Registration] = field(default_factory=list)
    component_outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    exports: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def __getitem__(self, name: str) -> Registration:
        """Return the only resource with this logical name."""
        found = [each for each in self.registrations if each.name == name]
        if len(found) != 1:
            raise LookupError(f"{len(found)} resources have the name {name!r}")
        return found[0]

    def children(self, name: str) -> list[Registration]:
        """Return the children of the resource with this logical name."""
        return [each for each in self.registrations if each.parent == self[name].urn]


def _arn(token: str, name: str) -> str:
    """Return an ARN as AWS writes it for a resource of this type and logical name."""
    service = token.split(":")[1].partition("/")[0]
    return ARNS.get(token, f"arn:aws:{service}:us-east-1:{ACCOUNT}:{{}}").format(name)


class AwsMocks(Mocks):
    """Returns a resource's inputs, plus made-up values for the outputs that AWS would add.

    Each made-up value contains the logical name, so a test sees which resource it comes from.
    """

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """Return the id and the outputs of a resource."""
        outputs = {
            "name": f"{args.name}-0000000",
            "arn": _arn(args.typ, args.name),
            "url": f"url:{args.name}",
            "uuid": f"uuid:{args.name}",
        }
        return f"id:{args.name}", outputs | args.inputs

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], None]:
        """Refuse: a program that calls a provider's functions needs mocks of its own."""
        raise NotImplementedError(f"the mocks do not support invokes: {args.token}")


class RecordingMonitor(MockMonitor):
    """The SDK's mock engine, which also records what `Mocks` does not see: parents and options."""

    def __init__(self) -> None:
        super().__init__(AwsMocks())
        self.deployment = Deployment()

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 -- gRPC's name
        """Record a resource."""
        response = super().RegisterResource(request)  # type: ignore[no-untyped-call] # the SDK's
        secrets: set[str] = set()
        plain = rpc.deserialize_properties(_revealed(request.object, secrets))
        self.deployment.registrations.append(
            Registration(
                type=request.type,
                name=request.name,
                urn=response.urn,
                parent=request.parent,
                inputs=plain,
                outputs=rpc.deserialize_properties(_revealed(response.object, set())),
                secrets=frozenset(secrets),
                dependencies=frozenset(request.dependencies),
                provider=request.provider,
                protect=request.protect,
                retain_on_delete=request.retainOnDelete,
                delete_before_replace=request.deleteBeforeReplace,
                aliases=frozenset(alias.urn or alias.spec.name for alias in request.aliases),
            )
        )
        return response

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 -- gRPC's name
        """Record the outputs of a component."""
        self.deployment.component_outputs[request.urn] = rpc.deserialize_properties(request.outputs)
        return super().RegisterResourceOutputs(request)  # type: ignore[no-untyped-call] # the SDK's


def _revealed(properties: Struct, secrets: set[str]) -> Struct:
    """Return properties with plain values for secrets, whose paths are added to `secrets`."""

    def reveal(value: Any, path: str) -> Any:
        if isinstance(value, list):
            return [reveal(each, f"{path}[{index}]") for index, each in enumerate(value)]
        if not isinstance(value, dict):
            return value
        if value.get(rpc._special_sig_key) == rpc._special_secret_sig:  # noqa: SLF001 -- the SDK has no function for messages
            secrets.add(path)
            return reveal(value["value"], path)
        return {key: reveal(each, f"{path}.{key}" if path else key) for key, each in value.items()}

    revealed = Struct()
    revealed.update(reveal(MessageToDict(properties), ""))
    return revealed


class WarningsHandler(logging.Handler):
    """Collects the texts of warnings."""

    def __init__(self, warnings: list[str]) -> None:
        super().__init__(logging.WARNING)
        self.warnings = warnings

    def emit(self, record: logging.LogRecord) -> None:
        """Collect one."""
        self.warnings.append(record.getMessage())


def deploy(
    program: Callable[[], object],
    *,
    project: str = PROJECT,
    stack: str = STACK,
    config: Mapping[str, Any] | None = None,
) -> Deployment:
    """Run a program as `pulumi up` would, and wait for its resources and its `apply` calls.

    Raises whatever the program, or a function that it passed to `apply`, raises.

    Args:
        program: Registers resources and exports outputs.
        project: What `pulumi.get_project()` returns in it.
        stack: What `pulumi.get_stack()` returns in it.
        config: Its configuration, for this call alone. Keys are as for `pulumi config`, with or
            without the project's name; what is not a string is passed as JSON. None leaves what
            `pulumi.runtime.set_all_config` set.
    """
    asyncio.set_event_loop(LOOP)  # asyncio.run, in another test, leaves none
    monitor = RecordingMonitor()
    logger = logging.Logger("pulumi")  # noqa: LOG001 -- of this call alone, unknown to logging
    logger.addHandler(WarningsHandler(monitor.deployment.warnings))
    pulumi.runtime.set_mocks(
        monitor.mocks, project=project, stack=stack, preview=False, monitor=monitor, logger=logger
    )
    stack_outputs = pulumi.runtime.get_root_resource().outputs  # type: ignore[union-attr] # a Stack
    stack_outputs.clear()  # set_mocks keeps the root stack of the test before

    @pulumi.runtime.test  # type: ignore[untyped-decorator] # the SDK's
    def run() -> pulumi.Output[None]:
        program()
        return pulumi.Output.all(**stack_outputs).apply(monitor.deployment.exports.update)

    with _configured(project, config):
        run()
    return monitor.deployment


@contextlib.contextmanager
def _configured(project: str, config: Mapping[str, Any] | None) -> Iterator[None]:
    """Replace the SDK's configuration, and put it back afterwards."""
    if config is None:
        yield
        return
    before = CONFIG.get()
    pulumi.runtime.set_all_config(
        {
            key if ":" in key else f"{project}:{key}": (
                value if isinstance(value, str) else json.dumps(value)
            )
            for key, value in config.items()
        }
    )
    try:
        yield
    finally:
        pulumi.runtime.set_all_config(before)


@contextlib.contextmanager
def every_apply_must_finish(tests: Path) -> Iterator[None]:
    """Fail when a function that a test passed to `Output.apply` did not run to its end.

    Outside `deploy`, such a function may never run, and Pulumi may drop what it raises, so an
    assertion in it would always pass.

    Args:
        tests: The folder of the tests. Only functions that are defined below it are watched.
    """
    folder = tests.resolve()
    unfinished: list[str] = []
    real_apply = pulumi.Output.apply

    def watched_apply(output: Any, func: Callable[[Any], Any], *rest: Any, **options: Any) -> Any:
        code = getattr(func, "__code__", None)
        if code is None or folder not in Path(code.co_filename).resolve().parents:
            return real_apply(output, func, *rest, **options)
        where = f"{Path(code.co_filename).name}:{code.co_firstlineno}"
        unfinished.append(where)

        def watched(value: Any) -> Any:
            result = func(value)
            unfinished.remove(where)
            return result

        return real_apply(output, watched, *rest, **options)

    with mock.patch.object(pulumi.Output, "apply", watched_apply):
        yield
    if unfinished:
        raise AssertionError(f"these functions never ran to their end: {', '.join(unfinished)}")
