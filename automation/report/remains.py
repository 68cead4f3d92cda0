"""What is left of ephemeral stacks, at the terminal and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from automation.report.terminal import print_table, printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from automation.stack.remains import Remains

COLUMNS = ("stack", "kind", "name", "age", "expires", "found by")
NAMES = (0, 2)  # which of them are names


def print_remains(
    found: Sequence[Remains], console: Console, *, of: str = "ephemeral stacks"
) -> None:
    """Print each resource that is left, by stack, and why something could not be removed.

    Args:
        found: What is left.
        console: Where to.
        of: What was looked for, to say that nothing is left of it.
    """
    if not found:
        console.print(Text(f"Nothing is left of {printable(of)}."))
    for place in dict.fromkeys(each.place for each in found):
        console.print(Text.assemble(("On ", "bold"), (printable(place), "cyan")), soft_wrap=True)
        table = Table(box=None, pad_edge=False, header_style="dim")
        for column in COLUMNS:
            table.add_column(column, overflow="fold")
        for each in found:
            if each.place == place:
                for row in rows(each):
                    table.add_row(*map(printable, row))
        print_table(table, console, names=NAMES)
    for each in found:
        for failure in each.failures:
            console.print(Text(f"{each.stack}: {printable(failure)}", "red"), soft_wrap=True)


def rows(remains: Remains) -> list[tuple[str, ...]]:
    """Return a row for each resource; one for the stack itself if none is known."""
    times = (age(remains), expiry(remains))
    found: list[tuple[str, ...]] = [
        (remains.stack, item.kind, item.name, *times, remains.found_by(item))
        for item in remains.items
    ]
    return found or [(remains.stack, "stack", "(no resources)", *times, "state")]


def age(remains: Remains) -> str:
    """Return how long ago a run started; "?" if that is not known."""
    return "?" if remains.age is None else duration(remains.age)


def expiry(remains: Remains) -> str:
    """Return when a stack expires, or that it was removed or its run is going on."""
    if remains.removed:
        return "removed"
    if remains.alive:
        return "run is going on"
    return until(remains.overdue)


def until(overdue: float | None) -> str:
    """Return when something expires, from the seconds since then; "?" if that is not known."""
    if overdue is None:
        return "?"
    return f"{duration(overdue)} ago" if overdue >= 0 else f"in {duration(-overdue)}"


def document(found: Sequence[Remains]) -> list[dict[str, Any]]:
    """Return the same as JSON values."""
    return [
        {
            "stack": each.stack,
            "project": each.project,
            "place": each.place,
            "started_at": each.started_at,
            "expires_at": each.expires_at,
            "alive": each.alive,
            "removed": each.removed,
            "failures": each.failures,
            "resources": [
                {"kind": item.kind, "name": item.name, "found_by": each.found_by(item)}
                for item in each.items
            ],
        }
        for each in found
    ]


def duration(seconds: float) -> str:
    """Return so many seconds for a person, such as "40 s", "5 min" or "2 h 5 min"."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
