"""The commands, thin: arguments in, one call, exit code out."""

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

EXIT_CODES = """\
exit codes:
  0  proved (run), done (the others)
  1  a check failed
  2  the command was given something it cannot work with
  3  deploying, proving or destroying could not be carried out
  130, 143  interrupted; what was made has been destroyed
"""

RUN_EXAMPLES = """\
examples:
  python -m automation run                        the ten hands on an emulator, no account needed
  python -m automation run --target aws           the same on your AWS account
  python -m automation run --stack dev            prove a stack that `pulumi up` made
  python -m automation run --config functionSource=/path/to/other --scenario mine.json
"""

EXEC_EXAMPLES = """\
examples:
  python -m automation exec -- pulumi stack init dev
  python -m automation exec -- pulumi up
  python -m automation exec -- aws sqs list-queues
"""


def command(arguments: Sequence[str]) -> int:
    """Parse and carry out one command; an error is told, with its next step, on stderr."""
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
    """Every command and option."""
    top = argparse.ArgumentParser(
        prog="python -m automation",
        description="Stand up a stack, prove what becomes of its messages, leave nothing behind.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = top.add_subparsers(metavar="COMMAND", required=True)
    add_run(commands)
    add_exec(commands)
    add_local(commands)
    return top


def add_run(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`run`."""
    run = commands.add_parser(
        "run",
        help="deploy, send, prove, destroy",
        description="Deploy an ephemeral stack, send it a scenario, prove from its log and its "
        "dead-letter queue what became of every message, and destroy it.",
        epilog=f"{RUN_EXAMPLES}\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument("--target", choices=NAMES, default="local", help="default: local")
    run.add_argument(
        "--scenario", type=Path, default=TEN_HANDS, metavar="FILE", help="default: the ten hands"
    )
    run.add_argument("--stack", metavar="NAME", help="prove this stack; neither make nor destroy")
    run.add_argument("--emulator", metavar="URL", help="use an emulator that runs already")
    run.add_argument("--keep", action="store_true", help="destroy nothing; say how to")
    run.add_argument("--json", type=Path, metavar="FILE", help="write the result to FILE too")
    run.add_argument(
        "--timeout",
        type=seconds,
        metavar="SECONDS",
        help="give up proving after so long; default: what the queue's timing needs",
    )
    run.add_argument(
        "--config",
        action="append",
        type=setting,
        default=[],
        metavar="KEY=VALUE",
        help="a setting of the ephemeral stack, its value as text or as JSON; repeatable",
    )
    run.set_defaults(carry_out=carry_out_run)


def add_exec(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`exec`."""
    execute = commands.add_parser(
        "exec",
        help="run a command against the local emulator",
        description="Run a command with the engine, the provider plugin, the state backend and "
        "the emulator of the local target wired in; the emulator is started if none is up.",
        epilog=EXEC_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    execute.add_argument("command", nargs="+", metavar="CMD", help="after --")
    execute.set_defaults(carry_out=carry_out_exec)


def add_local(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """`local`."""
    local = commands.add_parser(
        "local",
        help="start, stop or look at the lasting emulator",
        description="The lasting emulator of this checkout. Its stacks live and die with it.",
    )
    verbs = local.add_subparsers(metavar="VERB", required=True)
    start = verbs.add_parser("start", help="start it, or say that it is up")
    start.add_argument("--emulator", metavar="URL", help="use an emulator that runs already")
    start.set_defaults(carry_out=carry_out_start)
    stop = verbs.add_parser("stop", help="stop it; its stacks go with it")
    stop.set_defaults(carry_out=carry_out_stop)
    status = verbs.add_parser("status", help="say whether it is up; exit 3 if it is not")
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
            "--stack neither makes nor destroys a stack", hint="leave out --keep and --config"
        )
    if options.json:
        check_destination(options.json)
    with TerminalNarrator(make_console(stderr=True)) as narrator:
        result = run(
            RunOptions(
                target=options.target,
                scenario=options.scenario,
                stack=options.stack,
                emulator=options.emulator,
                keep=options.keep,
                timeout=options.timeout,
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
        print_error(unwritten, make_console(stderr=True))  # the run's exit code stands
    return result.exit_code


def carry_out_exec(options: argparse.Namespace) -> int:
    """Become the command."""
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
    say(f"{'started' if started else 'already up'}: {instance.url}, log {instance.log}")
    return 0


def carry_out_stop(_options: argparse.Namespace) -> int:
    """Stop the lasting emulator."""
    from automation.emulator import lasting

    instance = lasting.stop()
    say("none was up" if instance is None else f"stopped: {instance.url}; its stacks went with it")
    return 0


def carry_out_status(_options: argparse.Namespace) -> int:
    """Look at the lasting emulator."""
    from automation.emulator import lasting

    instance = lasting.find()
    say("none is up" if instance is None else f"up: {instance.url}, log {instance.log}")
    return 0 if instance else 3


def say(line: str) -> None:
    """A line for a person, out of the way of what a command prints."""
    sys.stderr.write(f"{line}\n")


def seconds(text: str) -> float:
    """A number of seconds above zero, for argparse."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds above 0")
    return value


def setting(text: str) -> tuple[str, object]:
    """A configuration's KEY=VALUE, for argparse; a value that is JSON is what it says."""
    key, separator, value = text.partition("=")
    if not key or not separator:
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=VALUE")
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value
