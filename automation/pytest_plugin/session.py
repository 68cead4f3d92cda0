"""The stacks of one pytest process, and the target that they are on.

Fixtures deploy and destroy them. What no fixture has destroyed when pytest ends, `close` destroys.
Signals are deferred meanwhile: Ctrl-C ends a deployment, but nothing ends a destroy.
"""

from __future__ import annotations

import contextlib
import secrets
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from automation.engine import find_engine
from automation.ephemeral import looks_for_leftovers, plan_stack
from automation.pytest_plugin.stack import LiveStack
from automation.stack.command import command_of_run
from automation.stack.configuration import check_configuration
from automation.stack.project import read_project
from automation.stack.records import RunFolder
from automation.support.clients import aws_errors, make_clients
from automation.support.errors import DestroyFailedError, UsageError
from automation.support.interrupts import deferred, shielded
from automation.targets.opening import open_target

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping
    from concurrent.futures import Future
    from types import FrameType

    from automation.engine import Engine
    from automation.pytest_plugin.options import LiveOptions
    from automation.stack.configuration import StackPlan
    from automation.stack.lifecycle import EphemeralStack
    from automation.support.clients import Clients
    from automation.targets.base import Target


class LiveSession:
    """The live stacks of this process.

    Args:
        options: What the stacks are asked for.
        environment: The caller's environment.
        announce: Shows what an installation of the engine is doing.

    Attributes:
        stacks: The stacks that are deployed, each with what destroys it.
        used: The stacks that the current test has used.
        kept: The commands that destroy what was kept.
    """

    def __init__(
        self,
        options: LiveOptions,
        environment: Mapping[str, str],
        announce: Callable[[str], None],
    ) -> None:
        self._options = options
        self._environment = environment
        self._announce = announce
        self._signals = contextlib.ExitStack()
        self._opened = contextlib.ExitStack()
        self._target: Target | None = None
        self.stacks: dict[LiveStack, contextlib.ExitStack] = {}
        self.used: set[LiveStack] = set()
        self.kept: list[str] = []

    def deploy(
        self,
        program: str | os.PathLike[str] | None = None,
        configuration: Mapping[str, Any] | None = None,
    ) -> LiveStack:
        """Deploy a stack; open the target first, if this is the first one.

        Args:
            program: Folder of a Pulumi program; None is that of the options.
            configuration: Values by key.

        Raises:
            AutomationError: The options are wrong, or something failed. Nothing is left.
        """
        given = configuration or {}
        project = read_project(self._options.program if program is None else Path(program))
        check_configuration(given, project)
        self._signals.enter_context(end_tests_on_signals())
        with deferred():
            target = self._target or self._open()
            plan = plan_stack(target, f"test-{secrets.token_hex(4)}", given, project)
            with explained(target), contextlib.ExitStack() as until_deployed:
                live = self._deploy(target, plan, until_deployed)
                self.stacks[live] = until_deployed.pop_all()
        self.used.add(live)
        return live

    def destroy(self, live: LiveStack) -> None:
        """Destroy a stack, unless that is done or it is kept, and check that nothing is left.

        Raises:
            DestroyFailedError: Something is left; the hint says how to finish.
        """
        with deferred():
            self.used.discard(live)
            if block := self.stacks.pop(live, None):
                with explained(self._target):
                    block.close()

    def close(self) -> None:
        """Destroy the stacks that are left, and close the target.

        Raises:
            AutomationError: Something is left, or the target could not be closed.
        """
        with self._signals, deferred(), contextlib.ExitStack() as everything:
            everything.enter_context(self._opened)
            self._target = None
            for live in list(self.stacks):
                everything.callback(self.destroy, live)

    def _open(self) -> Target:
        options = self._options
        if options.keep and options.worker and options.target == "local":
            raise UsageError(
                "--live-keep keeps one emulator, and every worker of pytest-xdist has its own",
                hint="leave out -n, or name one emulator for all with --live-emulator",
            )
        with contextlib.ExitStack() as opened:
            self._target = opened.enter_context(
                open_target(
                    options.target,
                    emulator=options.emulator,
                    find_engine=self._find_engine,
                    environment=self._environment,
                    backend=read_project(options.program).backend,
                    announce=self._announce,
                )
            )
            self._opened = opened.pop_all()
        return self._target

    def _find_engine(self) -> Engine:
        engine = find_engine(environment=self._environment, announce=self._announce)
        import automation.stack.lifecycle  # noqa: F401 -- takes 0.3 s, in which the emulator starts

        return engine

    def _deploy(self, target: Target, plan: StackPlan, block: contextlib.ExitStack) -> LiveStack:
        """Deploy a stack; closing the block destroys it."""
        from automation.stack.lifecycle import EphemeralStack

        with ThreadPoolExecutor(max_workers=1) as background:
            clients = background.submit(make_clients, target.environment, plan.record.region)
            stack = EphemeralStack(
                plan,
                command_of_run(target, RunFolder(plan.folder)),
                enter=lambda _phase: None,
                tell=lambda _step: None,
            )
            block.callback(look_for_leftovers, target, plan, stack, clients)
            block.enter_context(stack)
            stack.create()
            target.wait_ready()
            exports = stack.up()
            live = LiveStack(plan.name, exports, clients.result(), target, self.used.add)
            if self._options.keep:
                self._keep(target, plan, stack)
        return live

    def _keep(self, target: Target, plan: StackPlan, stack: EphemeralStack) -> None:
        if not self.kept:
            target.keep()
            self.kept += target.stop_commands
        stack.keep()
        self.kept.insert(0, plan.finish_by_hand)


@contextlib.contextmanager
def explained(target: Target | None) -> Iterator[None]:
    """Give the error of a failed destroy the hint that holds for the target, while it is open."""
    try:
        yield
    except DestroyFailedError as error:
        if target is None:
            raise
        raise target.explain(error) from error


def look_for_leftovers(
    target: Target, plan: StackPlan, stack: EphemeralStack, clients: Future[Clients]
) -> None:
    """Check that nothing is left of a destroyed stack; delete what the engine did not record.

    Raises:
        DestroyFailedError: Something is left.
        EmulatorError: The emulator ended.
        ObserveError: A service refused a request, or could not be reached.
    """
    if stack.kept:
        return
    target.check()
    with shielded(), aws_errors(f"looking for what is left of stack {plan.name}"):
        for found, _ in looks_for_leftovers(clients.result, plan.name, stack, target.pace):
            left = found
    if left:
        raise DestroyFailedError(
            f"stack {plan.name} was destroyed, but this is left: {', '.join(map(str, left))}",
            hint=f"finish with: {plan.finish_by_hand}",
        )


@contextlib.contextmanager
def end_tests_on_signals() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the tests as Ctrl-C does, where they would end the process.

    Not for a `deferred` block: the handlers there are its own.
    """
    signals = (signal.SIGTERM, signal.SIGHUP)
    in_main = threading.current_thread() is threading.main_thread()
    ours = [each for each in signals if in_main and signal.getsignal(each) is signal.SIG_DFL]
    for signum in ours:
        signal.signal(signum, _end_tests)
    try:
        yield
    finally:
        for signum in ours:
            signal.signal(signum, signal.SIG_DFL)


def _end_tests(signum: int, _frame: FrameType | None) -> NoReturn:
    raise pytest.exit.Exception(f"ended by {signal.Signals(signum).name}", 128 + signum)
