"""Locks between processes. The kernel releases a lock when its holder ends."""

from __future__ import annotations

import fcntl
from typing import TYPE_CHECKING

from automation.support.wait import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable


def take_lock(descriptor: int, *, within: float, busy: Callable[[], None]) -> None:
    """Lock an open file for as long as it stays open.

    Args:
        descriptor: The file's descriptor.
        within: Seconds to wait.
        busy: Called once, when another process holds the lock.

    Raises:
        WaitTimeoutError: Another process held the lock all that time.
    """
    if try_lock(descriptor):
        return
    busy()
    wait_until("the lock", lambda: try_lock(descriptor), bool, within=within)


def try_lock(descriptor: int) -> bool:
    """Lock an open file for as long as it stays open; return whether no other process holds it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
