"""The lasting instance of this checkout: at most one, known by a file in the cache folder.

Two checkouts on one machine have one each, and share nothing but the engine.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from automation.emulator.instance import END_WITHIN, MODULE, Instance, Supervisor, clear_away
from automation.support.errors import EmulatorError, UsageError, WaitTimeoutError
from automation.support.locks import take_lock
from automation.support.paths import CHECKOUT, cache_folder
from automation.support.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCK_WITHIN = 90.0  # seconds; a start takes at most 40, a stop 20


def find() -> Instance | None:
    """The lasting instance, when one is up."""
    fact = _recorded()
    return _instance(fact) if fact and _is_supervisor(fact["supervisor"]) else None


def start(url: str | None = None) -> tuple[Instance, bool]:
    """The lasting instance, and whether it was started now.

    Args:
        url: An emulator that runs already, to be used instead of one of our own.

    Raises:
        EmulatorError: The emulator did not start.
        UsageError: The one that is up is at another URL.
    """
    with _locked():
        instance = find()
        if instance is not None:
            if url not in {None, instance.url}:
                raise UsageError(
                    f"the lasting emulator is another one: {instance.url}",
                    hint="end it first: python -m automation local stop",
                )
            return instance, False
        _clear_away()
        supervisor = Supervisor(url)
        try:
            supervisor.wait_ready()
            _record(supervisor)
        finally:
            if not supervisor.kept:
                supervisor.close()
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
        _clear_away()
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
            try:
                wait_until("its end", find, lambda up: up is None, within=END_WITHIN)
            except WaitTimeoutError as error:
                raise EmulatorError(
                    f"the emulator's supervisor (pid {instance.supervisor}) did not end "
                    f"in {END_WITHIN:.0f} s",
                    hint=f"look at it, end it, and remove {instance.folder}",
                ) from error
        _clear_away()
        return instance


def _clear_away() -> None:
    """Remove the pointer to an instance that ended, and what its supervisor, if killed, left."""
    fact = _recorded()
    if fact is not None:
        if (folder := _instance(fact).folder).exists():
            clear_away(folder)
        _pointer().unlink()


def _recorded() -> dict[str, Any] | None:
    try:
        fact: dict[str, Any] = json.loads(_pointer().read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return fact


def _instance(fact: dict[str, Any]) -> Instance:
    return Instance(
        url=fact["url"],
        folder=Path(fact["folder"]),
        supervisor=fact["supervisor"],
        external=fact["external"],
    )


def _record(supervisor: Supervisor) -> None:
    """Write the pointer before the supervisor is told: a crash between leaves nothing running."""
    instance = supervisor.instance
    fact = {
        "url": instance.url,
        "folder": str(instance.folder),
        "supervisor": instance.supervisor,
        "external": instance.external,
        "checkout": str(CHECKOUT),
    }
    pointer = _pointer()
    draft = pointer.with_suffix(".new")
    draft.write_text(json.dumps(fact), encoding="utf-8")
    draft.replace(pointer)
    supervisor.keep()


def _is_supervisor(pid: int) -> bool:
    """Whether a supervisor runs under that pid.

    Its command and its folder tell, and not the time at which it started: that moves when the
    clock is set.
    """
    try:
        process = psutil.Process(pid)
        alive = process.status() != psutil.STATUS_ZOMBIE
        return alive and MODULE in process.cmdline() and process.cwd() == str(CHECKOUT)
    except psutil.Error:
        return False


def _pointer() -> Path:
    digest = hashlib.sha256(str(CHECKOUT).encode()).hexdigest()[:16]
    folder = cache_folder() / "lasting"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{digest}.json"


@contextlib.contextmanager
def _locked() -> Iterator[None]:
    """One command at a time may start or stop the instance; the lock ends with its holder."""
    with _pointer().with_suffix(".lock").open("w") as lock:
        try:
            take_lock(lock.fileno(), "the lock", within=LOCK_WITHIN, busy=lambda: None)
        except WaitTimeoutError as error:
            raise EmulatorError(
                f"another command has been at the lasting emulator for {LOCK_WITHIN:.0f} s",
                hint="python -m automation local status, when that has ended",
            ) from error
        yield
