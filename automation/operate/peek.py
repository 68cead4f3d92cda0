"""Looks into the dead-letter queue, and leaves it as it was."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from automation.observe.logs import UUID, read_logs
from automation.operate.failures import explain
from automation.operate.ids import whole_id
from automation.support.errors import UnreadError
from automation.support.interrupts import interruptible, shielded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from automation.observe.observation import DeadLetter
    from automation.observe.observer import Observer
    from automation.operate.failures import Failure

LONG_POLL = 1  # seconds: enough for SQS to ask all of its servers


def peek(observer: Observer) -> tuple[DeadLetter, ...]:
    """Read every dead letter, and make all of them visible again.

    Of too many, it returns those that could be read, and says on stderr that they are not all.

    Raises:
        ClientError: botocore's; the service refused a request.
    """
    try:
        return observer.read_dead_letters(wait=LONG_POLL)
    except UnreadError as error:
        say_incomplete(error)
        return observer.dead_letters
    finally:
        with shielded():
            observer.release_dead_letters()


def say_incomplete(error: UnreadError) -> None:
    """Say on stderr that dead letters may be missing from what is printed."""
    sys.stderr.write(f"this may be incomplete: {error}; {error.hint}\n")


def failures(observer: Observer) -> tuple[Failure, ...]:
    """Read every dead letter, joined with the log since the oldest of them was sent."""
    letters = peek(observer)
    if not letters:
        return ()
    with interruptible():
        events = observer.log_events(min(letter.sent_at for letter in letters))
        return explain(letters, read_logs(events))


def whole_ids(observer: Observer, given: Sequence[str]) -> frozenset[str]:
    """Return the ids of dead letters, each given whole or by its start.

    Raises:
        UsageError: Several dead letters' ids have the same start.
    """
    if all(re.fullmatch(UUID, each) for each in given):
        return frozenset(given)
    known = {letter.message_id for letter in peek(observer)}
    return frozenset(whole_id(each, known) for each in given)
