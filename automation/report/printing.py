"""The result of a run at the terminal: how it went, why it failed, and the result in the last line.

On a terminal the log and the table of messages are folded; in a pipe, and with `--log`, they are
whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from automation.report.failure import print_causes, print_culprits
from automation.report.folding import fold_log, fold_messages
from automation.report.terminal import (
    MARK,
    log_line,
    print_error,
    print_items,
    print_lines,
    print_row,
    printable,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from rich.console import Console

    from automation.judge.verdict import MessageVerdict, Verdict
    from automation.report.result import RunResult


FATES = {"processed": "green", "dead-lettered": "yellow", "pending": "red", "lost": "red"}
OUTCOMES = {"passed": "green", "failed": "red", "error": "red", "interrupted": "yellow"}
STATUSES = {
    "passed": ("ok", "green"),
    "failed": ("FAIL", "bold red"),
    "not proved": ("not proved", "yellow"),
}
MOST_TIMES = 5  # receives of a message whose times are listed
MOST_BODY = 500  # characters of a body that is shown in full


def print_result(result: RunResult, console: Console, *, whole: bool = True) -> None:
    """Print the result of a run.

    Args:
        result: The result.
        console: Where to.
        whole: Whether the log and the messages are printed whole; else what fits on a terminal.
    """
    print_header(result, console)
    if result.verdict:
        print_log(result, console, whole=whole)
        if result.outcome != "passed":
            print_causes(result.verdict.causes, len(result.verdict.invocations), console)
        print_messages(result.verdict, console, whole=whole)
        if result.concluded:
            print_culprits(result.verdict, console)
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
            f" in {result.phases['total']:.1f} s: {printable(result.summary)}",
        ),
        soft_wrap=not console.is_terminal,
    )


def print_header(result: RunResult, console: Console) -> None:
    """Print what ran where, and with which settings."""
    console.print(
        Text.assemble((result.project, "bold"), " / ", (result.stack, "bold cyan")), soft_wrap=True
    )
    if result.description:
        console.print(Text(f"on {printable(result.description)}", "dim"), soft_wrap=True)
    if result.settings:
        settings = (f"{key} {value}" for key, value in result.settings.by_key.items())
        print_items(settings, console, "dim")


def print_log(result: RunResult, console: Console, *, whole: bool) -> None:
    """Print the function's log: all streams, START to REPORT; or the folded one."""
    console.print(Text.assemble("\n", ("Log ", "bold"), (result.log_group or "", "cyan")))
    if not result.events:
        console.print(Text("  nothing was logged", "dim"))
    elif not whole and result.verdict:
        for text in fold_log(result.verdict.invocations, console.height // 2):
            print_row(Text(MARK), log_line(text), console)
        console.print(Text("  (folded; the whole log: --log)", "dim"))
        return
    stream = None
    for event in result.events:
        if event.stream != stream:
            stream = event.stream
            console.print(Text(f"=== {printable(stream)} ===", "dim"), soft_wrap=True)
        print_lines(event.text, console)


def print_messages(verdict: Verdict, console: Console, *, whole: bool) -> None:
    """Print what became of each message; the body and the reason of one that was not processed."""
    console.print(Text("\nMessages", "bold"))
    number_width = len(str(len(verdict.messages)))
    fate_width = max((len(message.fate) for message in verdict.messages), default=0)
    tries_width = max((len(tries(m)) for m in verdict.messages if m.receives == 1), default=0)
    indent = Text(" " * (number_width + fate_width + 4))
    shown = list(enumerate(verdict.messages, start=1))
    omitted = 0
    if not whole:
        shown, omitted = fold_messages(shown, console.height)
    for number, message in shown:
        head = Text.assemble(
            (f"{number:>{number_width}}  ", "dim"),
            (f"{message.fate:<{fate_width}}  ", FATES[message.fate]),
            tries(message).ljust(tries_width),
        )
        body = printable(message.body).replace("\n", "\\n")
        silent = verdict.causes and not message.lines
        if message.fate in {"processed", "pending"} or silent:
            row = Text.assemble(head, "  ", (body, "dim"))
            console.print(row, no_wrap=True, overflow="ellipsis")
            continue
        head.rstrip()
        console.print(head)
        shortened = body if len(body) <= MOST_BODY else f"{body[:MOST_BODY]}…"
        print_row(indent, Text(shortened, "dim"), console)
        if message.reason is not None:
            reason = printable(message.reason).replace("\n", "\\n")
            print_row(indent, Text(reason, "yellow"), console)
    if omitted:
        console.print(Text(f"and {omitted} more messages (all of them: --log)", "dim"))


def tries(message: MessageVerdict) -> str:
    """Say how often a message was received, and how long after it was sent."""
    if not message.received_at:
        if not message.is_logged:
            return "not logged"
        return "expected line never logged" if message.lines else "no try logged"
    times = [f"{seconds:.1f}" for seconds in after(message.sent_at, message.received_at)]
    count = "1 try" if message.receives == 1 else f"{message.receives} tries"
    if len(times) > MOST_TIMES:
        return f"{count}, from {times[0]} to {times[-1]} s"
    *first, last = times
    return f"{count}, at {', '.join(first)} and {last} s" if first else f"{count}, at {last} s"


def after(start: datetime, times: Sequence[datetime]) -> Iterator[float]:
    """Yield the seconds from `start` to each time, at least 0: clocks differ a little."""
    return (max(0.0, (time - start).total_seconds()) for time in times)


def print_checks(result: RunResult, console: Console) -> None:
    """Print each check; for those that failed, what was seen instead.

    If a cause failed whole batches, many problems are its consequences: then the first will do.
    """
    console.print(Text("\nChecks", "bold"))
    statuses = {check.name: result.status(check) for check in result.checks}
    width = max(len(STATUSES[status][0]) for status in statuses.values())
    indent = Text(" " * (width + 6))
    explained = bool(result.verdict and result.verdict.causes)
    for check in result.checks:
        name, style = STATUSES[statuses[check.name]]
        head = Text.assemble("  ", (name.ljust(width), style), "  ")
        print_row(head, Text(check.expected), console)
        if statuses[check.name] != "failed":
            continue
        for problem in check.problems[:1] if explained else check.problems:
            print_row(indent, Text(printable(problem), "red"), console)
    notes = result.verdict.notes if result.verdict else ()
    swept = (f"{item} was not recorded by the engine; the run deleted it" for item in result.swept)
    for note in (*notes, *result.notes, *swept):
        head = Text.assemble("  ", ("note".ljust(width), "yellow"), "  ")
        print_row(head, Text(printable(note)), console)


def print_phases(result: RunResult, console: Console) -> None:
    """Print how long each phase took."""
    console.print(Text("\nSeconds", "bold"))
    print_items((f"{name} {seconds:.1f}" for name, seconds in result.phases.items()), console)
