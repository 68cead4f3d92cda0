"""Signals are noted, and raise only where the code declares that it waits.

Call `install` before every slow import. From then on signals are noted. The first one raises
`Interrupted` once, in the main thread: in the open `interruptible` block, or else in the next one.
Code outside of such blocks is never interrupted. Neither is a clean-up: a `shielded` block,
whatever interruptible blocks it contains.
"""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from typing import TYPE_CHECKING

from automation.support.errors import Interrupted
from automation.support.output import write_from_signal_handler

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)
SLICE = 0.1  # seconds of waiting between two checks, which no signal ends
IMPATIENT = 1.0  # seconds after the first signal; a closed terminal sends two at once


class _Signals:
    """The signals that this process has received, and what they may do now."""

    first: int | None = None
    raised: bool = False
    interruptible: int = 0  # number of open blocks
    shielded: int = 0  # likewise
    protecting: bool = True
    hurried: bool = False
    first_at: float = 0.0


def install() -> None:
    """Install the handlers.

    Signals that the caller ignores stay ignored here: SIGINT in a background job of a shell, SIGHUP
    under nohup. Child processes get the default, because the engine ends its plugins by SIGINT and
    waits 5 s for each one that ignores it. The timeout's signal is never ignored. Nor is SIGCHLD:
    where it is, the kernel keeps no exit codes, and every child seems to have ended well.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for signum in SIGNALS:
        ours = signum == signal.SIGALRM
        ignored = not ours and signal.getsignal(signum) in {signal.SIG_IGN, _ignore}
        signal.signal(signum, _ignore if ignored else _on_signal)


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Declare a block that waits or computes for long: a signal ends it, even one noted before.

    For the main thread only: signals are handled there.
    """
    _Signals.interruptible += 1
    try:
        _raise_once()
        yield
    finally:
        _Signals.interruptible -= 1


def check() -> None:
    """Raise if a signal was noted, between two calls of at most `SLICE` that none may end half-way.

    A signal that raises inside `Popen.wait`, for example, can leave its lock taken for ever.
    """
    with interruptible():
        pass


@contextlib.contextmanager
def shielded() -> Iterator[None]:
    """Declare a clean-up: no signal ends it, nor the interruptible blocks inside it."""
    _Signals.shielded += 1
    try:
        yield
    finally:
        _Signals.shielded -= 1


@contextlib.contextmanager
def deferred() -> Iterator[None]:
    """Handle signals here for one block, in a process that otherwise handles its own: pytest's.

    In the block, `interruptible` and `shielded` hold as they do after `install`. After it, the
    handlers from before are back, and the first signal goes to its own: SIGINT's raises
    KeyboardInterrupt, and SIGTERM's default ends the process. In a thread, which no signal
    interrupts, this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers = {signum: signal.getsignal(signum) for signum in SIGNALS}
    before = _Signals.first, _Signals.raised, _Signals.hurried
    _Signals.first, _Signals.raised, _Signals.hurried = None, False, False
    install()
    try:
        yield
    finally:
        for signum, handler in handlers.items():
            signal.signal(signum, signal.SIG_DFL if handler is None else handler)
        interrupted = noted()
        _Signals.first, _Signals.raised, _Signals.hurried = before
        if interrupted:
            signal.raise_signal(interrupted.signum)


def noted() -> Interrupted | None:
    """Return the first signal received, whether or not it has raised; None without any."""
    return None if _Signals.first is None else _interrupted(_Signals.first)


def hurried() -> bool:
    """Whether a second signal asked to hurry: no more grace for what is being cancelled."""
    return _Signals.hurried


def interrupt_after(seconds: float) -> None:
    """Let a timeout interrupt the command, like any other signal."""
    signal.setitimer(signal.ITIMER_REAL, seconds)


@contextlib.contextmanager
def unprotected() -> Iterator[None]:
    """Declare a block after the clean-up: every signal ends it at once, and no timeout does."""
    signal.setitimer(signal.ITIMER_REAL, 0)
    _Signals.protecting = False
    try:
        yield
    finally:
        _Signals.protecting = True


def ignore_from_now_on() -> None:
    """Ignore every signal: the exit code is known, and the process is about to end.

    Python restores the default actions before a process ends, and they would kill it.
    """
    for signum in SIGNALS:
        signal.signal(signum, signal.SIG_IGN)


def _ignore(_signum: int, _frame: FrameType | None) -> None:
    """Do nothing. Unlike SIG_IGN, a handler is not inherited by child processes."""


def _on_signal(signum: int, _frame: FrameType | None) -> None:
    if not _Signals.protecting:
        raise _interrupted(signum)
    again = _Signals.first is not None
    if not again:
        _Signals.first = signum
        _Signals.first_at = time.monotonic()
    elif time.monotonic() - _Signals.first_at > IMPATIENT:
        _Signals.hurried = True
    _raise_once()
    if again or _Signals.shielded:
        write_from_signal_handler("\nstill cleaning up: it ends by itself")


def _raise_once() -> None:
    waiting = _Signals.interruptible and not _Signals.shielded
    if _Signals.first is not None and waiting and not _Signals.raised:
        _Signals.raised = True
        raise _interrupted(_Signals.first)


def _interrupted(signum: int) -> Interrupted:
    name = "its timeout" if signum == signal.SIGALRM else signal.Signals(signum).name
    return Interrupted(signum, name)
