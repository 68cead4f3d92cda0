"""Runs the engine's command line in a session of its own, and ends it gracefully.

The Automation API runs `pulumi` in the caller's process group. On Ctrl-C it leaves the engine
running and the stack locked (pulumi#9103). Here the engine gets one SIGTERM: it finishes the
current resource, records it and releases the lock.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Protocol

from semver import VersionInfo

from automation.engine.model import with_components
from automation.stack.records import RUN
from automation.support import interrupts
from automation.support.errors import CommandFailedError, EmulatorError, EngineFailedError
from automation.support.processes import end_session

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from automation.engine import Engine
    from automation.stack.records import RunFolder

OPERATION_WITHIN = 1200.0  # seconds; a stack on AWS takes about 60, a failing call is retried long
CHECK_EVERY = 0.5  # seconds between two checks of the target while the engine works
CANCEL_WITHIN = 60.0  # seconds that a cancelled operation has to finish the current resource


@dataclass(frozen=True)
class Finished:
    """What a command of the engine wrote before it ended well."""

    stdout: str
    stderr: str


class EngineCommand:
    """The command line of a known engine, with the attributes that the SDK reads of its own.

    It needs nothing of the SDK, whose import takes longer than most commands
    (docs/architecture.md, Start-up time).

    Args:
        engine: The engine; since its version is known, `pulumi version` is not run.
        environment: The whole environment of the engine and its child processes.
        on_start: Called with the session id of each process that is started.
        check: Called before and while the engine works; raises if its endpoint is gone.
    """

    def __init__(
        self,
        engine: Engine,
        environment: Mapping[str, str],
        on_start: Callable[[int], None] = lambda _session: None,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self.command = str(engine.folder / "pulumi")
        self.version = VersionInfo.parse(engine.version)
        self._environment = with_components(environment)
        self._on_start = on_start
        self._check = check

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: Callable[[str], object] | None = None,
        on_error: Callable[[str], object] | None = None,
    ) -> Finished:
        """Run one command to its end.

        Raises:
            CommandFailedError: The exit code is not 0.
            EngineFailedError: It could not be run, or did not end in time and was cancelled.
            EmulatorError: The emulator is gone.
        """
        self._check()
        try:
            return self._run(args, cwd, additional_env, on_output, on_error)
        except OSError as error:
            raise EngineFailedError(
                f"`pulumi {args[0]}` could not be run: {error}",
                hint="check the engine's file, free disk space and `ulimit -a`",
            ) from error

    def _run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: Callable[[str], object] | None,
        on_error: Callable[[str], object] | None,
    ) -> Finished:
        process = subprocess.Popen(
            [self.command, "--non-interactive", *args],
            cwd=cwd,
            env={**self._environment, **additional_env, "PULUMI_AUTOMATION_API": "true"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        try:
            streams = [_Lines(process.stdout, on_output), _Lines(process.stderr, on_error)]
            self._on_start(process.pid)
            code = self._wait(process, args[0])
        except BaseException as error:
            _cancel(process, grace=0 if isinstance(error, EmulatorError) else CANCEL_WITHIN)
            raise
        stdout, stderr = (stream.text() for stream in streams)
        if code < 0:
            stderr += f"\nthe Pulumi engine was killed by {signal.Signals(-code).name}"
        if code != 0:
            raise CommandFailedError(stderr)
        return Finished(stdout, stderr)

    def _wait(self, process: subprocess.Popen[str], operation: str) -> int:
        deadline = time.monotonic() + OPERATION_WITHIN
        while (now := time.monotonic()) < deadline:
            self._check()
            while time.monotonic() < now + CHECK_EVERY:
                interrupts.check()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    return process.wait(interrupts.SLICE)
        raise EngineFailedError(
            f"`pulumi {operation}` did not end in {OPERATION_WITHIN:.0f} s and was cancelled"
        )


class _Lines:
    """Reads one stream of a process in a thread."""

    def __init__(self, stream: IO[str] | None, tell: Callable[[str], object] | None) -> None:
        self._lines: list[str] = []
        self._thread = threading.Thread(target=self._read, args=(stream, tell), daemon=True)
        self._thread.start()

    def _read(self, stream: IO[str] | None, tell: Callable[[str], object] | None) -> None:
        if stream is None:
            return
        with stream:
            for line in stream:
                self._lines.append(line.rstrip())
                if tell:
                    tell(line.rstrip())

    def text(self) -> str:
        """Return what was read, once the stream is closed; wait at most 5 s for that."""
        self._thread.join(5.0)
        return "\n".join(self._lines)


def _cancel(process: subprocess.Popen[str], *, grace: float) -> None:
    """Let the engine finish the current resource; kill its session later, or when hurried."""
    end_session(process.pid, grace=grace, hurried=interrupts.hurried)
    process.wait()


class Place(Protocol):
    """What the engine's command line needs to know of a target."""

    @property
    def engine(self) -> Engine:
        """The engine that deploys there."""

    @property
    def environment(self) -> Mapping[str, str]:
        """The whole environment of the engine."""

    def environment_of(self, folder: Path) -> Mapping[str, str]:
        """Return the same for the run with this folder."""

    def check(self) -> None:
        """Raise if the endpoint is known to be gone."""

    def watch_session(self, session: int) -> None:
        """Arrange that an engine's session is ended even if this process is killed."""


def command_for(place: Place) -> EngineCommand:
    """Return the engine's command line for a target."""
    return EngineCommand(place.engine, place.environment, place.watch_session, place.check)


def command_of_run(place: Place, folder: RunFolder) -> EngineCommand:
    """Return the same for a run; the engine's sessions are recorded in the run's folder."""

    def on_start(session: int) -> None:
        folder.add_session(session)
        place.watch_session(session)

    environment = {**place.environment_of(folder.path), RUN: str(folder.path)}
    return EngineCommand(place.engine, environment, on_start, place.check)
