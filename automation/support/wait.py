"""Waiting: polling with a deadline."""

from __future__ import annotations

import math
import select
import time
from typing import TYPE_CHECKING, TypeVar

from automation.support.errors import WaitTimeoutError
from automation.support.interrupts import interruptible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")

POLL = 0.02  # seconds between two looks at something on this machine
MOST_SEEN = 300  # characters of the last result that an error quotes


def looks(look: Callable[[], T], *, within: float, poll: float = POLL) -> Iterator[T]:
    """Poll: yield the result of each look, until the deadline.

    A signal interrupts a look or a pause, but not what the caller does with a result.

    Args:
        look: Takes one look. What it raises ends the iteration.
        within: Seconds until the last look; the first is always taken.
        poll: Seconds between the end of one look and the start of the next.
    """
    deadline = time.monotonic() + within
    while True:
        with interruptible():
            seen = look()
        yield seen
        if time.monotonic() >= deadline:
            return
        with interruptible():
            time.sleep(poll)


def wait_until(
    what: str,
    look: Callable[[], T],
    satisfied: Callable[[T], bool],
    *,
    within: float,
    poll: float = POLL,
) -> T:
    """Poll until a result satisfies, and return it.

    Args:
        what: What is awaited, to complete "waited for …".
        look: Takes one look. What it raises ends the waiting.
        satisfied: Whether a result is what is awaited.
        within: Seconds to wait.
        poll: Seconds between two looks.

    Raises:
        WaitTimeoutError: The deadline passed; the message quotes the end of the last result.
    """
    __tracebackhide__ = True  # in a user's test, pytest shows the line that waits instead
    for seen in looks(look, within=within, poll=poll):
        if satisfied(seen):
            return seen
    raise WaitTimeoutError(f"waited {within:.0f} s for {what}; last seen: {_end_of(str(seen))}")


def readable(*descriptors: int, within: float) -> set[int]:
    """Wait until there is something to read, and return the file descriptors that have it.

    The end of what is written counts as something. Unlike `select.select`, this takes descriptors
    above 1023: a process that uses this as a library may have many files open.

    Args:
        descriptors: Of pipes or sockets.
        within: Seconds to wait.
    """
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    return {descriptor for descriptor, _ in poll.poll(math.ceil(within * 1000))}


def _end_of(text: str) -> str:
    """Return a text, or its end: of a log, the last lines say why a wait was in vain."""
    return text if len(text) <= MOST_SEEN else f"…{text[-MOST_SEEN:]}"
