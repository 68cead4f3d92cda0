"""Runs a Pulumi program against mocks, without an engine, and returns what it registered, as data.

    def test_the_batch_size_is_ten() -> None:
        args = QueueConsumerArgs(function_source="function")
        deployed = deploy(lambda: QueueConsumer("Orders", args))
        assert deployed["OrdersMapping"].inputs["batchSize"] == 10

Tests assert on that data after the program has finished, so they need no assertion inside an
`apply`, which may never run. For a test that does have one, `every_apply_must_finish` checks that
it ran; conftest.py uses it for every test.
"""

from __future__ import annotations

import contextlib
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import pulumi
import pulumi_aws as aws
from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROJECT = "poker-hands-consumer"
STACK = "unit"
TESTS = Path(__file__).resolve().parents[2]


with warnings.catch_warnings():
    # Importing aws.lambda_ warns about a deprecated class in it. Only the first import warns.
    warnings.simplefilter("ignore", DeprecationWarning)
    aws.lambda_.Function  # noqa: B018 -- the access is the import


@dataclass(frozen=True, kw_only=True)
class Registration:
    """One resource, as the engine receives it. `inputs` has the provider's names: `batchSize`."""

    type: str
    name: str
    urn: str
    parent: str
    inputs: dict[str, Any]
    dependencies: frozenset[str]
    provider: str
    protect: bool
    delete_before_replace: bool


@dataclass(frozen=True)
class Deployment:
    """Everything that one program registered and exported.

    Attributes:
        registrations: The resources, in the order in which they were registered.
        component_outputs: What each component passed to `register_outputs`, by its URN.
        exports: The stack outputs.
    """

    registrations: list[Registration] = field(default_factory=list)
    component_outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    exports: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Registration:
        """Return the only resource with this logical name."""
        found = [each for each in self.registrations if each.name == name]
        assert len(found) == 1, f"{len(found)} resources have the name {name!r}"
        return found[0]

    def children(self, name: str) -> list[Registration]:
        """Return the children of the resource with this logical name."""
        return [each for each in self.registrations if each.parent == self[name].urn]


class AwsMocks(Mocks):
    """Returns a resource's inputs, plus made-up values for the outputs that AWS would add.

    Each made-up value contains the logical name, so a test sees which resource it comes from.
    """

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        outputs = {
            "name": f"{args.name}-0000000",
            "arn": f"arn:{args.name}",
            "url": f"url:{args.name}",
            "uuid": f"uuid:{args.name}",
        }
        return f"id:{args.name}", outputs | args.inputs

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], None]:
        raise NotImplementedError(f"the mocks do not support invokes: {args.token}")


class RecordingMonitor(MockMonitor):
    """The SDK's mock engine, which also records what `Mocks` does not see: parents and options."""

    def __init__(self) -> None:
        super().__init__(AwsMocks())
        self.deployment = Deployment()

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 -- gRPC's name
        response = super().RegisterResource(request)  # type: ignore[no-untyped-call] # the SDK's
        self.deployment.registrations.append(
            Registration(
                type=request.type,
                name=request.name,
                urn=response.urn,
                parent=request.parent,
                inputs=rpc.deserialize_properties(request.object),
                dependencies=frozenset(request.dependencies),
                provider=request.provider,
                protect=request.protect,
                delete_before_replace=request.deleteBeforeReplace,
            )
        )
        return response

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 -- gRPC's name
        self.deployment.component_outputs[request.urn] = rpc.deserialize_properties(request.outputs)
        return super().RegisterResourceOutputs(request)  # type: ignore[no-untyped-call] # the SDK's


def deploy(program: Callable[[], object]) -> Deployment:
    """Run a program as `pulumi up` would, and wait for its resources and its `apply` calls.

    Raises whatever the program, or a function that it passed to `apply`, raises.
    """
    monitor = RecordingMonitor()
    pulumi.runtime.set_mocks(
        monitor.mocks, project=PROJECT, stack=STACK, preview=False, monitor=monitor
    )
    stack_outputs = pulumi.runtime.get_root_resource().outputs  # type: ignore[union-attr] # a Stack
    stack_outputs.clear()  # set_mocks keeps the root stack of the test before

    @pulumi.runtime.test  # type: ignore[untyped-decorator] # the SDK's
    def run() -> pulumi.Output[None]:
        program()
        return pulumi.Output.all(**stack_outputs).apply(monitor.deployment.exports.update)

    run()
    return monitor.deployment


@contextlib.contextmanager
def every_apply_must_finish() -> Iterator[None]:
    """Fail when a function that a test passed to `Output.apply` did not run to its end.

    Outside `deploy`, such a function may never run, and Pulumi may drop what it raises, so an
    assertion in it would always pass. Only functions defined below `TESTS` are watched.
    """
    unfinished: list[str] = []
    real_apply = pulumi.Output.apply

    def watched_apply(output: Any, func: Callable[[Any], Any], *rest: Any, **options: Any) -> Any:
        code = getattr(func, "__code__", None)
        if code is None or TESTS not in Path(code.co_filename).resolve().parents:
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
    assert not unfinished, f"these functions never ran to their end: {', '.join(unfinished)}"
