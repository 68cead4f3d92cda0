"""`local`: start, stop or check the lasting emulator."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from automation.cli.arguments import print_line, say
from automation.cli.base import Command

if TYPE_CHECKING:
    import argparse


EXAMPLES = """\
examples:
  python -m automation local start       not needed before `exec`, which starts it
  python -m automation local status
  python -m automation local stop
"""


def add_start_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `local start`."""
    parser.add_argument("--emulator", metavar="URL", help="use an emulator that is already running")


def start(options: argparse.Namespace) -> int:
    """Start the lasting emulator."""
    from automation.emulator import lasting
    from automation.emulator.environment import checked_url

    instance, started = lasting.start(checked_url(options.emulator) if options.emulator else None)
    say(f"{'started' if started else 'already running'}: {instance.url}, log {instance.log}")
    return 0


def add_stop_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `local stop`."""
    parser.add_argument("--yes", action="store_true", help="do not ask")


def stop(options: argparse.Namespace) -> int:
    """Stop the lasting emulator; at a terminal, ask first if stacks go with it."""
    from automation.emulator import lasting

    running = lasting.find()
    if running is not None and (stacks := running.stacks):
        from automation.report.terminal import ask, make_console

        say(f"these stacks go with the emulator at {running.url}: {', '.join(stacks)}")
        question = "Stop it and discard them?"
        if not options.yes and sys.stdin.isatty() and not ask(question, make_console(stderr=True)):
            say("not stopped")
            return 0
    instance = lasting.stop()
    say("none was running" if instance is None else f"stopped: {instance.url}")
    return 0


def status(_options: argparse.Namespace) -> int:
    """Print whether the lasting emulator is running."""
    from automation.emulator import lasting

    instance = lasting.find()
    print_line(
        "none is running" if instance is None else f"running: {instance.url}, log {instance.log}"
    )
    return 0 if instance else 3


COMMAND = Command(
    name="local",
    help="start, stop or check the lasting emulator",
    description="The lasting emulator of this checkout. Stopping it discards its stacks.",
    epilog=EXAMPLES,
    verbs=(
        Command(
            name="start",
            help="start it, unless it is running",
            description="Start the lasting emulator, unless it is running.",
            add_arguments=add_start_arguments,
            carry_out=start,
        ),
        Command(
            name="stop",
            help="stop it and discard its stacks",
            description="Stop the lasting emulator and discard its stacks. Names them and, at a "
            "terminal, asks first.",
            add_arguments=add_stop_arguments,
            carry_out=stop,
        ),
        Command(
            name="status",
            help="print whether it is running; exit code 3 if not",
            description="Print whether the lasting emulator is running; exit code 3 if not.",
            carry_out=status,
        ),
    ),
)
