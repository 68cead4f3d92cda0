"""How a stack lives and dies: created, deployed, destroyed, removed, and only here.

Two invariants hold. The destroy of an ephemeral stack is certain before anything of it is made: it
is what leaving the stack's `with` block does, and signals raise inside the block only, where it
waits. And a stack's state is removed only after a destroy that succeeded, so what could not be
destroyed can still be finished by hand.
"""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING, Any, Self

from pulumi.automation.errors import (
    CommandError,
    ConcurrentUpdateError,
    StackAlreadyExistsError,
    StackNotFoundError,
)

from automation.stack.automation_api import OneCommandStack, Workspace
from automation.stack.configuration import write_configuration
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
    from automation.stack.events import Resource, ResourceStep


class EphemeralStack:
    """A stack for the length of a `with` block, which ends in its destroy, unless it is kept.

    Create and deploy it in the block only: its destroy is then certain before any of it is made.

    Args:
        plan: What it is to be; its configuration is written at once.
        command: The engine's command line.
        enter: Told the name of each phase as it begins: "create", "deploy", "destroy".
        tell: Told each resource as the engine begins or ends to work on it.
    """

    def __init__(
        self,
        plan: StackPlan,
        command: EngineCommand,
        *,
        enter: Callable[[str], None],
        tell: Callable[[ResourceStep], None],
    ) -> None:
        self._plan = plan
        self._enter = enter
        self._tell = tell
        write_configuration(plan)
        self._stack = OneCommandStack(plan.name, Workspace(plan.folder, command))
        self._kept = False
        self._ours = True
        self._made: dict[Resource, None] = {}

    def __enter__(self) -> Self:
        """Nothing of the stack is there yet."""
        return self

    def __exit__(self, _kind: object, first: BaseException | None, _traceback: object) -> None:
        """Destroy the stack, unless it is kept, and remove the run's folder with it.

        Raises:
            DestroyFailedError: Something still stands; its state and the folder are kept.
        """
        if self._kept:
            return
        try:
            with shielded():
                self._enter("destroy")
                self._destroy_ours()
                shutil.rmtree(self._plan.folder)
        except DestroyFailedError as error:
            if first is None:
                raise
            raise DestroyFailedError(f"{first}\nand then {error}", hint=error.hint) from first

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
        self._enter("create")
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
        self._enter("deploy")
        with self._operation("deploy") as events:
            self._stack.up(on_event=events, suppress_progress=True)
        return events.outputs

    def _destroy_ours(self) -> None:
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


def stack_outputs(name: str, command: EngineCommand) -> dict[str, Any]:
    """The outputs of a stack that exists in the checkout's project.

    Raises:
        StackMissingError: No such stack.
        EngineFailedError: The engine refused.
    """
    workspace = Workspace(CHECKOUT, command)
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
