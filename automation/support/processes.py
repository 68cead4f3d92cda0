"""Ending all processes of a session."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from automation.support.errors import HostError
from automation.support.wait import POLL

if TYPE_CHECKING:
    from collections.abc import Callable

AFTER_LEADER = 1.0  # seconds that the others have to end after their leader
KILL_WITHIN = 5.0  # seconds that the kernel has to end killed processes


def session_members(session: int) -> list[psutil.Process]:
    """Return the live processes of a session, whatever their process group or parent."""
    members = []
    for process in psutil.process_iter():
        with contextlib.suppress(OSError, psutil.Error):  # the process ended meanwhile
            alive = process.status() != psutil.STATUS_ZOMBIE
            if os.getsid(process.pid) == session and alive:
                members.append(process)
    return members


def end_session(session: int, *, grace: float, hurried: Callable[[], bool] = lambda: False) -> None:
    """End every process of a session: SIGTERM to its leader, later SIGKILL to all.

    A process whose parent has ended meanwhile is killed at once. The engine ends its language host,
    but not the program that this has started, and then waits 5 s for it (measured, 3.259.0).

    Args:
        session: The session's id: the pid of its leader.
        grace: Seconds that the leader has to end; the others have `AFTER_LEADER` more. 0 kills at
            once.
        hurried: Whether the grace is cut short.

    Raises:
        HostError: A killed process did not end in `KILL_WITHIN`.
    """
    if session == os.getsid(0):
        raise ValueError(f"session {session} is this process's own")
    now = time.monotonic()
    kill_at, give_up_at = now + grace, now + grace + KILL_WITHIN
    asked = grace == 0
    while (members := session_members(session)) and time.monotonic() < give_up_at:
        if hurried():
            kill_at = min(kill_at, time.monotonic())
        pids = {member.pid for member in members}
        if session not in pids:
            kill_at = min(kill_at, time.monotonic() + AFTER_LEADER)
        for member in members:
            with contextlib.suppress(psutil.NoSuchProcess):
                orphaned = member.pid != session and member.ppid() not in pids
                if time.monotonic() >= kill_at or (asked and orphaned):
                    member.kill()
                elif member.pid == session and not asked:
                    asked = True
                    member.terminate()
        time.sleep(POLL)
    if members:
        stuck = ", ".join(str(member.pid) for member in members)
        raise HostError(
            f"killed processes did not end in {KILL_WITHIN:.0f} s: {stuck}",
            hint="they may wait for a disk or a network drive; look at them with `ps`",
        )


def end_processes_at_home(folder: Path) -> None:
    """Kill the processes whose HOME is in a folder, and their sessions: daemons have their own."""
    for process in psutil.process_iter():
        with contextlib.suppress(OSError, psutil.Error):  # it ended, or is another user's
            if Path(process.environ().get("HOME", "/")).is_relative_to(folder):
                end_session(os.getsid(process.pid), grace=0)
