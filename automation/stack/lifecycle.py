"""How a stack lives and dies: created, deployed, destroyed, removed, and only here.

Two invariants hold. The destroy of an ephemeral stack is registered before anything of it is made,
so no path out of `ephemeral_stack` leaves it standing. And a stack's state is removed only after a
destroy that succeeded, so what could not be destroyed can still be finished by hand.
"""

from __future__ import annotations

import contextlib
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pulumi.automation import CommandResult, LocalWorkspace, Stack, UpdateSummary
from pulumi.automation._stack import StackInitMode  # the package exports its users, not itself
from pulumi.automation.errors import (
    CommandError,
    ConcurrentUpdateError,
    StackAlreadyExistsError,
    StackNotFoundError,
)

from automation.stack.configuration import write_settings
from automation.stack.events import Events
from automation.support.errors import (
    DestroyFailedError,
    EngineFailedError,
    StackExistsError,
    StackLockedError,
    StackMissingError,
)
from automation.support.interrupts import shielded
from automation.support.paths import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from automation.stack.command import EngineCommand
    from automation.stack.configuration import StackPlan
    from automation.stack.events import Progress, Resource


class _Workspace(LocalWorkspace):
    """A workspace that selects nothing: the user's own selected stack stays what it was."""

    def create_stack(self, stack_name: str) -> None:
        self._run_pulumi_cmd_sync(["stack", "init", stack_name, "--no-select"])

    def select_stack(self, stack_name: str) -> None:
        """There is nothing to select: every command names its stack."""


class _Stack(Stack):
    """A stack whose operations are one command each.

    The SDK asks for outputs and history afterwards, in up to three commands of a quarter of a
    second (measured, 2 cores); the events of the operation have told both already. And a stack is
    removed by the command that destroyed it, which saves one of half a second.
    """

    events: Events

    def _run_pulumi_cmd_sync(
        self, args: list[str], on_output: Any = None, on_error: Any = None
    ) -> CommandResult:
        removing = ["--remove"] if args[0] == "destroy" else []
        return super()._run_pulumi_cmd_sync([*args, *removing], on_output, on_error)

    def outputs(self) -> dict[str, Any]:
        return self.events.outputs

    def info(self, show_secrets: bool = True) -> UpdateSummary:  # noqa: FBT001, FBT002, ARG002 -- the SDK's signature
        return UpdateSummary("update", datetime.now(UTC), "", {}, {}, "succeeded")


class EphemeralStack:
    """A stack that is destroyed when its block ends, unless `keep` was called."""

    def __init__(
        self, plan: StackPlan, command: EngineCommand, tell: Callable[[Progress], None]
    ) -> None:
        self._plan = plan
        self._tell = tell
        write_settings(plan)
        workspace = _Workspace(work_dir=str(plan.folder), pulumi_command=command)
        self._stack = _Stack(plan.name, workspace, StackInitMode.SELECT)
        self._kept = False
        self._ended = False
        self._ours = True
        self._made: dict[Resource, None] = {}

    @property
    def resources(self) -> tuple[Resource, ...]:
        """All that deployments of the stack have made, destroyed since or not."""
        return tuple(self._made)

    @property
    def kept(self) -> bool:
        """Whether the stack outlives its block."""
        return self._kept

    def keep(self) -> None:
        """Let the stack outlive its block."""
        self._kept = True

    def create(self) -> None:
        """Make the stack in the backend, with nothing in it.

        Raises:
            StackExistsError: The name is taken.
            EngineFailedError: The engine refused.
        """
        try:
            with self._operation("create"):
                self._stack.workspace.create_stack(self._plan.name)
        except EngineFailedError:
            self._ours = False  # there is no such stack, or it is somebody else's
            raise

    def up(self) -> dict[str, Any]:
        """Deploy the program; the stack's outputs by name.

        Raises:
            EngineFailedError: The deployment failed; what it made is destroyed with the block.
        """
        with self._operation("deploy") as events:
            self._stack.up(on_event=events, suppress_progress=True)
        return events.outputs

    def end(self) -> None:
        """Destroy the stack, unless it is kept, and remove the run's folder with it; only once.

        Raises:
            DestroyFailedError: Something still stands; its state and the folder are kept.
        """
        if self._kept or self._ended:
            return
        self._ended = True
        self.destroy()
        shutil.rmtree(self._plan.folder)

    def destroy(self) -> None:
        """Destroy the stack and remove it from the backend; one that was there before us stays.

        A first failure may be a lock that a killed engine left, or state that lags behind: the
        lock is cancelled, the state refreshed, and the destroy tried once more.

        Raises:
            DestroyFailedError: Something still stands; its state is kept.
        """
        if not self._ours:
            return
        try:
            try:
                self._destroy(refresh=False)
            except EngineFailedError:
                with contextlib.suppress(CommandError):
                    self._stack.cancel()
                self._destroy(refresh=True)
        except EngineFailedError as error:
            raise DestroyFailedError(
                f"stack {self._plan.name} still stands: {error}",
                hint=f"its state is kept; to finish: {self._plan.finish_by_hand}",
            ) from error

    def _destroy(self, *, refresh: bool) -> None:
        # A stack that is missing was never created, or went in a first try that failed after it.
        with contextlib.suppress(StackMissingError), self._operation("destroy") as events:
            self._stack.destroy(on_event=events, suppress_progress=True, refresh=refresh)

    @contextlib.contextmanager
    def _operation(self, verb: str) -> Iterator[Events]:
        """Collect an operation's events, and make the SDK's errors ours."""
        self._stack.events = events = Events(self._tell)
        try:
            with engine_errors(f"could not {verb} stack {self._plan.name}", events.problems):
                yield events
        finally:
            self._made.update(events.made)


@contextlib.contextmanager
def ephemeral_stack(
    plan: StackPlan, command: EngineCommand, tell: Callable[[Progress], None]
) -> Iterator[EphemeralStack]:
    """A stack for the length of a block: its destroy is certain before the first of it is made.

    Yields:
        The stack, not yet created.

    Raises:
        DestroyFailedError: The block is over, and something still stands.
    """
    with shielded():
        stack = EphemeralStack(plan, command, tell)
    try:
        yield stack
    except BaseException as first:
        with shielded():
            try:
                stack.end()
            except DestroyFailedError as error:
                raise DestroyFailedError(f"{first}\nand then {error}", hint=error.hint) from first
        raise
    with shielded():
        stack.end()


def stack_outputs(name: str, command: EngineCommand) -> dict[str, Any]:
    """The outputs of a stack that exists in the checkout's project.

    Raises:
        StackMissingError: No such stack.
        EngineFailedError: The engine refused.
    """
    workspace = _Workspace(work_dir=str(CHECKOUT), pulumi_command=command)
    with engine_errors(f"could not read the outputs of stack {name}", []):
        outputs = workspace.stack_outputs(name)
    return {key: output.value for key, output in outputs.items()}


@contextlib.contextmanager
def engine_errors(what: str, problems: list[str]) -> Iterator[None]:
    """Turn the SDK's errors, told apart by the CLI's texts, into ours.

    Args:
        what: What could not be done, to open the message.
        problems: The engine's own error diagnostics, preferred to the command's whole output.
    """
    try:
        yield
    except StackNotFoundError as error:
        raise StackMissingError(
            f"{what}: there is no such stack", hint="`pulumi stack ls --all` lists those there are"
        ) from error
    except StackAlreadyExistsError as error:
        raise StackExistsError(f"{what}: the name is taken") from error
    except ConcurrentUpdateError as error:
        raise StackLockedError(f"{what}: another operation holds its lock") from error
    except CommandError as error:
        told = "\n".join(problems) or str(error).rpartition(" stderr: ")[-1].strip()
        raise EngineFailedError(f"{what}:\n{told}") from error
