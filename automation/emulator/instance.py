"""A local instance: a running emulator, and the folder with all that the engine knows of it.

The state of local stacks lies in the instance's folder and goes with it, so no state ever speaks of
resources that are gone.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import select
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psutil

from automation.support.errors import EmulatorError
from automation.support.interrupts import interruptible
from automation.support.paths import CHECKOUT
from automation.support.processes import end_session

MODULE = "automation.emulator.supervisor"
PASSED_ON = ("PATH", "HOME", "TMPDIR", "LANG")  # all that a supervisor needs of the environment
READY_WITHIN = 40.0  # seconds; the supervisor's own deadline, and some for its own start
END_WITHIN = 20.0  # seconds that a supervisor may take to end its emulator and remove the folder


@dataclass(frozen=True, kw_only=True)
class Instance:
    """Where a running local instance is.

    Attributes:
        url: The emulator's endpoint, on loopback.
        folder: Its folder: engine home, backend, run folders, the emulator's log.
        supervisor: The pid of the process that owns the folder, and the emulator unless external.
        external: Whether the emulator is the user's own, and goes on running.
    """

    url: str
    folder: Path
    supervisor: int
    external: bool

    @property
    def engine_home(self) -> Path:
        """PULUMI_HOME: the plugin is here, and nothing of the user's."""
        return self.folder / "engine"

    @property
    def backend(self) -> Path:
        """The folder of the state backend."""
        return self.folder / "backend"

    @property
    def log(self) -> Path:
        """The emulator's own log."""
        return self.folder / "emulator.log"


class Supervisor:
    """A supervisor that this process started, and that ends its instance when this process ends."""

    def __init__(self, url: str | None = None) -> None:
        """Start an instance, and return before anything of it is there.

        Args:
            url: An emulator that runs already, and goes on running; None starts one.
        """
        self.kept = False
        self._ready = False
        self._external = url is not None
        # Unbuffered, so that `select` sees all that has not been read.
        self._process = subprocess.Popen(
            [sys.executable, "-m", MODULE, *([] if url is None else [url])],
            cwd=CHECKOUT,
            env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )

    @functools.cached_property
    def instance(self) -> Instance:
        """Where the instance is: the folder is there, the emulator on its way.

        Raises:
            EmulatorError: The supervisor did not start.
        """
        fact = self._next_fact(READY_WITHIN)
        return Instance(
            url=fact["url"],
            folder=Path(fact["folder"]),
            supervisor=self._process.pid,
            external=self._external,
        )

    def wait_ready(self) -> None:
        """Return when the emulator answers.

        Raises:
            EmulatorError: It ended, or did not answer in time; the end of its log is quoted.
        """
        _ = self.instance  # told first
        if not self._ready:
            self._next_fact(READY_WITHIN)
            self._ready = True

    def check(self) -> None:
        """Return when nothing has been told of the emulator's end.

        Raises:
            EmulatorError: It ended by itself, and the end of its log is quoted; or the supervisor
                did.
        """
        while select.select([self._pipes()[1]], [], [], 0)[0]:
            self._next_fact(0)

    def watch_session(self, session: int) -> None:
        """Have the processes of a session ended too, when this process is gone."""
        self._command(f"session {session}")

    def keep(self) -> None:
        """Let the instance outlive this process."""
        self._command("keep")
        self.kept = True

    def close(self) -> None:
        """End the instance, and wait until its folder is gone.

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
                hint=f"end it, and remove its folder: {self.__dict__.get('instance')}",
            ) from error
        finally:
            stdout.close()
        if "instance" in self.__dict__ and self.instance.folder.exists():
            clear_away(self.instance.folder)  # the supervisor was killed

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
            readable, _, _ = select.select([stdout], [], [], within)
        line = stdout.readline() if readable else b""
        if not line:
            raise EmulatorError(
                f"the emulator's supervisor (pid {self._process.pid}) "
                + ("ended" if readable else f"said nothing in {within:.0f} s"),
                hint="run the command again",
            )
        fact: dict[str, Any] = json.loads(line)
        if "error" in fact:
            raise EmulatorError(fact["error"], hint="run the command again")
        return fact


def clear_away(folder: Path) -> None:
    """End the emulator that a killed supervisor left running, and remove the instance's folder.

    The emulator and its workers are known by their HOME, which is that folder and nobody else's.
    """
    for process in psutil.process_iter():
        with contextlib.suppress(OSError, psutil.Error):  # it ended meanwhile, or is not ours
            if process.environ().get("HOME") == str(folder):
                end_session(os.getsid(process.pid), grace=0)
    shutil.rmtree(folder)
