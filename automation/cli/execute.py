"""`exec`: run a command against the local emulator."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from automation.cli.arguments import say
from automation.cli.base import Command
from automation.support.errors import UsageError

if TYPE_CHECKING:
    import argparse

EXAMPLES = """\
examples:
  python -m automation exec -- pulumi stack init dev
  python -m automation exec -- pulumi up
  python -m automation exec -- aws sqs list-queues
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command to run."""
    parser.add_argument("command", nargs="+", metavar="CMD", help="after --")


def carry_out(options: argparse.Namespace) -> int:
    """Replace this process by the command."""
    from automation.emulator.command import environment_of_lasting

    program = options.command[0]
    environment = environment_of_lasting(program, dict(os.environ), say)
    try:
        os.execvpe(program, options.command, environment)  # noqa: S606 -- no shell
    except OSError as error:
        raise UsageError(f"{program} cannot be run: {error.strerror}") from error


COMMAND = Command(
    name="exec",
    help="run a command against the local emulator",
    description="Run a command against the local emulator: with the engine, the provider "
    "plugin and the state backend set up. Starts the emulator if none is running.",
    epilog=EXAMPLES,
    add_arguments=add_arguments,
    carry_out=carry_out,
)
