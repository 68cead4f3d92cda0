"""The commands: parse the arguments, make one call, return the exit code."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from automation.cli import (
    completion,
    cost,
    dlq,
    doctor,
    execute,
    listing,
    local,
    logs,
    permissions,
    reap,
    run,
    send,
    status,
    trace,
)
from automation.cli.base import EXIT_CODES, Help, Parser, Version, add_commands
from automation.support.errors import AutomationError, HostError
from automation.support.invoked import INVOKED
from automation.support.output import check_stdout

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

COMMANDS = tuple(
    module.COMMAND
    for module in (
        *(run, reap, execute, local),
        *(status, listing, send, logs, trace, dlq, cost),
        *(permissions, doctor, completion),
    )
)
"""Every command, in the order of the help."""


def command(arguments: Sequence[str]) -> int:
    """Parse and run one command; print an error, with its next step, to stderr."""
    options = parser().parse(arguments)
    try:
        return _carry_out(options)
    except AutomationError as failure:
        error = failure
    except OSError as refused:
        error = HostError.of(refused)
    from automation.report.terminal import make_console, print_error

    print_error(error, make_console(stderr=True))
    return error.exit_code


def _carry_out(options: argparse.Namespace) -> int:
    carry_out: Callable[[argparse.Namespace], int] = options.carry_out
    code = carry_out(options)
    if carry_out is not run.carry_out:  # its exit code is the outcome's
        check_stdout()
    return code


@cache
def parser() -> Parser:
    """Return the parser of all commands and options."""
    top = Parser(
        prog=INVOKED,
        description="Deploy a stack, prove what becomes of its messages, leave nothing behind.",
        epilog=EXIT_CODES,
        formatter_class=Help,
    )
    top.add_argument("--version", action=Version)
    top.set_defaults(parser=top)  # `completion` needs all of it
    add_commands(top, COMMANDS, metavar="COMMAND")
    return top
