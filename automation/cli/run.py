"""`run`: deploy, send, prove, destroy."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from automation.cli.arguments import (
    add_account,
    add_program,
    add_target,
    configuration_value,
    say,
    seconds,
)
from automation.cli.base import EXIT_CODES, Command
from automation.support import interrupts
from automation.support.errors import Interrupted, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from automation.report.result import RunResult

WITHIN = 3600.0  # seconds
MOST = 6600.0  # seconds; a stack expires after 7200, when its run must be over, clean-up and all

EXAMPLES = """\
examples:
  python -m automation run                        the ten hands on an emulator, no account needed
  python -m automation run --target aws           the same on your AWS account
  python -m automation run --stack dev            prove a stack that `pulumi up` made
  python -m automation run --program DIR          a Pulumi program of your own
  python -m automation run --config functionSource=/path/to/other --scenario mine.json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of a run."""
    add_target(parser)
    parser.add_argument(
        "--scenario",
        type=Path,
        metavar="FILE",
        help="default: scenario.json next to the program's Pulumi.yaml; here, the ten hands",
    )
    add_program(parser)
    parser.add_argument(
        "--stack", metavar="NAME", help="prove this existing stack; do not deploy or destroy it"
    )
    parser.add_argument("--emulator", metavar="URL", help="use an emulator that is already running")
    add_account(parser)
    parser.add_argument("--yes", action="store_true", help="deploy to AWS without asking")
    parser.add_argument(
        "--keep", action="store_true", help="do not destroy the stack; print how to"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the result as JSON")
    parser.add_argument("--html", type=Path, metavar="FILE", help="also write a report to open")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="also write JUnit XML, for CI")
    parser.add_argument(
        "--log", action="store_true", help="print the whole log; the default when piped"
    )
    parser.add_argument(
        "--timeout",
        type=timeout,
        metavar="SECONDS",
        default=WITHIN,
        help="interrupt the whole run after this time, at most 6600; default: 3600",
    )
    parser.add_argument(
        "--outcome-timeout",
        type=seconds,
        metavar="SECONDS",
        help="wait at most this long for the outcome; default: derived from the queue's timing",
    )
    parser.add_argument(
        "--config",
        action="append",
        type=configuration_value,
        default=[],
        metavar="KEY=VALUE",
        help="configure the ephemeral stack; VALUE is text or JSON; repeatable",
    )


def timeout(text: str) -> float:
    """Parse the time that a run may take, for argparse."""
    value = seconds(text)
    if value > MOST:
        raise argparse.ArgumentTypeError(f"{text} is more than {MOST:.0f} s, the most for a run")
    return value


def carry_out(options: argparse.Namespace) -> int:
    """Run a scenario."""
    from automation.options import RunOptions
    from automation.report.files import FORMATS, check_destinations
    from automation.report.live import TerminalNarrator
    from automation.report.terminal import make_console
    from automation.run import run
    from automation.stack.programs import find_program

    if options.stack and (options.keep or options.config):
        raise UsageError(
            "--stack proves an existing stack as it is", hint="leave out --keep and --config"
        )
    files = {name: path for name in FORMATS if (path := getattr(options, name))}
    check_destinations(files)
    program = find_program(options.program, Path.cwd(), stack=options.stack)
    interrupts.interrupt_after(options.timeout)
    with TerminalNarrator(make_console(stderr=True)) as narrator:
        result = run(
            RunOptions(
                target=options.target,
                program=program,
                scenario=options.scenario,
                stack=options.stack,
                emulator=options.emulator,
                keep=options.keep,
                outcome_timeout=options.outcome_timeout,
                configuration=dict(options.config),
                accounts=tuple(options.account),
                yes=options.yes,
            ),
            dict(os.environ),
            narrator,
        )
    try:
        with interrupts.unprotected():
            report(result, files, whole=options.log)
    except Interrupted as late:  # does not change the exit code
        say(f"{late} after the run was over: its report may be incomplete")
    return result.exit_code


def report(result: RunResult, files: Mapping[str, Path], *, whole: bool) -> None:
    """Write the result to files, and print it.

    Raises:
        UsageError: The one that stopped the run.
    """
    from automation.report.files import write_files
    from automation.report.printing import print_result
    from automation.report.terminal import make_console, print_error

    unwritten = tuple(write_files(result, files))
    if isinstance(result.error, UsageError):
        raise result.error
    console = make_console()
    print_result(result, console, whole=whole or not console.is_terminal)
    for error in unwritten:
        print_error(error, make_console(stderr=True))  # does not change the exit code


COMMAND = Command(
    name="run",
    help="deploy, send, prove, destroy",
    description="Deploy an ephemeral stack, send it the messages of a scenario, prove from the "
    "log and the dead-letter queue what became of each, and destroy the stack.",
    epilog=f"{EXAMPLES}\n{EXIT_CODES}",
    add_arguments=add_arguments,
    carry_out=carry_out,
)
