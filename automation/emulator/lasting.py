"""The lasting instance of this checkout: at most one, recorded in the cache folder.

Two checkouts on one machine have one each, and share nothing but the engine.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from automation.emulator.instance import (
    END_WITHIN,
    FOLDER_PREFIX,
    MODULE,
    Instance,
    Supervisor,
    clear_away,
)
from automation.support.errors import EmulatorError, UsageError, WaitTimeoutError
from automation.support.invoked import INVOKED
from automation.support.locks import take_lock
from automation.support.paths import CHECKOUT, cache_folder
from automation.support.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

LOCK_WITHIN = 90.0  # seconds; a start takes at most 40, a stop 20


def find() -> Instance | None:
    """Return the lasting instance, if one is running."""
    instance = _recorded()
    return instance if instance and _is_supervisor(instance.supervisor) else None


def start(url: str | None = None) -> tuple[Instance, bool]:
    """Start the lasting instance unless it is running; return it, and whether it was started now.

    Args:
        url: A running emulator to use; None starts one.

    Raises:
        EmulatorError: The emulator did not start.
        UsageError: The lasting instance is running at another URL.
    """
    with _locked():
        instance = find()
        if instance is not None:
            if url not in {None, instance.url}:
                raise UsageError(
                    f"another lasting emulator is running: {instance.url}",
                    hint=f"stop it first: {INVOKED} local stop",
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
    """Make a run's instance the lasting one.

    Raises:
        EmulatorError: Another instance became the lasting one meanwhile.
    """
    with _locked():
        if find() is not None:
            raise EmulatorError(
                "another lasting emulator was started meanwhile",
                hint=f"look at it: {INVOKED} local status",
            )
        _clear_away()
        _record(supervisor)


def stop() -> Instance | None:
    """End the lasting instance and discard its stacks; return it, or None if none was running.

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
                    hint=f"kill it and remove {instance.folder}",
                ) from error
        _clear_away()
        return instance


def _clear_away() -> None:
    """Remove the record of an ended instance, and what a killed supervisor left behind.

    The record goes even if the rest cannot, else no later start or stop would succeed.

    Raises:
        HostError: The system refused to remove the folder; the message names it.
    """
    instance = _recorded()
    try:
        if instance and instance.folder.exists():
            clear_away(instance.folder)
    finally:
        _pointer().unlink(missing_ok=True)


def _recorded() -> Instance | None:
    """Return the recorded instance, running or not; None if there is no record or a damaged one.

    Later the folder is deleted, and every process whose HOME is in it is killed. So a record whose
    folder lacks the prefix of an instance counts as damaged.
    """
    pointer = _pointer()
    try:
        fact = json.loads(pointer.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    match fact:
        case {
            "url": str(url),
            "folder": str(folder),
            "supervisor": int(pid),
            "external": bool(external),
        } if pid > 0 and Path(folder).name.startswith(FOLDER_PREFIX):
            return Instance(url=url, folder=Path(folder), supervisor=pid, external=external)
    return None


def _record(supervisor: Supervisor) -> None:
    """Record the instance, then let it outlive this process: a crash in between ends it."""
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
    """Whether the process with this pid is a supervisor of this checkout.

    Its command and working folder tell. Its start time does not: it moves when the clock is set.
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
    """Let one command at a time start or stop the instance."""
    with _pointer().with_suffix(".lock").open("w") as lock:
        try:
            take_lock(lock.fileno(), within=LOCK_WITHIN, busy=lambda: None)
        except WaitTimeoutError as error:
            raise EmulatorError(
                f"another command has held the emulator's lock for {LOCK_WITHIN:.0f} s",
                hint="try again when it has ended",
            ) from error
        yield
