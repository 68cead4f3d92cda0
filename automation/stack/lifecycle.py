"""The life of a stack. Stacks are created, deployed, destroyed and removed here and nowhere else.

Two invariants hold. The destroy of an ephemeral stack is certain before anything of it exists:
leaving its `with` block destroys it, and a signal raises only where the block waits. And the state
is removed only after a destroy that succeeded, so that a person can finish a failed one.
"""

from __future__ import annotations

import contextlib
import shutil
from typing import TYPE_CHECKING, Any, Self

from automation.stack.automation_api import OneCommandStack, Workspace
from automation.stack.configuration import write_configuration
from automation.stack.events import Events, Resource
from automation.stack.failures import engine_errors
from automation.stack.records import RunFolder
from automation.support.errors import (
    DestroyFailedError,
    EngineFailedError,
    StackMissingError,
)
from automation.support.interrupts import shielded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from automation.stack.command import EngineCommand
    from automation.stack.configuration import StackPlan
    from automation.stack.events import ResourceStep


class EphemeralStack:
    """A stack that exists for one `with` block: leaving the block destroys it, unless it is kept.

    Create and deploy it inside the block only.

    Args:
        plan: The stack's plan; its configuration is written at once.
        command: The engine's command line.
        enter: Called with the name of each phase as it begins: "create", "deploy", "destroy".
        tell: Called when the engine begins or ends to work on a resource.
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
        self._lock = RunFolder(plan.folder).hold(plan.record)
        self._stack = OneCommandStack(plan.name, Workspace(plan.folder, command))
        self._kept = False
        self._ours = True
        self._made: set[Resource] = set()
        self._planned: set[Resource] = set()

    def __enter__(self) -> Self:
        """Return the stack; nothing of it exists yet."""
        return self

    def __exit__(self, _kind: object, first: BaseException | None, _traceback: object) -> None:
        """Destroy the stack and remove the run's folder, unless the stack is kept.

        Raises:
            DestroyFailedError: Something still exists; the state and the folder are kept.
        """
        with self._lock:  # released when all is over
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
    def recorded(self) -> frozenset[Resource]:
        """Every resource that the engine recorded, destroyed since or not."""
        return frozenset(self._made)

    @property
    def planned(self) -> frozenset[Resource]:
        """Every named resource that the engine was about to create, by its name."""
        return frozenset(self._planned)

    @property
    def kept(self) -> bool:
        """Whether the stack outlives its block."""
        return self._kept

    def keep(self) -> None:
        """Let the stack outlive its block."""
        self._kept = True

    def create(self) -> None:
        """Create the empty stack in the backend.

        Raises:
            StackExistsError: The name is taken.
            EngineFailedError: The engine failed.
        """
        self._enter("create")
        try:
            with self._operation("create"):
                self._stack.workspace.create_stack(self._plan.name)
        except EngineFailedError:
            self._ours = False  # the stack does not exist, or belongs to somebody else
            raise

    def up(self) -> dict[str, Any]:
        """Deploy the program and return the stack's outputs by name.

        Raises:
            EngineFailedError: The deployment failed; leaving the block destroys what it created.
        """
        self._enter("deploy")
        with self._operation("deploy") as events:
            self._stack.up(on_event=events, suppress_progress=True)
        return events.outputs

    def _destroy_ours(self) -> None:
        """Destroy the stack and remove it from the backend, unless it is somebody else's.

        A first failure may be due to the lock of a killed engine, or to stale state: cancel the
        lock, refresh the state, and try once more.

        Raises:
            DestroyFailedError: Something still exists; the state is kept.
        """
        if not self._ours:
            return
        try:
            self._destroy_twice()
        except EngineFailedError as error:
            raise DestroyFailedError(
                f"stack {self._plan.name} still exists: {error}",
                hint=f"its state is kept; finish with: {self._plan.finish_by_hand}",
            ) from error

    def _destroy_twice(self) -> None:
        try:
            self._destroy(refresh=False)
        except EngineFailedError:
            with contextlib.suppress(EngineFailedError):
                self._stack.cancel()
            self._destroy(refresh=True)

    def _destroy(self, *, refresh: bool) -> None:
        # A missing stack was never created, or a first try removed it and failed afterwards.
        with contextlib.suppress(StackMissingError), self._operation("destroy") as events:
            self._stack.destroy(on_event=events, suppress_progress=True, refresh=refresh)

    @contextlib.contextmanager
    def _operation(self, verb: str) -> Iterator[Events]:
        """Collect the events of an operation, and tell what failed."""
        self._stack.events = events = Events(self._tell)
        try:
            with engine_errors(f"could not {verb} stack {self._plan.name}", events.problems):
                yield events
        finally:
            self._made |= events.made
            self._planned |= events.planned


class LeftStack:
    """A stack that a killed run left behind, or that was kept: its folder has all to destroy it.

    Args:
        name: Name of the stack.
        folder: The run's folder.
        command: The engine's command line.
    """

    def __init__(self, name: str, folder: Path, command: EngineCommand) -> None:
        self._name = name
        self._stack = OneCommandStack(name, Workspace(folder, command))

    def destroy(self) -> None:
        """Clear the lock of a killed engine, destroy the stack and remove it from the backend.

        Raises:
            EngineFailedError: The engine failed; the state is kept.
        """
        with contextlib.suppress(EngineFailedError):
            self._stack.cancel()
        self._stack.events = events = Events(lambda _step: None)
        with (
            contextlib.suppress(StackMissingError),
            engine_errors(f"could not destroy stack {self._name}", events.problems),
        ):
            self._stack.destroy(on_event=events, suppress_progress=True, refresh=True)

    def forget(self) -> None:
        """Remove the stack from the backend although its state lists resources.

        Raises:
            EngineFailedError: The engine failed.
        """
        with (
            contextlib.suppress(StackMissingError),
            engine_errors(f"could not remove stack {self._name}", []),
        ):
            self._stack.workspace.remove_stack(self._name, force=True)
