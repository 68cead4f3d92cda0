"""`doctor`: what is there, what is missing, how to fix it."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING

from automation.cli.arguments import add_json, add_target, print_json
from automation.cli.base import Command
from automation.support.interrupts import interruptible

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from automation.doctor import Finding

EXAMPLES = """\
examples:
  python -m automation doctor                     for the local emulator
  python -m automation doctor --target aws        asks AWS whose credentials yours are

Changes and starts nothing. Exit code 3 if something must be fixed first.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `doctor`."""
    add_target(parser)
    add_json(parser)


def carry_out(options: argparse.Namespace) -> int:
    """Print what was found."""
    from automation.doctor import examine

    with interruptible():
        findings = list(examine(options.target, dict(os.environ)))
    if options.json:
        print_json([asdict(finding) for finding in findings])
    else:
        _print(findings)
    return 3 if any(finding.state == "missing" for finding in findings) else 0


STYLES = {"ok": "green", "note": "yellow", "missing": "bold red"}


def _print(findings: Sequence[Finding]) -> None:
    from rich.table import Table
    from rich.text import Text

    from automation.report.terminal import make_console, print_table, printable

    console = make_console()
    table = Table.grid(padding=(0, 2))
    for _ in range(3):
        table.add_column(overflow="fold")
    for finding in findings:
        state = Text(finding.state, STYLES[finding.state])
        table.add_row(state, finding.what, Text(printable(finding.found)))
        if finding.fix:
            table.add_row("", "", Text(finding.fix, "bold"))
    print_table(table, console)


COMMAND = Command(
    name="doctor",
    help="what is there, what is missing, how to fix it",
    description="Look for everything that the commands need: Python, the packages, the Pulumi "
    "engine, room on the disk, the emulator or AWS credentials.",
    epilog=EXAMPLES,
    add_arguments=add_arguments,
    carry_out=carry_out,
)
