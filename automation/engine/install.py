"""Install an engine: take the lock, work in a staging folder, move the result into the cache.

The lock is a `flock` on an open file, so it is released when its process ends, for any reason.
Child processes inherit it: if the installing process is killed, the next one does not clear the
staging folder while a child still works there. Such a child ends when it next writes output,
because nobody reads its pipe.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automation.engine import child
from automation.engine.lookup import reported_version
from automation.engine.model import PINNED, PROGRAMS, engine_cache
from automation.support.errors import (
    EngineUnavailableError,
    SourceFailedError,
    WaitTimeoutError,
)
from automation.support.folders import remove_folder
from automation.support.locks import take_lock

if TYPE_CHECKING:
    from pathlib import Path

LOCK_WITHIN = 7200.0  # seconds: more than all the timeouts of one installation together

Announce = Callable[[str], None]
"""Called with one line that tells the user what is being done."""


@dataclass(frozen=True, kw_only=True)
class Staging:
    """The staging area of one installation.

    Attributes:
        folder: Empty at the start, removed at the end.
        environment: The environment of its child processes; their HOME is in `folder`.
        announce: Called with each step and its progress.
        lock: The file descriptor of the installation lock.
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
        within: float,
        status: Callable[[str], str],
        environment: Mapping[str, str] | None = None,
    ) -> str:
        """Run a child process as `child.run` does, and announce its progress.

        Args:
            command: The program and its arguments.
            folder: Its working folder.
            within: Its timeout, in seconds.
            status: Takes the output so far and returns the progress to announce.
            environment: Its environment; the staging area's by default.

        Returns:
            Its output.

        Raises:
            ChildFailedError: As `child.run` does.
        """
        return child.run(
            command,
            environment=environment or self.environment,
            folder=folder,
            within=within,
            on_progress=lambda elapsed, output: self.announce(
                f"  {status(output)} ({duration(elapsed)})"
            ),
            pass_fds=(self.lock,),
        )


@contextmanager
def installing(environment: Mapping[str, str], announce: Announce) -> Iterator[Staging]:
    """Hold the installation lock, and provide a staging area that is removed at the end.

    Raises:
        EngineUnavailableError: Another process held the lock for `LOCK_WITHIN` seconds.
    """
    folder = engine_cache() / "staging"
    with (engine_cache() / "lock").open("w") as lock:
        _acquire(lock.fileno(), announce)
        try:
            remove_folder(folder)  # left by an installation that was killed
            yield Staging(
                folder=folder,
                environment=child.built_environment(environment, home=folder / "home"),
                announce=announce,
                lock=lock.fileno(),
            )
        finally:
            remove_folder(folder)


def put_in_place(staged: Path, environment: Mapping[str, str]) -> Path:
    """Check the staged programs, and rename their folder into the cache.

    Args:
        staged: The folder that holds the programs; on the cache folder's file system.
        environment: The environment for `pulumi version`.

    Returns:
        The programs' folder in the cache.

    Raises:
        SourceFailedError: A program is missing, or the CLI is not the pinned version.
    """
    missing = [name for name in PROGRAMS if not os.access(staged / name, os.X_OK)]
    if missing:
        raise SourceFailedError(f"it produced no {', '.join(missing)}")
    version = reported_version(staged / "pulumi", environment)
    if version != PINNED:
        raise SourceFailedError(f"it produced {version} instead of {PINNED}")
    place = engine_cache() / PINNED
    remove_folder(place)  # incomplete: a complete one would have been found there
    return staged.rename(place)


def duration(seconds: float) -> str:
    """Format a duration for a person: "42 s", "7 min 3 s"."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _acquire(lock: int, announce: Announce) -> None:
    waiting = "Waiting for another process, which is installing the Pulumi engine"
    try:
        take_lock(lock, within=LOCK_WITHIN, busy=lambda: announce(waiting))
    except WaitTimeoutError as error:
        raise EngineUnavailableError(
            f"another process has been installing the Pulumi engine for {duration(LOCK_WITHIN)}",
            hint=f"end that process; it holds the lock {engine_cache() / 'lock'}",
        ) from error
