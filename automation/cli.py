"""The commands: parse the arguments, make one call, return the exit code."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from automation.scenario.model import TEN_HANDS
from automation.support import interrupts
from automation.support.errors import AutomationError, HostError, UsageError
from automation.targets.opening import NAMES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from automation.stack.remains import Remains

RUN_WITHIN = 3600.0  # seconds; a stack expires after 7200, when its run is certainly over

EXIT_CODES = """\
exit codes:
  0  proved (run), done (the others)
  1  a check failed
  2  wrong arguments, options or files; nothing was deployed
  3  an error: deploying, proving or destroying failed
  124  the run took longer than --timeout; what was created has been destroyed
  129, 130, 143  interrupted; likewise
"""

RUN_EXAMPLES = """\
examples:
  python -m automation run                        the ten hands on an emulator, no account needed
  python -m automation run --target aws           the same on your AWS account
  python -m automation run --stack dev            prove a stack that `pulumi up` made
  python -m automation run --config functionSource=/path/to/other --scenario mine.json
"""

REAP_EXAMPLES = """\
examples:
  python -m automation reap                       what is left on every emulator known here
  python -m automation reap --yes                 remove what has expired
  python -m automation reap --stack NAME --yes    remove this stack, expired or not
  python -m automation reap --target aws          on your AWS account; asks before it removes
"""

EXEC_EXAMPLES = """\
examples:
  python -m automation exec -- pulumi stack init dev
  python -m automation exec -- pulumi up
  python -m automation exec -- aws sqs list-queues
"""


def command(arguments: Sequence[str]) -> int:
    """Parse and run one command; print an error, with its next step, to stderr."""
    options = parser().parse_args(arguments)
    carry_out: Callable[[argparse.Namespace], int] = options.carry_out
    try:
        return carry_out(options)
    except AutomationError as failure:
        error = failure
    except OSError as refused:
        error = HostError.of(refused)
    from automation.report.terminal import make_console, print_error

    print_error(error, make_console(stderr=True))
    return error.exit_code


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands and options."""
    top = argparse.ArgumentParser(
        prog="python -m automation",
        description="Deploy a stack, prove what becomes of its messages, leave nothing behind.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(metavar="COMMAND", required=True)
    add_run(commands)
    add_reap(commands)
    add_exec(commands)
    add_local(commands)
    return top


def add_run(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`run`."""
    run = commands.add_parser(
        "run",
        help="deploy, send, prove, destroy",
        description="Deploy an ephemeral stack, send it the messages of a scenario, prove from the "
        "log and the dead-letter queue what became of each, and destroy the stack.",
        epilog=f"{RUN_EXAMPLES}\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument("--target", choices=NAMES, default="local", help="default: local")
    run.add_argument(
        "--scenario", type=Path, default=TEN_HANDS, metavar="FILE", help="default: the ten hands"
    )
    run.add_argument(
        "--stack", metavar="NAME", help="prove this existing stack; do not deploy or destroy it"
    )
    run.add_argument("--emulator", metavar="URL", help="use an emulator that is already running")
    run.add_argument("--keep", action="store_true", help="do not destroy the stack; print how to")
    run.add_argument("--json", type=Path, metavar="FILE", help="also write the result to FILE")
    run.add_argument(
        "--timeout",
        type=seconds,
        metavar="SECONDS",
        default=RUN_WITHIN,
        help="interrupt the whole run after this time; default: 3600",
    )
    run.add_argument(
        "--outcome-timeout",
        type=seconds,
        metavar="SECONDS",
        help="wait so long for the outcome; default: derived from the queue's timing",
    )
    run.add_argument(
        "--config",
        action="append",
        type=configuration_value,
        default=[],
        metavar="KEY=VALUE",
        help="configure the ephemeral stack; VALUE is text or JSON; repeatable",
    )
    run.set_defaults(carry_out=carry_out_run)


def add_reap(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`reap`."""
    reap = commands.add_parser(
        "reap",
        help="find and remove what ephemeral stacks left behind",
        description="List what killed runs left behind, found by the state and by tags, and "
        "remove it with --yes: only ephemeral stacks that have expired and whose run is over. "
        "Exit code 3 if something could not be removed.",
        epilog=REAP_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    reap.add_argument("--target", choices=NAMES, default="local", help="default: local")
    reap.add_argument("--emulator", metavar="URL", help="look only at this running emulator")
    reap.add_argument("--stack", metavar="NAME", help="only this stack, expired or not")
    reap.add_argument("--all", action="store_true", help="also stacks that have not expired")
    reap.add_argument("--yes", action="store_true", help="remove, and do not ask")
    reap.add_argument("--json", action="store_true", help="print JSON to standard output")
    reap.set_defaults(carry_out=carry_out_reap)


def add_exec(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`exec`."""
    execute = commands.add_parser(
        "exec",
        help="run a command against the local emulator",
        description="Run a command against the local emulator: with the engine, the provider "
        "plugin and the state backend set up. Starts the emulator if none is running.",
        epilog=EXEC_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    execute.add_argument("command", nargs="+", metavar="CMD", help="after --")
    execute.set_defaults(carry_out=carry_out_exec)


def add_local(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`local`."""
    local = commands.add_parser(
        "local",
        help="start, stop or check the lasting emulator",
        description="The lasting emulator of this checkout. Stopping it discards its stacks.",
    )
    verbs = local.add_subparsers(metavar="VERB", required=True)
    start = verbs.add_parser("start", help="start it, unless it is running")
    start.add_argument("--emulator", metavar="URL", help="use an emulator that is already running")
    start.set_defaults(carry_out=carry_out_start)
    stop = verbs.add_parser("stop", help="stop it and discard its stacks")
    stop.set_defaults(carry_out=carry_out_stop)
    status = verbs.add_parser("status", help="print whether it is running; exit code 3 if not")
    status.set_defaults(carry_out=carry_out_status)


def carry_out_run(options: argparse.Namespace) -> int:
    """Run a scenario."""
    from automation.options import RunOptions
    from automation.report.document import check_destination, write_document
    from automation.report.live import TerminalNarrator
    from automation.report.terminal import (
        make_console,
        print_error,
        print_result,
    )
    from automation.run import run

    if options.stack and (options.keep or options.config):
        raise UsageError(
            "--stack proves an existing stack as it is", hint="leave out --keep and --config"
        )
    if options.json:
        check_destination(options.json)
    interrupts.interrupt_after(options.timeout)
    with TerminalNarrator(make_console(stderr=True)) as narrator:
        result = run(
            RunOptions(
                target=options.target,
                scenario=options.scenario,
                stack=options.stack,
                emulator=options.emulator,
                keep=options.keep,
                timeout=options.outcome_timeout,
                configuration=dict(options.config),
            ),
            dict(os.environ),
            narrator,
        )
    interrupts.stop_protecting()
    unwritten = None
    if options.json:
        try:
            write_document(result, options.json)
        except AutomationError as error:
            unwritten = error
    if isinstance(result.error, UsageError):
        raise result.error
    print_result(result, make_console())
    if unwritten:
        print_error(unwritten, make_console(stderr=True))  # does not change the exit code
    return result.exit_code


def carry_out_reap(options: argparse.Namespace) -> int:
    """Find and remove what ephemeral stacks left behind."""
    from automation.options import ReapOptions
    from automation.reap import reap
    from automation.report.live import TerminalNarrator
    from automation.report.remains import document, print_remains
    from automation.report.terminal import make_console

    errors = make_console(stderr=True)

    def confirm(selected: list[Remains]) -> bool:
        if options.yes or options.target != "aws" or not sys.stdin.isatty():
            return bool(options.yes)
        print_remains(selected, errors)
        errors.print(f"Remove all of this from {selected[0].place}? [y/N] ", end="", markup=False)
        with interrupts.interruptible():
            return sys.stdin.readline().strip().lower() in {"y", "yes"}

    found = reap(
        ReapOptions(
            target=options.target,
            emulator=options.emulator,
            stack=options.stack,
            everything=options.all,
        ),
        dict(os.environ),
        TerminalNarrator(errors),
        confirm,
    )
    if options.json:
        sys.stdout.write(json.dumps(document(found), indent=2) + "\n")
    else:
        print_remains(found, make_console())
        if any(not each.removed and not each.alive for each in found) and not options.yes:
            say("to remove what has expired: add --yes; the others too: add --all")
    return 3 if any(each.failures for each in found) else 0


def carry_out_exec(options: argparse.Namespace) -> int:
    """Replace this process by the command."""
    from automation.emulator.command import environment_of_lasting

    program = options.command[0]
    environment = environment_of_lasting(program, dict(os.environ), say)
    try:
        os.execvpe(program, options.command, environment)  # noqa: S606 -- no shell
    except OSError as error:
        raise UsageError(f"{program} cannot be run: {error.strerror}") from error


def carry_out_start(options: argparse.Namespace) -> int:
    """Start the lasting emulator."""
    from automation.emulator import lasting
    from automation.emulator.environment import checked_url

    instance, started = lasting.start(checked_url(options.emulator) if options.emulator else None)
    say(f"{'started' if started else 'already running'}: {instance.url}, log {instance.log}")
    return 0


def carry_out_stop(_options: argparse.Namespace) -> int:
    """Stop the lasting emulator."""
    from automation.emulator import lasting

    instance = lasting.stop()
    say("none was running" if instance is None else f"stopped: {instance.url}")
    return 0


def carry_out_status(_options: argparse.Namespace) -> int:
    """Print whether the lasting emulator is running."""
    from automation.emulator import lasting

    instance = lasting.find()
    say("none is running" if instance is None else f"running: {instance.url}, log {instance.log}")
    return 0 if instance else 3


def say(line: str) -> None:
    """Print a line for a person to stderr; stdout belongs to what the command prints."""
    sys.stderr.write(f"{line}\n")


def seconds(text: str) -> float:
    """Parse a number of seconds above 0, for argparse."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return value


def configuration_value(text: str) -> tuple[str, object]:
    """Parse KEY=VALUE, for argparse; a VALUE that is valid JSON is parsed too."""
    key, separator, value = text.partition("=")
    if not key or not separator:
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=VALUE")
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value
