"""Runs a Pulumi program against mocks, to its end, and hands back what it registered as plain data.

A test asserts on that data after the program has ended: none of its assertions sits in an `apply`
that may never run. Whoever writes one there all the same is watched by `every_apply_must_pass`.
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
    # Importing this module warns of a class in it that we do not use, once.
    warnings.simplefilter("ignore", DeprecationWarning)
    aws.lambda_.Function  # noqa: B018 -- the attribute imports the module


@dataclass(frozen=True, kw_only=True)
class Registration:
    """One resource as the engine would hear of it: its inputs under the provider's own names."""

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
    """What one program registered and exported."""

    registrations: list[Registration] = field(default_factory=list)
    component_outputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    exports: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Registration:
        """The one resource of that logical name."""
        (registration,) = (each for each in self.registrations if each.name == name)
        return registration

    def children(self, name: str) -> list[Registration]:
        """The resources whose parent is the one of that logical name."""
        return [each for each in self.registrations if each.parent == self[name].urn]


class AwsMocks(Mocks):
    """Answers with the inputs and with what AWS itself would add, recognisable by the name."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        made = {
            "name": f"{args.name}-0000000",
            "arn": f"arn:{args.name}",
            "url": f"url:{args.name}",
            "uuid": f"uuid:{args.name}",
        }
        return f"id:{args.name}", made | args.inputs

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], None]:
        raise NotImplementedError(f"the mocks answer no invoke, and {args.token} is one")


class RecordingMonitor(MockMonitor):
    """The mocks' engine, which also keeps what the mocks are not told: parents, dependencies …"""

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
    """Run a program as `pulumi up` would, until all that it registered is there.

    What the program raises, and what any `apply` in it raises, is raised here.
    """
    monitor = RecordingMonitor()
    pulumi.runtime.set_mocks(
        monitor.mocks, project=PROJECT, stack=STACK, preview=False, monitor=monitor
    )
    stack_outputs = pulumi.runtime.get_root_resource().outputs  # type: ignore[union-attr] # a Stack
    stack_outputs.clear()

    @pulumi.runtime.test  # type: ignore[untyped-decorator] # the SDK's
    def run() -> pulumi.Output[None]:
        program()
        return pulumi.Output.all(**stack_outputs).apply(monitor.deployment.exports.update)

    run()
    return monitor.deployment


@contextlib.contextmanager
def every_apply_must_pass() -> Iterator[None]:
    """Fail when a function that a test handed to `Output.apply` never ran to its end.

    An `apply` outside of `deploy` may never run, and what it raises may be heard by nobody: an
    assertion in it would pass whatever it says.
    """
    unfinished: list[str] = []
    real_apply = pulumi.Output.apply

    def watched_apply(output: Any, func: Callable[[Any], Any], *rest: Any, **options: Any) -> Any:
        code = getattr(func, "__code__", None)
        if code is None or TESTS not in Path(code.co_filename).resolve().parents:
            return real_apply(output, func, *rest, **options)
        where = f"{Path(code.co_filename).name}:{code.co_firstlineno}"
        unfinished.append(where)

        def noted(value: Any) -> Any:
            result = func(value)
            unfinished.remove(where)
            return result

        return real_apply(output, noted, *rest, **options)

    with mock.patch.object(pulumi.Output, "apply", watched_apply):
        yield
    assert not unfinished, f"never ran to their end, so assert nothing: {', '.join(unfinished)}"
