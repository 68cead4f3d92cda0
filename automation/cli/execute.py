"""`exec`: run a command against the local emulator."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from automation.cli.arguments import say
from automation.cli.base import Command
from automation.support.errors import UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

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
    command = with_endpoint(options.command, environment["AWS_ENDPOINT_URL"])
    try:
        os.execvpe(program, command, environment)  # noqa: S606 -- no shell
    except OSError as error:
        raise UsageError(f"{program} cannot be run: {error.strerror}") from error


def with_endpoint(command: Sequence[str], url: str) -> list[str]:
    """Return a command that reaches the emulator.

    The AWS CLI 1 takes AWS_ENDPOINT_URL for some services only: `aws sqs` goes to AWS (measured,
    1.45.11). Its option holds for all of them, in both versions.
    """
    program, *arguments = command
    if Path(program).name == "aws" and not any(
        each.startswith("--endpoint-url") for each in arguments
    ):
        return [program, "--endpoint-url", url, *arguments]
    return [*command]


COMMAND = Command(
    name="exec",
    help="run a command against the local emulator",
    description="Run a command against the local emulator: with the engine, the provider "
    "plugin and the state backend set up. Starts the emulator if none is running.",
    epilog=EXAMPLES,
    add_arguments=add_arguments,
    carry_out=carry_out,
)
