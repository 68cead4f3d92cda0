"""Opens a stack that exists already, for the commands that use, watch and fix it."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automation.emulator import lasting
from automation.engine import find_engine
from automation.observe.observer import Observer
from automation.stack.command import command_for, command_of_run
from automation.stack.outputs import read_outputs
from automation.stack.project import read_project
from automation.stack.records import RunFolder, run_folders
from automation.stack.state import list_stacks, stack_outputs
from automation.support.clients import aws_errors, make_clients
from automation.support.errors import AccessError, StackMissingError, UsageError
from automation.support.nearest import did_you_mean
from automation.targets.opening import deploy_first, open_target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from automation.options import RunOptions, StackOptions
    from automation.stack.outputs import Outputs
    from automation.stack.state import KnownStack
    from automation.support.clients import Clients
    from automation.targets.base import Target


@dataclass(frozen=True, kw_only=True)
class ExistingStack:
    """A stack that is deployed.

    Attributes:
        name: Name of the stack.
        outputs: Its outputs.
        clients: AWS clients for its account and region.
        observer: Reads its log and its queues.
        target: Where it is.
    """

    name: str
    outputs: Outputs
    clients: Clients
    observer: Observer
    target: Target


@contextlib.contextmanager
def open_stack(
    options: StackOptions, environment: Mapping[str, str], say: Callable[[str], None]
) -> Iterator[ExistingStack]:
    """Open an existing stack for one `with` block; in it, boto3's errors become ours.

    Args:
        options: Which stack, and where.
        environment: The caller's environment.
        say: Called with a line for the user, such as what an installation of the engine is doing.

    Raises:
        UsageError: No emulator is running, there is no such stack or, if none is named, there are
            several; or it does not export what it must.
        ObserveError: A service refused a call in the block.
    """
    with open_existing_target(options, environment, say) as target:
        with ThreadPoolExecutor(max_workers=1) as background:  # half a second each, side by side
            ahead = background.submit(make_clients, target.environment, target.region)
            name = options.stack or _only_stack(options.program, target)
            outputs = outputs_of(name, options.program, target)
            clients = ahead.result()
        if outputs.region != target.region:
            clients = make_clients(target.environment, outputs.region)
        with aws_errors(f"working on stack {name}"):
            yield ExistingStack(
                name=name,
                outputs=outputs,
                clients=clients,
                observer=Observer(clients, outputs, target.pace.skew),
                target=target,
            )


@contextlib.contextmanager
def open_existing_target(
    options: StackOptions, environment: Mapping[str, str], say: Callable[[str], None]
) -> Iterator[Target]:
    """Open the target of existing stacks, and start no emulator for that.

    Raises:
        UsageError: No emulator is running.
    """
    require_emulator(options)
    with open_target(
        options.target,
        emulator=options.emulator,
        find_engine=lambda: find_engine(environment=environment, announce=say),
        environment=environment,
        existing=True,
        backend=read_project(options.program).backend,
    ) as target:
        yield target


def require_emulator(options: StackOptions | RunOptions) -> None:
    """Refuse to look for a local stack where no emulator is running that could have it.

    Raises:
        UsageError: None is running, and none is named.
    """
    if options.target == "local" and options.emulator is None and lasting.find() is None:
        name = f" {options.stack}" if options.stack else ""
        raise UsageError(
            f"no emulator is running, so there is no stack{name}",
            hint=deploy_first(options.stack or "dev"),
        )


def stack_names(program: Path, target: Target) -> list[str]:
    """Return the names of all stacks of a program that this machine knows on a target."""
    project = read_project(program).name
    here = [
        record.stack
        for folder in run_folders(target.folder)
        if (record := folder.record())
        and record.location == target.location
        and record.is_of(project)
    ]
    return sorted({*here, *(each.name for each in own_stacks(program, target))})


def own_stacks(program: Path, target: Target) -> list[KnownStack]:
    """Return the stacks of a program in the user's backend; none if no backend is chosen."""
    return [] if target.own_backend else list_stacks(program, command_for(target))


def _only_stack(program: Path, target: Target) -> str:
    names = stack_names(program, target)
    if len(names) == 1:
        return names[0]
    if not names:
        raise UsageError(
            f"there is no stack on {target.description}", hint=deploy_first("dev", target.name)
        )
    raise UsageError(
        f"there are {len(names)} stacks on {target.description}: {', '.join(names)}",
        hint=f"name one: --stack {names[0]}",
    )


def outputs_of(name: str, program: Path, target: Target) -> Outputs:
    """Read a stack's outputs: through its run's folder if it has one, else as the user's own.

    Raises:
        UsageError: There is no such stack, it does not export what it must, or it is in another
            account than the credentials. Or no backend is chosen that could have it: `AccessError`.
        EngineFailedError: The engine failed.
    """
    folder = RunFolder(target.folder / name)
    record = folder.record()
    of_run = record is not None and record.is_of(read_project(program).name)
    if target.own_backend and not of_run:
        raise AccessError(
            f"no Pulumi backend is chosen, so there is no stack {name}",
            hint="choose the one that has it: `pulumi login`, or PULUMI_BACKEND_URL",
        )
    try:
        exported = (
            stack_outputs(name, folder.path, command_of_run(target, folder))
            if of_run
            else stack_outputs(name, program, command_for(target))
        )
    except StackMissingError as error:
        names = stack_names(program, target)
        known = f"there are: {', '.join(names)}" if names else deploy_first(name, target.name)
        raise UsageError(
            f"there is no stack {name} on {target.description}",
            hint=f"{did_you_mean(name, names)}{known}",
        ) from error
    outputs = read_outputs(name, exported)
    if outputs.account != target.account:
        raise UsageError(
            f"stack {name} is in account {outputs.account}, and the credentials are of "
            f"{target.account}",
            hint="choose credentials of that account, such as with AWS_PROFILE",
        )
    return outputs
