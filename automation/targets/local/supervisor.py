"""The process that owns a local instance: an emulator, and the folder that all of its state is in.

Run as ``python -m automation.targets.local.supervisor [URL]`` in a session of its own. It makes the
folder, starts the emulator (or watches the one at URL, which it did not start and does not end),
and ends everything when its standard input closes: a pipe that the kernel closes however the parent
ended, a kill -9 of the parent's whole process group included.

On standard output it writes one JSON object a line: first ``{"folder", "url"}``, then ``{"ready":
true}`` or ``{"error": …}``. On standard input it reads one command a line:

- ``session PID``: the processes of that session are ended too, when the instance ends.
- ``keep``: the end of standard input no longer ends the instance; SIGTERM does.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from automation.processes import end_session

if TYPE_CHECKING:
    from collections.abc import Iterator

HEALTH_PATH = "/_localstack/health"  # MiniStack answers it, and so does what it stands in for
READY_WITHIN = 30.0  # seconds; measured: 0.5 s on an idle 2-core machine
START_POLL = 0.02  # seconds between health checks while the emulator starts
WATCH_POLL = 1.0  # seconds between looks at a running emulator
LOG_TAIL = 2000  # characters of the emulator's log that an error quotes


def main() -> int:
    """Serve one instance until it ends, and remove all of it."""
    for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(signum, lambda *_: sys.exit(0))
    external = sys.argv[1] if len(sys.argv) > 1 else None
    folder = Path(tempfile.mkdtemp(prefix="poker-hands-"))
    sessions: set[int] = set()
    try:
        with emulator_at(external, folder) as emulator:
            return serve(emulator, sessions)
    finally:
        for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(signum, signal.SIG_IGN)
        for session in sessions:
            end_session(session, grace=0)  # what it talked to is gone: nothing to be graceful for
        shutil.rmtree(folder)


class Emulator:
    """An emulator that answers, or will, at a URL; `process` is None where it is not ours."""

    def __init__(self, url: str, process: subprocess.Popen[bytes] | None, log: Path) -> None:
        self.url = url
        self.process = process
        self.log = log

    def problem(self) -> str | None:
        """Why the emulator will never answer (again), or None."""
        if self.process is None:
            return f"nothing listens at {self.url}" if self._refuses() else None
        code = self.process.poll()
        if code is None:
            return None
        tail = self.log.read_text(errors="replace")[-LOG_TAIL:].strip()
        return f"the emulator ended by itself with code {code}; the end of its log:\n{tail}"

    def answers(self) -> bool:
        """Whether the emulator's health check is answered with 200 within a second."""
        try:
            with urllib.request.urlopen(self.url + HEALTH_PATH, timeout=1.0) as response:  # noqa: S310 -- the caller has checked the URL: http(s) on loopback
                return bool(response.status == HTTPStatus.OK)
        except (OSError, http.client.HTTPException):
            return False

    def _refuses(self) -> bool:
        """Whether the port is closed: a busy emulator is slow to answer, but never refuses."""
        parts = urlsplit(self.url)
        try:
            socket.create_connection((parts.hostname or "", parts.port or 80), timeout=1.0).close()
        except ConnectionRefusedError:
            return True
        except OSError:
            return False
        return False


@contextlib.contextmanager
def emulator_at(external: str | None, folder: Path) -> Iterator[Emulator]:
    """The emulator at `external`, or one started in `folder`, which is ended afterwards."""
    log = folder / "emulator.log"
    if external is not None:
        tell(folder=str(folder), url=external)
        yield Emulator(external, None, log)
        return
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    tell(folder=str(folder), url=url)
    process = start_emulator(port, folder, log)
    try:
        yield Emulator(url, process, log)
    finally:
        end_session(process.pid, grace=0)  # all of it goes: nothing is worth a graceful end
        process.wait()


def start_emulator(port: int, folder: Path, log: Path) -> subprocess.Popen[bytes]:
    """Start MiniStack on loopback, in a session and an environment of its own.

    The functions it runs inherit its environment, so nothing of the caller's may be in it.
    """
    scratch = folder / "tmp"
    scratch.mkdir()
    environment = {
        "PATH": os.defpath,
        "HOME": str(folder),
        "TMPDIR": str(scratch),
        "LANG": "C.UTF-8",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "STATE_DIR": str(scratch / "state"),
        "S3_DATA_DIR": str(scratch / "s3"),
    }
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "ministack"],
            cwd=scratch,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def serve(emulator: Emulator, sessions: set[int]) -> int:
    """Watch the emulator and the parent; the exit code says whether the emulator was there."""
    ready, kept, commands = False, False, b""
    deadline = time.monotonic() + READY_WITHIN
    while True:
        problem = emulator.problem()
        if problem is None and not ready:
            ready = emulator.answers()
            if ready:
                tell(ready=True)
            elif time.monotonic() > deadline:
                problem = f"no answer from {emulator.url}{HEALTH_PATH} in {READY_WITHIN:.0f} s"
        if problem is not None:
            tell(error=problem)
            return 1
        if not kept:
            readable, _, _ = select.select([0], [], [], WATCH_POLL if ready else START_POLL)
            if not readable:
                continue
            received = os.read(0, 4096)
            if not received:
                return 0
            *lines, commands = (commands + received).split(b"\n")
            sessions.update(int(line.split()[1]) for line in lines if line.startswith(b"session "))
            kept = b"keep" in lines
            if kept:  # the parent's terminal, or whatever its stderr was, is let go
                with emulator.log.with_name("supervisor.log").open("wb") as own_log:
                    os.dup2(own_log.fileno(), sys.stderr.fileno())
        else:
            time.sleep(WATCH_POLL)


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def tell(**fact: Any) -> None:
    """Write one fact to the parent; a parent that is gone is found out by the next read."""
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(fact) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
