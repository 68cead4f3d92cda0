"""The result of a run at the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from automation.support.errors import AutomationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from automation.judge.verdict import MessageVerdict, Verdict
    from automation.observe.observation import LogEvent
    from automation.report.result import RunResult

SPINNER_WIDTH = 3  # columns that the spinner takes of the changing line
PIPED_WIDTH = 120  # columns, when there is no terminal to ask

FATES = {"processed": "green", "dead-lettered": "yellow", "pending": "red", "lost": "red"}
OUTCOMES = {"passed": "green", "failed": "red", "error": "red", "interrupted": "yellow"}
MARK = "| "  # before each line of the function: it cannot pass for one of ours
LEVELS = {"ERROR": "red", "CRITICAL": "red", "WARNING": "yellow"}


def make_console(*, stderr: bool = False) -> Console:
    """Return a console as wide as its terminal, or `PIPED_WIDTH` wide when piped."""
    console = Console(stderr=stderr, highlight=False)
    return (
        console
        if console.is_terminal
        else Console(stderr=stderr, highlight=False, width=PIPED_WIDTH)
    )


def print_result(result: RunResult, console: Console) -> None:
    """Print the result of a run."""
    console.print(Text.assemble(("Run ", "bold"), (result.stack, "bold cyan")))
    if result.description:
        console.print(Text(f"on {result.description}", "dim"))
    if result.verdict:
        print_log(result.log_group, result.events, console)
        print_messages(result.verdict, console)
    if result.checks:
        print_checks(result, console)
    print_phases(result, console)
    if result.error is not None:
        print_error(result.error, console)
    if result.finish:
        console.print("\nThe stack was kept. To destroy it:", markup=False)
        for command in result.finish:
            console.print(Text(f"  {command}"), soft_wrap=True)
    console.print(
        Text.assemble(
            "\n",
            (result.outcome.upper(), f"bold {OUTCOMES[result.outcome]}"),
            f" in {result.phases['total']:.1f} s",
        )
    )


def print_log(group: str | None, events: tuple[LogEvent, ...], console: Console) -> None:
    """Print the function's log: all streams, START to REPORT."""
    console.print(Text.assemble("\n", ("Log ", "bold"), (group or "", "cyan")))
    stream = None
    for event in events:
        if event.stream != stream:
            stream = event.stream
            console.print(Text(f"=== {printable(stream)} ===", "dim"), soft_wrap=True)
        for line in log_line(event.text).split("\n"):
            console.print(Text.assemble(MARK, line), soft_wrap=True)


def log_line(text: str) -> Text:
    """Return one log event, coloured by its level."""
    style = next((style for level, style in LEVELS.items() if text.startswith(f"[{level}]")), "")
    if text.startswith(("START ", "END ", "REPORT ", "INIT_START ")):
        style = "dim"
    return Text(printable(text.rstrip()), style)


def print_messages(verdict: Verdict, console: Console) -> None:
    """Print what became of each message."""
    console.print(Text("\nMessages", "bold"))
    table = Table(box=None, pad_edge=False, header_style="dim", expand=True)
    table.add_column("", justify="right", style="dim")
    table.add_column("fate")
    table.add_column("receives")
    table.add_column("sent", overflow="ellipsis", no_wrap=True, ratio=1)
    for number, message in enumerate(verdict.messages, start=1):
        table.add_row(
            str(number),
            Text(message.fate, FATES[message.fate]),
            receives(message),
            Text(printable(message.body).replace("\n", "\\n")),
        )
    console.print(table)


def receives(message: MessageVerdict) -> str:
    """Say how often a message was received, and how long after it was sent."""
    if not message.received_at:
        return "none seen"
    times = ", ".join(f"{seconds:.1f}" for seconds in after(message.sent_at, message.received_at))
    return f"{message.receives} at +{times} s"


def after(start: datetime, times: tuple[datetime, ...]) -> Iterator[float]:
    """Yield the seconds from `start` to each time, at least 0: clocks differ a little."""
    return (max(0.0, (time - start).total_seconds()) for time in times)


def print_checks(result: RunResult, console: Console) -> None:
    """Print each check; for those that failed, what was expected and what was seen."""
    console.print(Text("\nChecks", "bold"))
    table = Table.grid(padding=(0, 2))
    for check in result.checks:
        if check.passed:
            table.add_row("", Text("ok", "green"), check.expected)
        else:
            table.add_row("", Text("FAIL", "bold red"), check.expected)
            table.add_row("", "", Text(printable(check.actual), "red"))
    notes = result.verdict.notes if result.verdict else ()
    swept = (f"{item} was not recorded by the engine; the run deleted it" for item in result.swept)
    for note in (*notes, *swept):
        table.add_row("", Text("note", "yellow"), Text(printable(note)))
    console.print(table)


def print_phases(result: RunResult, console: Console) -> None:
    """Print how long each phase took."""
    times = [f"{name} {seconds:.1f}" for name, seconds in result.phases.items()]
    console.print(Text.assemble("\n", ("Seconds  ", "bold"), " · ".join(times)), soft_wrap=True)


def print_error(error: BaseException, console: Console) -> None:
    """Print what stopped a command, and the next step."""
    message = Text.assemble("\n", ("error: ", "bold red"), printable(str(error)))
    console.print(message, soft_wrap=not console.is_terminal)
    if isinstance(error, AutomationError) and error.hint:
        console.print(Text.assemble(("next: ", "bold"), printable(error.hint)), soft_wrap=True)


def printable(text: str) -> str:
    """Escape every control character but newline, so that the text cannot control a terminal."""
    return "".join(
        char if char.isprintable() or char == "\n" else "  " if char == "\t" else repr(char)[1:-1]
        for char in text
    )
