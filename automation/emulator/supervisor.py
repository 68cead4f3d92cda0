"""The process that owns a local instance: an emulator, and the folder with all of its state.

Run as ``python -m automation.emulator.supervisor [URL]`` in a session of its own. It creates the
folder and starts the emulator, or watches the one at URL, which it does not end. It ends everything
when its standard input closes: the kernel closes this pipe when the parent ends, even after a kill
-9 of the parent's whole process group.

It writes one JSON object per line to standard output: first ``{"folder", "url"}``, then ``{"ready":
true}`` or ``{"error": …}``. It reads one command per line from standard input:

- ``session PID``: end the processes of that session, too, when the instance ends.
- ``keep``: outlive the parent. From then on SIGTERM or the end of the emulator ends the instance.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from automation.emulator.functions import (
    ENVIRONMENTS,
    find_pythons,
    make_environments,
    shipped_packages,
)
from automation.emulator.instance import FOLDER_PREFIX
from automation.support.errors import AutomationError, EmulatorError, HostError
from automation.support.folders import remove_folder
from automation.support.paths import CHECKOUT
from automation.support.processes import end_processes_at_home, end_session, session_members
from automation.support.wait import POLL, readable

if TYPE_CHECKING:
    from collections.abc import Iterator

HEALTH_PATH = "/_localstack/health"  # of MiniStack and of LocalStack
READY_WITHIN = 30.0  # seconds; measured: 0.5 s on an idle 2-core machine
WATCH_EVERY = 1.0  # seconds between looks at a running emulator
HEALTHY_WITHIN = 1.0  # seconds for a health check
MOST_SILENT = 10  # health checks in a row, 20 s in all, after which an emulator counts as hung
STDIN = 0  # its descriptor
ENTRY = (
    f"import sys; sys.path.insert(0, {str(CHECKOUT)!r}); import runpy; "
    "runpy.run_module('automation.emulator.ministack', run_name='__main__')"
)
LOG_TAIL = 2000  # characters of the emulator's log that an error quotes


def main() -> None:
    """Serve one instance until it ends, then remove everything."""
    signals = signals_as_file()
    external = sys.argv[1] if len(sys.argv) > 1 else None
    try:
        folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX))
    except OSError as error:
        tell(error=f"no folder for the emulator could be created: {error}")
        return
    sessions: set[int] = set()
    try:
        with emulator_at(external, folder) as emulator:
            serve(emulator, sessions, signals)
    except EmulatorError as error:
        tell(error=str(error))
    finally:
        for session in sessions:
            end_session(session, grace=0)  # its emulator is gone: a graceful end is pointless
        end_processes_at_home(folder)  # an engine whose session was not reported yet
        with contextlib.suppress(HostError):  # who ended it tries again, and reports it
            remove_folder(folder)


def signals_as_file() -> int:
    """Return a file descriptor from which received signals are read; none interrupts anything."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
        signal.signal(signum, lambda *_: None)
    return reader


Health = Literal["ok", "unfit", "silent", "refused"]
"""What a health check gets: 200, another response, none in time, or a closed port."""


class Emulator:
    """An emulator at a URL.

    Args:
        url: Its endpoint.
        process: Its process; None if it is not ours.
        log: Its log file.

    Attributes:
        state: "starting" until it first responds; "failed" is final.
    """

    def __init__(self, url: str, process: subprocess.Popen[bytes] | None, log: Path) -> None:
        self.url = url
        self.process = process
        self.log = log
        self.state: Literal["starting", "ready", "failed"] = "starting"
        self._deadline = time.monotonic() + READY_WITHIN
        self._silent = 0

    def look(self, *, kept: bool) -> dict[str, Any] | None:
        """Check the emulator; return a fact for the parent, if there is a new one.

        Args:
            kept: Whether it outlives its parent. If so, hanging is not an error.
        """
        if self.state == "failed":
            return None
        problem = self._ended()
        if problem is None and not kept:
            health = self._health()
            self._silent = self._silent + 1 if health == "silent" else 0
            if health == "ok" and self.state == "starting":
                self.state = "ready"
                return {"ready": True}
            problem = self._not_started(health) or self._hung()
        if problem is None:
            return None
        self.state = "failed"
        return {"error": problem}

    def _ended(self) -> str | None:
        """How our own emulator ended, or None."""
        code = None if self.process is None else self.process.poll()
        if code is None:
            return None
        tail = self.log.read_text(errors="replace")[-LOG_TAIL:].strip()
        return f"the emulator ended unexpectedly with code {code}; the end of its log:\n{tail}"

    def _not_started(self, health: Health) -> str | None:
        """Why nothing is there to respond, or None."""
        if health == "refused" and self.process is None:
            return f"nothing listens at {self.url}"
        if self.state == "starting" and time.monotonic() > self._deadline:
            return f"no response from {self.url}{HEALTH_PATH} in {READY_WITHIN:.0f} s"
        return None

    def _hung(self) -> str | None:
        """Why an emulator that has responded will not do so again, or None."""
        if self.state == "starting" or self._silent < MOST_SILENT:
            return None
        return f"the emulator at {self.url} hangs: {MOST_SILENT} health checks in a row timed out"

    def _health(self) -> Health:
        """What a health check gets. A busy emulator responds late, but never refuses."""
        try:
            with urllib.request.urlopen(self.url + HEALTH_PATH, timeout=HEALTHY_WITHIN) as response:  # noqa: S310 -- the caller has checked the URL: http(s) on loopback
                return "ok" if response.status == HTTPStatus.OK else "unfit"
        except urllib.error.HTTPError:
            return "unfit"
        except (OSError, http.client.HTTPException) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            return "refused" if isinstance(reason, ConnectionRefusedError) else "silent"


@contextlib.contextmanager
def emulator_at(external: str | None, folder: Path) -> Iterator[Emulator]:
    """Yield the emulator at `external`, or start one in `folder` and end it afterwards.

    Raises:
        EmulatorError: It could not be started.
    """
    log = folder / "emulator.log"
    if external is not None:
        tell(folder=str(folder), url=external)
        yield Emulator(external, None, log)
        return
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    tell(folder=str(folder), url=url)
    try:
        make_environments(folder / ENVIRONMENTS, find_pythons(os.environ), shipped_packages())
        process = start_emulator(port, folder, log)
    except (AutomationError, OSError) as error:
        raise EmulatorError(f"the emulator could not be started: {error}") from error
    try:
        yield Emulator(url, process, log)
    finally:
        end_session(process.pid, grace=0)  # everything is discarded: a graceful end is pointless
        process.wait()
        end_processes_at_home(folder)  # what a function started in a session of its own


def start_emulator(port: int, folder: Path, log: Path) -> subprocess.Popen[bytes]:
    """Start MiniStack on loopback, in a session and an environment of its own.

    Its functions inherit its environment, so that must contain nothing of the caller's.
    """
    scratch = folder / "tmp"
    scratch.mkdir(exist_ok=True)  # the run knows the folder already, and needs it too
    environment = {
        "PATH": os.defpath,
        "HOME": str(folder),
        "TMPDIR": str(scratch),
        "LANG": "C.UTF-8",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "STATE_DIR": str(scratch / "state"),
        "S3_DATA_DIR": str(scratch / "s3"),
        "AUTH": "true",  # a function may call only what its role allows
    }
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-P", "-c", ENTRY, str(folder / ENVIRONMENTS)],
            cwd=scratch,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def serve(emulator: Emulator, sessions: set[int], signals: int) -> None:
    """Watch the emulator and the parent; return when the instance is to end.

    A failed emulator is reported, but its folder stays while the parent may be using it.

    Args:
        emulator: The emulator.
        sessions: Receives the sessions that the parent names.
        signals: Received signals are read from here; all but SIGCHLD end the instance.
    """
    kept, commands = False, b""
    while True:
        if news := emulator.look(kept=kept):
            tell(**news)
        if emulator.state == "failed" and kept:
            return
        sources = [signals] if kept else [signals, STDIN]
        poll = POLL if emulator.state == "starting" else WATCH_EVERY
        ready = readable(*sources, within=poll)
        if signals in ready and set(os.read(signals, 64)) != {signal.SIGCHLD}:
            return
        if STDIN not in ready:
            continue
        received = os.read(STDIN, 4096)
        if not received:
            return
        *lines, commands = (commands + received).split(b"\n")
        named = {int(line.split()[1]) for line in lines if line.startswith(b"session ")}
        # Forget ended sessions: their numbers may be reused.
        sessions.intersection_update({each for each in sessions if session_members(each)})
        sessions.update(named)
        kept = b"keep" in lines
        if kept:  # let go of the parent's stderr, which may be a terminal or a pipe
            with emulator.log.with_name("supervisor.log").open("wb") as own_log:
                os.dup2(own_log.fileno(), sys.stderr.fileno())


def free_port() -> int:
    """Return a port of 127.0.0.1 that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def tell(**fact: Any) -> None:
    """Write one fact to the parent. A dead parent is detected on the next read."""
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(fact) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
