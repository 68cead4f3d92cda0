"""A local instance: a running emulator and its folder, which holds the state of its stacks.

The folder is removed with the emulator, so that no state outlives its resources.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from automation.emulator.functions import ENVIRONMENTS
from automation.support.errors import EmulatorError, SupervisorEndedError
from automation.support.folders import remove_folder
from automation.support.interrupts import interruptible
from automation.support.paths import CHECKOUT
from automation.support.processes import end_processes_at_home
from automation.support.wait import readable

MODULE = "automation.emulator.supervisor"
FOLDER_PREFIX = "poker-hands-"  # of the name of each instance's folder
PASSED_ON = (  # the variables that a supervisor needs
    *("PATH", "HOME", "TMPDIR", "LANG", "XDG_CACHE_HOME"),
    *("PYENV_ROOT", "UV_PYTHON_INSTALL_DIR", "XDG_DATA_HOME"),  # where other Pythons are
)
READY_WITHIN = 40.0  # seconds; the supervisor's deadline of 30 and time for its own start
AGAIN = "run the command again"
NO_EMULATOR = "leave out --emulator to use one of this project, or start yours at that URL first"
END_WITHIN = 20.0  # seconds for a supervisor to end its emulator and remove the folder


@dataclass(frozen=True, kw_only=True)
class Instance:
    """A running local instance.

    Attributes:
        url: The emulator's endpoint, on loopback.
        folder: Contains the engine's home, the backend, the runs' folders and the emulator's log.
        supervisor: Pid of the process that owns the folder, and the emulator unless external.
        external: Whether the emulator is the user's own and keeps running.
    """

    url: str
    folder: Path
    supervisor: int
    external: bool

    @property
    def engine_home(self) -> Path:
        """PULUMI_HOME: contains the plugin, and nothing of the user's."""
        return self.folder / "engine"

    @property
    def backend(self) -> Path:
        """The folder of the state backend."""
        return self.folder / "backend"

    @property
    def functions(self) -> Path:
        """The folder of the environments of functions."""
        return self.folder / ENVIRONMENTS

    @property
    def stacks(self) -> list[str]:
        """The names of the stacks whose state is in the backend."""
        # https://github.com/pulumi/pulumi/blob/master/pkg/backend/diy/store.go: stacks/PROJECT/NAME
        return sorted(path.stem for path in self.backend.glob(".pulumi/stacks/*/*.json"))

    @property
    def log(self) -> Path:
        """The emulator's own log."""
        return self.folder / "emulator.log"


class Supervisor:
    """A supervisor started by this process; it ends its instance when this process ends."""

    def __init__(self, url: str | None = None) -> None:
        """Start an instance, without waiting for it.

        Args:
            url: A running emulator, which keeps running; None starts one.
        """
        self.kept = False
        self._ready = False
        self._failure: EmulatorError | None = None
        self._instance: Instance | None = None
        self._external = url is not None
        # Unbuffered, so that `readable` sees everything that has not been read.
        self._process = subprocess.Popen(
            [sys.executable, "-m", MODULE, *([] if url is None else [url])],
            cwd=CHECKOUT,
            env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )

    @property
    def instance(self) -> Instance:
        """The instance: its folder exists, its emulator is starting.

        Raises:
            EmulatorError: The supervisor did not start.
        """
        if self._instance is None:
            fact = self._next_fact(READY_WITHIN)
            self._instance = Instance(
                url=fact["url"],
                folder=Path(fact["folder"]),
                supervisor=self._process.pid,
                external=self._external,
            )
        return self._instance

    def wait_ready(self) -> None:
        """Wait until the emulator responds.

        Raises:
            EmulatorError: It ended, or did not respond in time; the message quotes its log.
        """
        _ = self.instance  # the first fact
        while not self._ready:
            self._next_fact(READY_WITHIN)

    def check(self) -> None:
        """Raise if the supervisor has reported that the emulator ended.

        Raises:
            EmulatorError: The emulator ended (the message quotes its log), or the supervisor did.
        """
        if self._failure is not None:
            raise self._failure
        while readable(self._pipes()[1].fileno(), within=0):
            self._next_fact(0)

    def watch_session(self, session: int) -> None:
        """Have the processes of a session ended, too, when this process ends."""
        self._command(f"session {session}")

    def keep(self) -> None:
        """Let the instance outlive this process."""
        self._command("keep")
        self.kept = True

    def close(self) -> None:
        """End the instance and wait until its folder is removed.

        Raises:
            EmulatorError: The supervisor did not end in time.
        """
        stdin, stdout = self._pipes()
        stdin.close()
        try:
            self._process.wait(END_WITHIN)
        except subprocess.TimeoutExpired as error:
            raise EmulatorError(
                f"the emulator's supervisor (pid {self._process.pid}) did not end "
                f"in {END_WITHIN:.0f} s",
                hint="kill it" + (f" and remove {self._instance.folder}" if self._instance else ""),
            ) from error
        finally:
            stdout.close()
        if self._instance and self._instance.folder.exists():
            clear_away(self._instance.folder)  # the supervisor was killed

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        if self._process.stdin is None or self._process.stdout is None:
            raise ValueError("the supervisor was started without pipes")
        return self._process.stdin, self._process.stdout

    def _command(self, line: str) -> None:
        try:
            self._pipes()[0].write(f"{line}\n".encode())
        except BrokenPipeError:
            self.check()
            raise

    def _next_fact(self, within: float) -> dict[str, Any]:
        stdout = self._pipes()[1]
        with interruptible():
            told = readable(stdout.fileno(), within=within)
        line = stdout.readline() if told else b""
        if not line:
            raise SupervisorEndedError(
                f"the emulator's supervisor (pid {self._process.pid}) "
                + ("ended" if told else f"did not respond in {within:.0f} s"),
                hint=AGAIN,
            )
        fact: dict[str, Any] = json.loads(line)
        if "error" in fact:
            absent = self._external and not self._ready
            self._failure = EmulatorError(fact["error"], hint=NO_EMULATOR if absent else AGAIN)
            raise self._failure
        self._ready = self._ready or "ready" in fact
        return fact


def clear_away(folder: Path) -> None:
    """End the emulator of a killed supervisor and remove the instance's folder.

    The emulator and its workers are found by their HOME, which is that folder.

    Raises:
        HostError: The system refused.
    """
    end_processes_at_home(folder)
    remove_folder(folder)
