"""Waiting: polling with a deadline, and a sentence that says what is awaited."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

from automation.support.errors import WaitTimeoutError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def wait_until(
    what: str,
    look: Callable[[], T],
    satisfied: Callable[[T], bool],
    *,
    within: float,
    poll: float,
) -> T:
    """Look until what is seen satisfies, and return it.

    Args:
        what: What is awaited, to follow "waiting for".
        look: Takes a look; may raise, which ends the waiting.
        satisfied: Whether a look's result is what is awaited.
        within: Seconds until the waiting is given up; the first look is always taken.
        poll: Seconds between the end of one look and the start of the next.

    Raises:
        WaitTimeoutError: The deadline passed; the message has what was seen last.
    """
    deadline = time.monotonic() + within
    while True:
        seen = look()
        if satisfied(seen):
            return seen
        if time.monotonic() >= deadline:
            raise WaitTimeoutError(f"waited {within:.0f} s for {what}; last seen: {seen}")
        time.sleep(poll)
