"""`list`: all stacks."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from automation.cli.arguments import add_json, add_program, add_target_options, print_json, say
from automation.cli.base import Command

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from automation.listing import Listed

EXAMPLES = """\
examples:
  python -m automation list                       the stacks on the emulator that is running
  python -m automation list --target aws          on your AWS account
  python -m automation list --emulator URL        the stacks of runs on an emulator of your own
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `list`."""
    add_program(parser)
    add_target_options(parser)
    add_json(parser)


def carry_out(options: argparse.Namespace) -> int:
    """Print all stacks."""
    from automation.listing import list_all
    from automation.options import StackOptions
    from automation.stack.programs import find_program

    where = StackOptions(
        target=options.target,
        program=find_program(options.program, Path.cwd()),
        emulator=options.emulator,
    )
    found = list_all(where, dict(os.environ), say)
    if options.json:
        print_json([asdict(each) for each in found])
    else:
        _print(found)
    return 0


def _print(found: Sequence[Listed]) -> None:
    from rich.table import Table

    from automation.report.remains import duration
    from automation.report.terminal import make_console, printable
    from automation.stack.records import seconds_since

    console = make_console()
    if not found:
        console.print("There is no stack.")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("stack", "whose", "age", "expires", "resources", "where"):
        table.add_column(heading, overflow="fold")
    for each in found:
        overdue = seconds_since(each.expires_at)
        expires = "never" if each.owner == "yours" else "?"
        if overdue is not None:
            expires = f"{duration(overdue)} ago" if overdue >= 0 else f"in {duration(-overdue)}"
        table.add_row(
            printable(each.stack),
            each.owner,
            "?" if each.age is None else duration(each.age),
            expires,
            "?" if each.resources is None else str(each.resources),
            each.place,
        )
    console.print(table)


COMMAND = Command(
    name="list",
    help="all stacks, with age, expiry and whose they are",
    description="Print the stacks on a target: your own, from the engine's state, and those of "
    "runs, from their records and their tags.",
    epilog=EXAMPLES,
    add_arguments=add_arguments,
    carry_out=carry_out,
)
