"""Standard output and error that survive failed writes.

A closed terminal, a full disk, a reader that has ended or hangs, an encoding that lacks a
character: none of them may end a clean-up or change the exit code of a run. So both streams are
replaced at the start, and everything that the automation prints goes through the replacements. A
command whose output is what the user asked for calls `check_stdout` at its end.
"""

from __future__ import annotations

import contextlib
import io
import os
import select
import sys
from typing import TYPE_CHECKING, TextIO

from automation.support.errors import HostError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

STDOUT, STDERR = 1, 2
STDERR_PATIENCE = 1.0  # seconds that a write waits for a stopped terminal or a hanging reader


def survive_failed_writes() -> None:
    """Replace `sys.stdout` and `sys.stderr`. Call this before anything is printed.

    A write to standard output waits for its reader, as a pager expects. A write to standard error
    does not: it reports on work that must not stop.
    """
    for descriptor in range(STDERR + 1):
        with contextlib.suppress(OSError):
            os.fstat(descriptor)
            continue
        os.open(os.devnull, os.O_RDWR)  # else the next opened file would get this descriptor
    sys.stdout = _stream(STDOUT, sys.stdout, patience=None)
    sys.stderr = _stream(STDERR, sys.stderr, patience=STDERR_PATIENCE)


def write_from_signal_handler(line: str) -> None:
    """Write a line to standard error from a signal handler."""
    # `sys.stderr` cannot be used: its buffer does not allow a write inside a write.
    with SurvivingFile(STDERR, patience=0.0) as file:
        file.write(f"{line}\n".encode())


def reader_is_gone(descriptor: int = STDOUT) -> bool:
    """Whether nobody can read a stream any more: its pipe or terminal is closed."""
    poll = select.poll()
    poll.register(descriptor, 0)  # errors and hang-ups are always told
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))


def check_stdout() -> None:
    """Raise if something that was printed to standard output is lost.

    A reader that is gone has lost nothing: it has read as much as it wanted.

    Raises:
        HostError: The disk is full, for example.
    """
    sys.stdout.flush()
    file = getattr(sys.stdout.buffer, "raw", None)
    if isinstance(file, SurvivingFile) and file.failure:
        raise HostError(
            "standard output could not be written, so what was printed is not complete: "
            f"{file.failure.strerror}",
            hint="make room, or redirect it elsewhere; what the command changed is not undone",
        )


class SurvivingFile(io.FileIO):
    """Writes to a file descriptor and drops what cannot be written.

    Args:
        descriptor: Stays open when this object is closed.
        patience: Seconds that a write waits for the reader; None waits for ever. After a write that
            waited in vain, no write waits until one succeeds.

    Attributes:
        failure: Why the first write failed, unless its reader was gone; None if none failed.
    """

    def __init__(self, descriptor: int, *, patience: float | None) -> None:
        super().__init__(descriptor, "w", closefd=False)
        self._patience = self._wait = patience
        self.failure: OSError | None = None

    def write(self, data: ReadableBuffer) -> int:
        """Write the first part of the data, or drop all of it; return the number of bytes."""
        view = memoryview(data).cast("B")
        try:
            ready = bool(select.select([], [self], [], self._wait)[1])
            self._wait = self._patience if ready else 0.0
            # A ready pipe accepts this much without blocking.
            written = super().write(view[: select.PIPE_BUF]) if ready else None
        except OSError as error:  # no reader, no terminal, no space
            if self.failure is None and not reader_is_gone(self.fileno()):
                self.failure = error
            written = None
        return len(view) if written is None else written


def _stream(
    descriptor: int, replaced: TextIO | None, *, patience: float | None
) -> io.TextIOWrapper:
    file = SurvivingFile(descriptor, patience=patience)
    return io.TextIOWrapper(
        io.BufferedWriter(file),
        encoding=replaced.encoding if replaced else "utf-8",
        errors="backslashreplace",
        line_buffering=descriptor == STDERR or file.isatty(),
    )
