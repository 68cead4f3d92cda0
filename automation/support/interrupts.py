"""What a signal does to a command: the first one ends it, the clean-up is never cut short.

`install` belongs before every slow import. From then on the first SIGINT, SIGTERM or SIGHUP raises
`Interrupted` in the main thread, wherever that is; every later one, and any that comes in a
`shielded` block, is only noted, so that nothing stands between a signal and the clean-up.
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
    """The process's one record of the signals it got."""

    first: int | None = None
    raised: bool = False
    shields: int = 0
    over: bool = False


def install() -> None:
    """Have the three signals end the command by `Interrupted`.

    One that the caller has this process ignore, as a shell does for a job in the background and
    nohup for SIGHUP, goes on being ignored, but not by the processes that it starts: the engine
    ends its plugins by SIGINT, and waits 5 s for each that ignores it.
    """
    for signum in SIGNALS:
        ignored = signal.getsignal(signum) is signal.SIG_IGN
        signal.signal(signum, _ignore if ignored else _on_signal)


def _ignore(_signum: int, _frame: FrameType | None) -> None:
    """A handler, which no child inherits, as it would inherit SIG_IGN."""


def stop_protecting() -> None:
    """From now on every signal raises: nothing is left to clean up, and output may block."""
    _Signals.over = True


def _on_signal(signum: int, _frame: FrameType | None) -> None:
    if _Signals.over:
        raise Interrupted(signum, signal.Signals(signum).name)
    if _Signals.first is None:
        _Signals.first = signum
    _raise_once(signum)
    write_from_signal_handler("\nstill cleaning up: it ends by itself")


def _raise_once(signum: int) -> None:
    if not _Signals.raised and not _Signals.shields:
        _Signals.raised = True
        raise Interrupted(signum, signal.Signals(signum).name)


@contextlib.contextmanager
def shielded() -> Iterator[None]:
    """A block that no signal cuts short; one that came in it takes effect after it."""
    _Signals.shields += 1
    try:
        yield
    finally:
        _Signals.shields -= 1
    if _Signals.first is not None:
        _raise_once(_Signals.first)
