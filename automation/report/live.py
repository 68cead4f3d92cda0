"""Progress at the terminal: one status line, removed when the run is over."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Self

from rich.text import Text

from automation.narrator import Narrator
from automation.report.terminal import printable
from automation.support.interrupts import interruptible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console
    from rich.status import Status

    from automation.stack.events import ResourceStep

SPINNER_WIDTH = 3  # columns that the spinner takes of the status line

PHASES = {
    "set up": "finding the engine and opening the target",
    "create": "creating the stack",
    "deploy": "deploying the program",
    "send": "sending the messages",
    "prove": "waiting for the outcome",
    "destroy": "destroying the stack",
    "look": "looking for leftovers",
    "tear down": "closing the target",
}
"""What each phase does, as the status line shows it."""


class TerminalNarrator(Narrator):
    """Shows progress in a status line; when piped, prints only what must not be missed."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None
        self._phase = ""

    def __enter__(self) -> Self:
        """Show the status line, on a terminal."""
        if self._console.is_terminal:
            utf = self._console.encoding.startswith("utf")
            self._status = self._console.status("", spinner="dots" if utf else "line")
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the status line."""
        if self._status:
            self._status.stop()

    def say(self, line: str) -> None:
        """Print a line that stays."""
        self._console.print(Text(line), soft_wrap=True)

    def ask(self, question: str) -> bool:
        """Ask at the terminal, without the status line meanwhile; without a terminal it is a no."""
        if not sys.stdin.isatty():
            return False
        with self._without_status():
            self._console.print(Text(f"{question} [y/N] "), end="", soft_wrap=True)
            with interruptible():
                return sys.stdin.readline().strip().lower() in {"y", "yes"}

    @contextlib.contextmanager
    def _without_status(self) -> Iterator[None]:
        if self._status:
            self._status.stop()
        yield
        if self._status:
            self._status.start()

    def phase(self, name: str) -> None:
        """Show what a phase does."""
        self._phase = PHASES[name]
        self._show("")

    def resource(self, step: ResourceStep) -> None:
        """Show the resource that the engine works on."""
        if not step.done:
            self._show(f"{step.operation} {step.name}")

    def waiting(self, summary: str) -> None:
        """Show what the run is still waiting for."""
        self._show(summary)

    def _show(self, detail: str) -> None:
        if self._status:
            line = f"{self._phase}: {detail}" if detail else self._phase
            text = Text(printable(line))
            text.truncate(self._console.width - SPINNER_WIDTH, overflow="ellipsis")
            self._status.update(text)
