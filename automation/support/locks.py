"""Locks between processes, which end with their holders however those end."""

from __future__ import annotations

import fcntl
from typing import TYPE_CHECKING

from automation.support.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable


def take_lock(descriptor: int, what: str, *, within: float, busy: Callable[[], None]) -> None:
    """Take the lock on an open file, for as long as it stays open.

    Args:
        descriptor: Of the file.
        what: What the lock is for, to follow "waiting for".
        within: Seconds until the waiting is given up.
        busy: Called once, when another process holds it.

    Raises:
        WaitTimeoutError: Another process held it all that time.
    """
    if _taken(descriptor):
        return
    busy()
    wait_until(what, lambda: _taken(descriptor), bool, within=within)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
