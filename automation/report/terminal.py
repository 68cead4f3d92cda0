"""What everything at the terminal is printed with."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from automation.support.errors import AutomationError
from automation.support.interrupts import interruptible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.table import Table

PIPED_WIDTH = 120  # columns, when there is no terminal to ask
UNLIMITED = 10**9  # columns of a table that is not wrapped
MARK = "| "  # before each line of the function: it cannot pass for one of ours
LEVELS = {"ERROR": "red", "CRITICAL": "red", "WARNING": "yellow"}


def make_console(*, stderr: bool = False) -> Console:
    """Return a console as wide as its terminal; when piped, one that wraps no line.

    When piped, it is `PIPED_WIDTH` wide for what is shortened to its width.
    """
    console = Console(stderr=stderr, highlight=False)
    if console.is_terminal:
        return console
    return Console(stderr=stderr, highlight=False, width=PIPED_WIDTH, soft_wrap=True)


def print_table(table: Table, console: Console, *, names: Sequence[int] = ()) -> None:
    """Print a table; when piped, as wide as it is, and without blanks at the ends of its lines.

    Args:
        table: The table.
        console: Where to.
        names: Numbers of the columns that a narrow terminal folds only after all others.
    """
    wide = console.options.update(max_width=UNLIMITED)
    if not console.is_terminal:
        for line in console.render_lines(table, wide, pad=False):
            console.print(Text("".join(part.text for part in line).rstrip()))
        return
    for number in names:
        table.columns[number].no_wrap = True
    if names and console.measure(table, options=wide).minimum > console.width:
        for number, column in enumerate(table.columns):
            if number in names:
                column.no_wrap = False
            else:  # as wide as its longest word
                cells = (column.header, *column.cells)
                column.width = max(console.measure(cell).minimum for cell in cells)
    console.print(table)


def ask(question: str, console: Console) -> bool:
    """Ask a question at the terminal; without one, the answer is no."""
    if not sys.stdin.isatty():
        return False
    console.print(Text(f"{question} [y/N] "), end="", soft_wrap=True)
    with interruptible():
        return sys.stdin.readline().strip().lower() in {"y", "yes"}


def print_lines(text: str, console: Console) -> None:
    """Print the lines of the function, each behind the mark."""
    for line in log_line(text).split("\n"):
        console.print(Text.assemble(MARK, line), soft_wrap=True)


def log_line(text: str) -> Text:
    """Return one log event, coloured by its level."""
    style = next((style for level, style in LEVELS.items() if text.startswith(f"[{level}]")), "")
    if text.startswith(("START ", "END ", "REPORT ", "INIT_START ")):
        style = "dim"
    return Text(printable(text.rstrip()), style)


def print_row(head: Text, text: Text, console: Console) -> None:
    """Print a text behind a head; on a terminal, it is wrapped and stays right of the head."""
    if not console.is_terminal:
        console.print(Text.assemble(head, text), soft_wrap=True)
        return
    indent = head.cell_len
    for number, line in enumerate(text.wrap(console, max(1, console.width - indent)) or [text]):
        console.print(Text.assemble(" " * indent if number else head, line), soft_wrap=True)


def print_error(error: BaseException, console: Console) -> None:
    """Print what stopped a command, and the next step."""
    message = Text.assemble("\n", ("error: ", "bold red"), printable(str(error)))
    console.print(message, soft_wrap=not console.is_terminal)
    if isinstance(error, AutomationError) and error.hint:
        console.print(Text.assemble(("next: ", "bold"), printable(error.hint)), soft_wrap=True)


def moment(at: datetime) -> str:
    """Format a time in UTC for a person: with its date, unless that is today's."""
    return f"{at:%H:%M:%S}" if at.date() == datetime.now(UTC).date() else f"{at:%Y-%m-%d %H:%M:%S}"


def printable(text: str) -> str:
    """Escape every control character but newline, so that the text cannot control a terminal."""
    return "".join(
        char if char.isprintable() or char == "\n" else "  " if char == "\t" else repr(char)[1:-1]
        for char in text
    )


def print_items(items: Iterable[str], console: Console, style: str = "") -> None:
    """Print items with a dot between them; a line ends between two items, not inside one."""
    line = ""
    for item in items:
        longer = f"{line} · {item}" if line else item
        if line and len(longer) > console.width:
            console.print(Text(line, style), soft_wrap=True)
            longer = item
        line = longer
    console.print(Text(line, style), soft_wrap=True)
