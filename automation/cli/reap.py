"""`reap`: find and remove what ephemeral stacks left behind."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from automation.cli.arguments import (
    add_account,
    add_json,
    add_program,
    add_target_options,
    print_json,
    say,
)
from automation.cli.base import Command
from automation.support.nearest import did_you_mean

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from automation.stack.remains import Remains

EXAMPLES = """\
examples:
  python -m automation reap                       what is left on every emulator known here
  python -m automation reap --yes                 remove what has expired
  python -m automation reap --stack NAME --yes    remove this stack, expired or not
  python -m automation reap --target aws          on your AWS account; asks before it removes
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `reap`."""
    add_target_options(parser, emulator="look only at this running emulator")
    add_account(parser)
    parser.add_argument("--stack", metavar="NAME", help="only this stack, expired or not")
    add_program(parser)
    parser.add_argument("--all", action="store_true", help="also stacks that have not expired")
    parser.add_argument("--yes", action="store_true", help="remove, and do not ask")
    add_json(parser)


def carry_out(options: argparse.Namespace) -> int:
    """Find and remove what ephemeral stacks left behind."""
    from automation.options import ReapOptions
    from automation.reap import reap, selects
    from automation.report.live import TerminalNarrator
    from automation.report.remains import document, print_remains
    from automation.report.terminal import ask, make_console
    from automation.stack.programs import find_program

    errors = make_console(stderr=True)

    def confirm(selected: list[Remains]) -> bool:
        if options.yes or options.target != "aws" or not sys.stdin.isatty():
            return bool(options.yes)
        print_remains(selected, errors)
        return ask(f"Remove all of this from {selected[0].place}?", errors)

    asked = ReapOptions(
        target=options.target,
        program=find_program(options.program, Path.cwd()),
        emulator=options.emulator,
        stack=options.stack,
        everything=options.all,
        accounts=tuple(options.account),
    )
    everything = reap(asked, dict(os.environ), TerminalNarrator(errors), confirm)
    found = [each for each in everything if options.stack in {None, each.stack}]
    if options.json:
        print_json(document(found))
    else:
        of = f"stack {options.stack}" if options.stack else "ephemeral stacks"
        print_remains(found, make_console(), of=of)
    if options.stack and not found:
        say(_no_such_stack(options.stack, everything))
    elif left := [each for each in found if not (each.removed or each.alive)]:
        kept = [each for each in left if not selects(asked, each)]
        if not options.yes:
            say("add --yes to remove expired stacks, and --all to remove the others too")
        elif kept:
            say(_kept(len(kept), removed=any(each.removed for each in found)))
    return 3 if any(each.failures for each in found) else 0


def _no_such_stack(stack: str, others: Sequence[Remains]) -> str:
    from automation.report.terminal import printable

    names = sorted({each.stack for each in others})
    known = ", nor any other"
    if names:
        known = f": {did_you_mean(stack, names)}there are: {', '.join(names)}"
    return printable(
        f"there is no ephemeral stack {stack}{known}; for a stack of your own, use `pulumi destroy`"
    )


def _kept(number: int, *, removed: bool) -> str:
    start = "" if removed else "nothing was removed: "
    stacks = "1 stack has" if number == 1 else f"{number} stacks have"
    return f"{start}{stacks} not expired; add --all"


COMMAND = Command(
    name="reap",
    help="find and remove what ephemeral stacks left behind",
    description="List what killed runs left behind, found by the state and by tags, and "
    "remove it with --yes: only ephemeral stacks that have expired and whose run is over. "
    "Exit code 3 if something could not be removed.",
    epilog=EXAMPLES,
    add_arguments=add_arguments,
    carry_out=carry_out,
)
