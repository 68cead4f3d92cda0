"""`trace`: the life of one message."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING

from automation.cli.arguments import add_since, add_stack_options, opened_stack, print_json
from automation.cli.base import Command
from automation.operate.ids import START
from automation.support.errors import NotFoundError, UsageError
from automation.support.interrupts import interruptible

if TYPE_CHECKING:
    import argparse

    from automation.operate.trace import Trace

MESSAGE_ID = re.compile(START)

EXAMPLES = """\
examples:
  python -m automation trace 31a60dfe-6c5f-4930-ae5d-b8c74f812462 --stack dev
  python -m automation trace ID --since 7d        for a message that is older than a day

The log must name the message by its id, and tells when it was sent if the line has its age, as in
age_ms=312. Exit code 3 if nothing is known of it.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the message."""
    parser.add_argument(
        "message_id",
        metavar="ID",
        help="the id that SQS gave the message, or its first 8 characters",
    )
    add_since(parser, "1d")
    add_stack_options(parser)


def carry_out(options: argparse.Namespace) -> int:
    """Print a message's life."""
    from automation.observe.logs import read_logs
    from automation.observe.observer import read_depth
    from automation.operate.ids import ids_in, whole_id
    from automation.operate.peek import peek
    from automation.operate.trace import trace

    if not MESSAGE_ID.fullmatch(options.message_id):
        raise UsageError(
            f"{options.message_id!r} is not the id of a message",
            hint="give the id that `send` and `dlq list` print, such as "
            "31a60dfe-6c5f-4930-ae5d-b8c74f812462, or its first 8 characters",
        )
    with opened_stack(options) as stack:
        with interruptible():
            source = read_depth(stack.clients.sqs, stack.outputs.queue_url)
        letters = peek(stack.observer)
        with interruptible():
            logs = read_logs(stack.observer.log_events(options.since))
            known = {letter.message_id for letter in letters} | ids_in(logs)
            found = trace(whole_id(options.message_id, known), logs, letters, source)
        if found is None:
            raise NotFoundError(
                f"nothing is known of message {options.message_id} on stack {stack.name}: it is no "
                f"dead letter, and no line names it since {options.since:%Y-%m-%d %H:%M} UTC",
                hint=(
                    "the function must log the ids of its messages"
                    if source.empty
                    else f"it may wait in the source queue ({source})"
                )
                + "; or look further back with --since 7d",
            )
    if options.json:
        print_json(asdict(found))
    else:
        _print(found)
    return 0


FATES = {"processed": "green", "dead-lettered": "yellow", "pending": "cyan", "gone": "red"}


def _print(found: Trace) -> None:
    from rich.table import Table
    from rich.text import Text

    from automation.report.printing import after
    from automation.report.terminal import make_console, moment, print_table, printable

    console = make_console()
    first = found.sent_at or found.receives[0].at
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    sent = f"{moment(found.sent_at)} UTC" if found.sent_at else ""
    body = "" if found.sent_at else "(send time unknown: no log line has age_ms=…)"
    table.add_row("sent", sent, Text(printable(found.body or body)))
    for number, receive in enumerate(found.receives, start=1):
        (seconds,) = after(first, (receive.at,))
        invocation = f"invocation {(receive.request_id or '?')[:8]}"
        table.add_row(f"receive {number}", f"+{seconds:.1f} s", Text(invocation, "dim"))
        for line in receive.lines:
            text = "\n".join((line.message, *line.detail))
            table.add_row(
                "", line.level or "", Text(printable(text), "red" if line.is_error else "")
            )
    table.add_row("fate", "", Text.assemble((found.fate, FATES[found.fate]), f": {found.why}"))
    print_table(table, console)


COMMAND = Command(
    name="trace",
    help="print one message's life",
    description="Print the life of one message: when it was sent, each receive with each line that "
    "the function logged about it, and its fate. Reads the log and the dead-letter queue, and "
    "changes neither.",
    epilog=EXAMPLES,
    add_arguments=add_arguments,
    carry_out=carry_out,
)
