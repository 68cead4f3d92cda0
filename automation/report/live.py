"""Progress: a status line on a terminal, removed in the end; in a pipe, a line a phase."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Self

from rich.text import Text

from automation.narrator import Narrator
from automation.report.terminal import ask, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console
    from rich.status import Status

    from automation.observe.settings import Settings
    from automation.stack.events import ResourceStep

SPINNER_WIDTH = 3  # columns that the spinner takes of the status line
BEFORE = "checking the program and the options"  # what comes before the first phase
BAR_WIDTH = 12  # columns of the bar of visibility timeouts

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


class StatusLine:
    """The text of the status line; the seconds and the bar move on while nobody writes it."""

    def __init__(self, width: int, *, utf: bool) -> None:
        self._width = width
        self._marks = ("█", "░") if utf else ("#", "-")
        self._phase, self._detail = BEFORE, ""
        self._began = time.monotonic()
        self._waits: tuple[int, int] | None = None

    def enter(self, phase: str, waits: tuple[int, int] | None = None) -> None:
        """Begin a phase.

        Args:
            phase: What it does.
            waits: How many visibility timeouts it waits for, and the seconds of each.
        """
        self._phase, self._detail, self._waits = phase, "", waits
        self._began = time.monotonic()

    def show(self, detail: str) -> None:
        """Replace what the phase is at."""
        self._detail = detail

    def __rich__(self) -> Text:
        """Return the line as it is now, not longer than the terminal is wide."""
        seconds = time.monotonic() - self._began
        parts = [f"{self._phase} {seconds:.0f} s"]
        if self._waits:
            parts.append(bar(seconds, *self._waits, self._marks))
        if self._detail:
            parts.append(self._detail)
        text = Text(printable("  ".join(parts)))
        text.truncate(self._width, overflow="ellipsis")
        return text


def bar(seconds: float, count: int, each: int, marks: tuple[str, str] = ("█", "░")) -> str:
    """Draw visibility timeouts as a bar, one part for each, with how much of them has passed.

    Args:
        seconds: How long the messages have waited.
        count: How many visibility timeouts a message takes to be dead-lettered.
        each: Seconds of one.
        marks: A column that has passed, and one that has not.
    """
    total = count * each
    part = max(1, BAR_WIDTH // count) if count <= BAR_WIDTH else 0
    columns = part * count or BAR_WIDTH
    passed = columns if total == 0 else min(columns, int(seconds / total * columns))
    drawn = marks[0] * passed + marks[1] * (columns - passed)
    parts = [drawn[at : at + part] for at in range(0, columns, part)] if part else [drawn]
    return f"{'|'.join(parts)} {count} x {each} s"


class TerminalNarrator(Narrator):
    """Shows progress in a status line; when piped, prints a line a phase."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._utf = console.encoding.startswith("utf")
        self._line = StatusLine(console.width - SPINNER_WIDTH, utf=self._utf)
        self._status: Status | None = None
        self._began = time.monotonic()
        self._waits: tuple[int, int] | None = None

    def __enter__(self) -> Self:
        """Show the status line, on a terminal."""
        if self._console.is_terminal:
            spinner = "dots" if self._utf else "line"
            self._status = self._console.status(self._line, spinner=spinner)
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
        with self._without_status():
            return ask(question, self._console)

    @contextlib.contextmanager
    def _without_status(self) -> Iterator[None]:
        if self._status:
            self._status.stop()
        yield
        if self._status:
            self._status.start()

    def phase(self, name: str) -> None:
        """Show what a phase does."""
        waits = self._waits if name == "prove" else None
        self._line.enter("waiting" if waits else PHASES[name], waits)
        if self._status is None:
            until = f", {waits[0]} x {waits[1]} s of visibility timeouts" if waits else ""
            seconds = time.monotonic() - self._began
            self.say(f"{seconds:6.1f} s  {PHASES[name]}{until}")

    def settings(self, settings: Settings) -> None:
        """Note how long a message takes that fails every time."""
        self._waits = (settings.max_receive_count, settings.visibility_timeout)

    def resource(self, step: ResourceStep) -> None:
        """Show the resource that the engine works on."""
        if not step.done:
            self._line.show(f"{step.operation} {step.name}")

    def waiting(self, summary: str) -> None:
        """Show what the run is still waiting for."""
        self._line.show(summary)
