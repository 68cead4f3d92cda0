"""Standard output and error: a write that fails costs lines of output, and nothing else.

A terminal that was closed, a full disk, a reader that is gone or stopped, an encoding that lacks a
character: none of them may end a clean-up or change an exit code. So both streams are replaced,
once, by ones that survive all of it; everything the automation prints goes through them.
"""

from __future__ import annotations

import contextlib
import io
import os
import select
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

STDOUT, STDERR = 1, 2
STDERR_PATIENCE = 1.0  # seconds that a write waits for a stopped terminal or a reader that is stuck


def survive_failed_writes() -> None:
    """Replace `sys.stdout` and `sys.stderr`; call it first, before anything is printed.

    Standard output waits for its reader for ever, as a pager expects. Standard error does not: it
    carries the progress of work that must not stop.
    """
    for descriptor in range(STDERR + 1):
        with contextlib.suppress(OSError):
            os.fstat(descriptor)
            continue
        os.open(os.devnull, os.O_RDWR)  # a closed one would become the next file that is opened
    sys.stdout = _stream(STDOUT, sys.stdout, patience=None)
    sys.stderr = _stream(STDERR, sys.stderr, patience=STDERR_PATIENCE)


def write_from_signal_handler(line: str) -> None:
    """Write a line to standard error, whatever the interrupted code was writing there."""
    # Not through `sys.stderr`: its buffer does not take a write inside a write.
    with SurvivingFile(STDERR, patience=0.0) as file:
        file.write(f"{line}\n".encode())


class SurvivingFile(io.FileIO):
    """A file descriptor to write to; what cannot be written is dropped.

    Args:
        descriptor: Stays open when this is closed.
        patience: Seconds that a write waits for its reader, None for ever. Once they are over, no
            write waits until one has succeeded.
    """

    def __init__(self, descriptor: int, *, patience: float | None) -> None:
        super().__init__(descriptor, "w", closefd=False)
        self._patience = self._wait = patience

    def write(self, data: ReadableBuffer) -> int:
        """Write the first of the data, or drop all of it; how many bytes that is."""
        view = memoryview(data).cast("B")
        try:
            ready = bool(select.select([], [self], [], self._wait)[1])
            self._wait = self._patience if ready else 0.0
            # A pipe that is ready takes this much without blocking.
            written = super().write(view[: select.PIPE_BUF]) if ready else None
        except OSError:  # no reader, no terminal, no space
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
