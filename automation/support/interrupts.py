"""What a signal does to a command: it is noted, and raises only where the code says that it waits.

`install` belongs before every slow import. From then on SIGINT, SIGTERM and SIGHUP are noted. The
first one raises `Interrupted` in the main thread, once: in the `interruptible` block that is open,
or else in the next one. Everything outside such blocks runs to its end, and so does a `shielded`
block with all the interruptible ones in it: a clean-up.
"""

from __future__ import annotations

import contextlib
import signal
from typing import TYPE_CHECKING

from automation.support.errors import Interrupted
from automation.support.output import write_from_signal_handler

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class _Signals:
    """The process's one record of the signals it got, and of what they may do."""

    first: int | None = None
    raised: bool = False
    interruptible: int = 0  # blocks that are open
    shielded: int = 0  # the same
    protecting: bool = True


def install() -> None:
    """Handle the three signals.

    Signals that the caller ignores stay ignored here, as for a shell's job in the background, and
    SIGHUP under nohup. Child processes get the default: the engine ends its plugins by SIGINT, and
    waits 5 s for each that ignores it.
    """
    for signum in SIGNALS:
        ignored = signal.getsignal(signum) is signal.SIG_IGN
        signal.signal(signum, _ignore if ignored else _on_signal)


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """A block that waits, or computes for long: a signal ends it, also one noted before.

    For the main thread only, where signals are handled.
    """
    _Signals.interruptible += 1
    try:
        _raise_once()
        yield
    finally:
        _Signals.interruptible -= 1


@contextlib.contextmanager
def shielded() -> Iterator[None]:
    """A clean-up: no signal ends it, nor the interruptible blocks that it enters."""
    _Signals.shielded += 1
    try:
        yield
    finally:
        _Signals.shielded -= 1


def noted() -> Interrupted | None:
    """The first signal that came, whether or not it has raised; None when none did."""
    return None if _Signals.first is None else _interrupted(_Signals.first)


def stop_protecting() -> None:
    """From now on every signal raises at once: nothing is left to clean up."""
    _Signals.protecting = False


def _ignore(_signum: int, _frame: FrameType | None) -> None:
    """A handler, which no child inherits, as it would inherit SIG_IGN."""


def _on_signal(signum: int, _frame: FrameType | None) -> None:
    if not _Signals.protecting:
        raise _interrupted(signum)
    if _Signals.first is None:
        _Signals.first = signum
    _raise_once()
    if _Signals.raised or _Signals.shielded:
        write_from_signal_handler("\nstill cleaning up: it ends by itself")


def _raise_once() -> None:
    waiting = _Signals.interruptible and not _Signals.shielded
    if _Signals.first is not None and waiting and not _Signals.raised:
        _Signals.raised = True
        raise _interrupted(_Signals.first)


def _interrupted(signum: int) -> Interrupted:
    return Interrupted(signum, signal.Signals(signum).name)
