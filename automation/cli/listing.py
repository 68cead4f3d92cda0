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
    from collections.abc import Iterable, Iterator, Sequence

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
    from rich.text import Text

    from automation.report.terminal import make_console, print_table, printable

    console = make_console()
    if not found:
        console.print("There is no stack.")
        return
    for place in dict.fromkeys(each.place for each in found):
        console.print(Text.assemble(("On ", "bold"), (printable(place), "cyan")), soft_wrap=True)
        table = Table(box=None, pad_edge=False, header_style="dim")
        for heading in ("stack", "whose", "age", "expires", "resources"):
            table.add_column(heading, overflow="fold")
        for row in _rows(each for each in found if each.place == place):
            table.add_row(*row)
        print_table(table, console, names=(0,))


def _rows(found: Iterable[Listed]) -> Iterator[tuple[str, ...]]:
    from automation.report.remains import duration, until
    from automation.report.terminal import printable
    from automation.stack.records import seconds_since

    for each in found:
        yield (
            printable(each.stack),
            each.owner,
            "?" if each.age is None else duration(each.age),
            "never" if each.owner == "yours" else until(seconds_since(each.expires_at)),
            "?" if each.resources is None else str(each.resources),
        )


COMMAND = Command(
    name="list",
    help="all stacks, with age, expiry and whose they are",
    description="Print the stacks on a target: your own, from the engine's state, and those of "
    "runs, from their records and their tags.",
    epilog=EXAMPLES,
    add_arguments=add_arguments,
    carry_out=carry_out,
)
