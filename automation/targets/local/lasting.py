"""The lasting instance of this checkout: at most one, known by a file in the cache folder.

Two checkouts on one machine have one each, and share nothing but the engine.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from automation.errors import EmulatorError
from automation.paths import CHECKOUT, cache_folder
from automation.targets.local.instance import END_WITHIN, Instance, Supervisor

if TYPE_CHECKING:
    from collections.abc import Iterator

POLL = 0.05  # seconds between looks at a supervisor that is ending


def find() -> Instance | None:
    """The lasting instance, when one is up."""
    try:
        fact = json.loads(_pointer().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    if _started(fact["supervisor"]) != fact["started"]:
        return None
    return Instance(
        url=fact["url"],
        folder=Path(fact["folder"]),
        supervisor=fact["supervisor"],
        external=fact["external"],
    )


def start(url: str | None = None) -> tuple[Instance, bool]:
    """The lasting instance, and whether it was started now.

    Args:
        url: An emulator that runs already, to be used instead of one of our own.

    Raises:
        EmulatorError: The emulator did not start.
    """
    with _locked():
        instance = find()
        if instance is not None:
            return instance, False
        supervisor = Supervisor(url)
        supervisor.wait_ready()
        _record(supervisor)
        return supervisor.instance, True


def keep(supervisor: Supervisor) -> None:
    """Make the instance of a run the lasting one.

    Raises:
        EmulatorError: Another has become the lasting one meanwhile.
    """
    with _locked():
        if find() is not None:
            raise EmulatorError(
                "another lasting emulator was started meanwhile",
                hint="python -m automation local status",
            )
        _record(supervisor)


def stop() -> Instance | None:
    """End the lasting instance and all that is in it; what was ended, or None.

    Raises:
        EmulatorError: It did not end in time.
    """
    with _locked():
        instance = find()
        if instance is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(instance.supervisor, signal.SIGTERM)
            deadline = time.monotonic() + END_WITHIN
            while find() is not None:
                if time.monotonic() > deadline:
                    raise EmulatorError(
                        f"the emulator's supervisor (pid {instance.supervisor}) did not end "
                        f"in {END_WITHIN:.0f} s",
                        hint=f"look at it, end it, and remove {instance.folder}",
                    )
                time.sleep(POLL)
        _pointer().unlink(missing_ok=True)
        return instance


def _record(supervisor: Supervisor) -> None:
    """Write the pointer before the supervisor is told: a crash between leaves nothing running."""
    instance = supervisor.instance
    fact = {
        "url": instance.url,
        "folder": str(instance.folder),
        "supervisor": instance.supervisor,
        "external": instance.external,
        "started": _started(instance.supervisor),
        "checkout": str(CHECKOUT),
    }
    pointer = _pointer()
    draft = pointer.with_suffix(".new")
    draft.write_text(json.dumps(fact), encoding="utf-8")
    draft.replace(pointer)
    supervisor.keep()


def _started(pid: int) -> float | None:
    """When a process started, which tells it from a later one of the same pid; None: it ended."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.NoSuchProcess:
        return None


def _pointer() -> Path:
    digest = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:16]
    folder = cache_folder() / "lasting"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{digest}.json"


@contextlib.contextmanager
def _locked() -> Iterator[None]:
    """One command at a time may start or stop the instance; the lock ends with its holder."""
    with _pointer().with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
