"""Why a run failed, at the terminal: the cause first, then the messages with their log lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from automation.report.terminal import print_lines, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from automation.judge.causes import Cause
    from automation.judge.verdict import Verdict
    from automation.observe.logs import Line

MOST_CULPRITS = 3  # messages that are shown with their log lines
MOST_LINES = 12  # log lines of such a message, or of a traceback after its first: the last ones


def print_causes(causes: Sequence[Cause], invocations: int, console: Console) -> None:
    """Print what failed whole batches, each with its first traceback.

    Args:
        causes: What failed whole batches.
        invocations: How many there were in all.
        console: Where to.
    """
    for cause in causes:
        console.print(Text.assemble("\n", ("Cause ", "bold"), (printable(str(cause)), "red")))
        console.print(Text(f"in {cause.times} of {invocations} invocations; the first:", "dim"))
        first, *rest = cause.text
        print_lines("\n".join([first, *_last(rest, "  ")]), console)


def print_culprits(verdict: Verdict, console: Console) -> None:
    """Print each message that met another fate than expected, with its own log lines.

    If a cause failed whole batches, messages without a line of their own need no more words.
    """
    culprits = [
        (number, message)
        for number, message in enumerate(verdict.messages, start=1)
        if message.fate != message.expected and (message.lines or not verdict.causes)
    ]
    for number, message in culprits[:MOST_CULPRITS]:
        title = Text.assemble("\n", (f"Message {number} ", "bold"), (message.message_id, "cyan"))
        console.print(title, soft_wrap=True)
        lines = "; its log lines:" if message.lines else "; no log line has its id"
        console.print(Text(f"is {message.fate}, expected {message.expected}{lines}", "dim"))
        for text in _last([text_of(line) for line in message.lines]):
            print_lines(text, console)
    if len(culprits) > MOST_CULPRITS:
        console.print(Text(f"and {len(culprits) - MOST_CULPRITS} more messages", "dim"))


def _last(lines: Sequence[str], indent: str = "") -> list[str]:
    """Return the last `MOST_LINES`, after a line that says how many there were before them."""
    before = len(lines) - MOST_LINES
    return [*([f"{indent}… {before} more lines"] if before > 0 else []), *lines[-MOST_LINES:]]


def text_of(line: Line) -> str:
    """Return a parsed line as text."""
    level = "" if line.level is None else f"[{line.level}] "
    return "\n".join((f"{level}{line.message}", *line.detail))
