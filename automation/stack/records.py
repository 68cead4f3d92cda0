"""What this machine knows about ephemeral stacks: one folder for each run, and a lock in it.

The folder has the run's Pulumi.yaml and configuration, and is written before anything of the stack
exists. It is removed after a destroy that left nothing. So a folder that is still there, and whose
lock nobody holds, is what a killed run left behind, or a stack that was kept.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import psutil

from automation.support.locks import try_lock
from automation.support.processes import end_session, session_members

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO

RECORD, LOCK, SESSIONS = "run.json", "lock", "sessions"
TIME = "%Y-%m-%dT%H:%M:%SZ"
NAMES = ("run-", "test-")  # how the names of ephemeral stacks, and of their folders, begin
RUN = "POKER_HANDS_RUN"  # in the environment of an engine: the folder of its run


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """Where an ephemeral stack is, and until when.

    Attributes:
        stack: Name of the stack.
        project: Name of the program's project; empty in a record of an older version.
        target: Name of its target.
        endpoint: URL of the emulator; empty on AWS.
        account: The AWS account, or the emulator's.
        region: AWS region.
        started_at: Start of the run, in UTC, as `TIME`.
        expires_at: From then on the stack may be reaped; likewise.
    """

    stack: str
    target: str
    endpoint: str
    account: str
    region: str
    started_at: str
    expires_at: str
    project: str = ""

    @property
    def location(self) -> tuple[str, str, str]:
        """What tells one target from another: as `Target.location`."""
        return self.target, self.endpoint, self.account

    def is_of(self, project: str) -> bool:
        """Whether the stack is one of this project, as far as is known."""
        return self.project in {"", project}


def seconds_since(moment: str) -> float | None:
    """Return the seconds since a time as `TIME`, negative before it; None if it cannot be read."""
    try:
        then = datetime.strptime(moment, TIME).replace(tzinfo=UTC)
    except ValueError:
        return None
    return (datetime.now(UTC) - then).total_seconds()


@dataclass(frozen=True)
class RunFolder:
    """The folder of one run."""

    path: Path

    def record(self) -> RunRecord | None:
        """Return what the folder says about its stack; None if it has no record yet.

        The run takes the lock, then writes the record, then creates the stack.
        """
        try:
            return RunRecord(**json.loads((self.path / RECORD).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def hold(self, record: RunRecord) -> IO[str]:
        """Take the lock until the returned file is closed, and write the record.

        Raises:
            BlockingIOError: Another process holds the lock, or has removed the folder.
        """
        lock = self.lock()
        if lock is None:
            raise BlockingIOError(f"another process holds the lock of {self.path}, or removed it")
        (self.path / RECORD).write_text(json.dumps(asdict(record)), encoding="utf-8")
        return lock

    def lock(self) -> IO[str] | None:
        """Take the lock until the returned file is closed.

        None if another process holds it, or has removed the folder.
        """
        try:
            lock = (self.path / LOCK).open("a")
        except FileNotFoundError:
            return None
        if try_lock(lock.fileno()):
            return lock
        lock.close()
        return None

    def alive(self) -> bool:
        """Whether the run is going on: it holds the lock.

        Makes no file: its run may be removing the folder, which must be empty in the end.
        """
        try:
            lock = (self.path / LOCK).open("r+")
        except (FileNotFoundError, NotADirectoryError):
            return False
        with lock:
            return not try_lock(lock.fileno())

    def add_session(self, session: int) -> None:
        """Record a session of the engine, by the pid of its leader."""
        with (self.path / SESSIONS).open("a", encoding="utf-8") as sessions:
            sessions.write(f"{session}\n")

    def end_sessions(self) -> None:
        """End the engine's processes of a run that is dead.

        After a restart, or in another container, the number may be that of somebody else's session:
        the engine's processes are known by their environment.
        """
        with contextlib.suppress(FileNotFoundError):
            for line in (self.path / SESSIONS).read_text(encoding="utf-8").splitlines():
                session = int(line.split()[0])
                if any(map(self._is_of_run, session_members(session))):
                    end_session(session, grace=0)

    def _is_of_run(self, process: psutil.Process) -> bool:
        try:
            return process.environ().get(RUN) == str(self.path)
        except (OSError, psutil.Error):  # it ended, or is another user's
            return False


def run_folders(parent: Path) -> Iterator[RunFolder]:
    """Yield the folders of runs, the oldest first, but for those that a run removes meanwhile.

    What else is there, such as `.DS_Store` or `lost+found`, is not ours.
    """
    found = []
    with contextlib.suppress(FileNotFoundError):  # there was no run yet
        for path in parent.iterdir():
            if not (path.name.startswith(NAMES) and path.is_dir()):
                continue
            with contextlib.suppress(FileNotFoundError):
                found.append((path.stat().st_mtime, path))
    for _, path in sorted(found):
        yield RunFolder(path)
