"""A run at the terminal while it goes: one line that changes, and is gone afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from rich.text import Text

from automation.narrator import Narrator
from automation.report.terminal import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

    from automation.stack.events import ResourceStep

SPINNER_WIDTH = 3  # columns that the spinner takes of the changing line

PHASES = {
    "set up": "finding the engine and starting the target",
    "create": "making the stack",
    "deploy": "deploying the program",
    "send": "sending the messages",
    "prove": "waiting for the outcome",
    "destroy": "destroying the stack",
    "look": "looking for what is left",
    "tear down": "ending the target",
}
"""What each phase is doing, for a person who waits."""


class TerminalNarrator(Narrator):
    """A line that changes while a run goes, and is gone after it; quiet where it is piped."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status: Status | None = None
        self._phase = ""

    def __enter__(self) -> Self:
        """Begin to tell."""
        if self._console.is_terminal:
            utf = self._console.encoding.startswith("utf")
            self._status = self._console.status("", spinner="dots" if utf else "line")
            self._status.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the terminal as it was."""
        if self._status:
            self._status.stop()

    def say(self, line: str) -> None:
        """Print a line that stays, piped or not."""
        self._console.print(Text(line), soft_wrap=True)

    def phase(self, name: str) -> None:
        """Show what a phase does."""
        self._phase = PHASES[name]
        self._show("")

    def resource(self, progress: ResourceStep) -> None:
        """Show the resource that the engine is at."""
        if not progress.done:
            self._show(f"{progress.operation} {progress.name}")

    def waiting(self, progress: str) -> None:
        """Show how far the proof has come."""
        self._show(progress)

    def _show(self, detail: str) -> None:
        if self._status:
            line = f"{self._phase}: {detail}" if detail else self._phase
            text = Text(printable(line))
            text.truncate(self._console.width - SPINNER_WIDTH, overflow="ellipsis")
            self._status.update(text)
