"""One installer at a time: its lock, its folder, and the move that puts an engine in place.

The lock is an open file's (flock): it ends with the process, however that ended. Children hold it
as well, so that nobody clears the folder they work in; they end at their next line of output when
nobody is there to read it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from automation.engine import child
from automation.engine.lookup import reported_version
from automation.engine.model import PINNED, PROGRAMS, WayFailedError, engine_cache
from automation.support.errors import EngineUnavailableError, WaitTimeoutError
from automation.support.locks import take_lock

LOCK_WITHIN = 7200.0  # seconds: more than the time-outs of one install together

Announce = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where an engine is made: an empty folder of its own, gone afterwards.

    Attributes:
        folder: The folder.
        environment: What a child may know; its home is below `folder`.
        announce: Takes a line on what is being done.
        lock: The file descriptor of the installer's lock.
    """

    folder: Path
    environment: Mapping[str, str]
    announce: Announce
    lock: int

    def run(
        self,
        command: list[str],
        *,
        folder: Path,
        seconds: float,
        status: Callable[[str], str],
        environment: Mapping[str, str] | None = None,
    ) -> str:
        """Run a child as `child.run` does, and announce how far it is now and then.

        Args:
            command: The program and its arguments.
            folder: Its working folder.
            seconds: Its time-out.
            status: Makes of the output so far what is announced.
            environment: What it is to know, where that is not the site's.

        Returns:
            Its output.

        Raises:
            WayFailedError: As `child.run` does.
        """
        return child.run(
            command,
            environment=environment or self.environment,
            folder=folder,
            seconds=seconds,
            progress=lambda gone, output: self.announce(f"  {status(output)} ({duration(gone)})"),
            holding=(self.lock,),
        )


@contextmanager
def installing(environment: Mapping[str, str], announce: Announce) -> Iterator[Site]:
    """Hold the installer's lock, with a site to work on that is removed at the end.

    Raises:
        EngineUnavailableError: Another process held the lock for `LOCK_WITHIN` seconds.
    """
    folder = engine_cache() / "staging"
    with (engine_cache() / "lock").open("w") as lock:
        _acquire(lock.fileno(), announce)
        try:
            _remove(folder)  # a killed installer's
            yield Site(
                folder=folder,
                environment=child.built_environment(environment, home=folder / "home"),
                announce=announce,
                lock=lock.fileno(),
            )
        finally:
            _remove(folder)


def put_in_place(made: Path, environment: Mapping[str, str]) -> Path:
    """Check what was made, and move it to where every later search finds it, in one step.

    Args:
        made: The folder that holds the programs; on the cache folder's file system.
        environment: What the check's child may know.

    Returns:
        The folder they are in now.

    Raises:
        WayFailedError: A program is missing, or the CLI is not the pinned version.
    """
    missing = [name for name in PROGRAMS if not os.access(made / name, os.X_OK)]
    if missing:
        raise WayFailedError(f"it brought no {', '.join(missing)}")
    version = reported_version(made / "pulumi", environment)
    if version != PINNED:
        raise WayFailedError(f"it brought {version} instead of {PINNED}")
    place = engine_cache() / PINNED
    _remove(place)  # an engine that lost a part: the cache's look-up passed it over
    return made.rename(place)


def duration(seconds: float) -> str:
    """As a person says it: "42 s", "7 min 3 s"."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _acquire(lock: int, announce: Announce) -> None:
    waiting = "Waiting for another process, which is installing the Pulumi engine"
    try:
        take_lock(lock, "the lock", within=LOCK_WITHIN, busy=lambda: announce(waiting))
    except WaitTimeoutError as error:
        raise EngineUnavailableError(
            f"another process has been installing the Pulumi engine for {duration(LOCK_WITHIN)}",
            hint=f"end it; it holds the lock {engine_cache() / 'lock'}",
        ) from error


def _remove(folder: Path) -> None:
    for path, _, _ in os.walk(folder):
        Path(path).chmod(0o700)  # Go's module cache is read-only
    if folder.exists():
        shutil.rmtree(folder)
