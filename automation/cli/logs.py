"""`logs`: the function's log, merged by time."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from automation.cli.arguments import (
    add_since,
    add_stack_options,
    opened_stack,
    print_json_line,
    say,
)
from automation.cli.base import Command
from automation.operate.rows import LEVELS
from automation.support.interrupts import interruptible

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from automation.existing import ExistingStack
    from automation.operate.rows import Filter, Row

FOLLOW_EVERY = 1.0  # seconds between two looks, at least

EXAMPLES = """\
examples:
  python -m automation logs --stack dev                 the last hour
  python -m automation logs --stack dev --follow        and what comes, until Ctrl-C
  python -m automation logs --stack dev --level WARNING --since 2d
  python -m automation logs --stack dev --message-id 31a60dfe-6c5f-4930-ae5d-b8c74f812462

START, END and REPORT of an invocation are one line, INVOCATION, where it ended.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the filters."""
    parser.add_argument("--follow", "-f", action="store_true", help="go on until Ctrl-C")
    parser.add_argument(
        "--level", type=str.upper, choices=LEVELS, help="only lines of this level and above"
    )
    parser.add_argument(
        "--request-id", default="", metavar="ID", help="only this invocation; its start will do"
    )
    parser.add_argument(
        "--message-id", default="", metavar="ID", help="only lines that name this message"
    )
    add_since(parser, "1h")
    add_stack_options(parser)


def carry_out(options: argparse.Namespace) -> int:
    """Print the log."""
    from automation.operate.rows import Filter

    wanted = Filter(
        level=options.level, request_id=options.request_id, message_id=options.message_id
    )
    found = False
    with opened_stack(options) as stack:
        for rows in map(tuple, looks_at(stack, options, wanted)):
            found = found or bool(rows)
            _print(rows, as_json=options.json)
    if not found and not options.follow:
        since = f"{options.since:%Y-%m-%d %H:%M} UTC"
        say(
            f"no line was found since {since}; look further back with --since, or use fewer filters"
        )
    return 0


def looks_at(
    stack: ExistingStack, options: argparse.Namespace, wanted: Filter
) -> Iterable[Iterable[Row]]:
    """Read the rows since a time; with --follow, again and again."""
    from automation.operate.rows import Tail
    from automation.support.output import check_stdout, reader_is_gone
    from automation.support.wait import looks

    tail = Tail(stack.observer.log_events, options.since, wanted)
    if not options.follow:
        with interruptible():
            rows = tail.fresh()
        yield rows
        return
    poll = max(FOLLOW_EVERY, stack.target.pace.poll)
    for rows in looks(tail.fresh, within=float("inf"), poll=poll):
        yield rows
        stack.target.check()
        check_stdout()
        if reader_is_gone():
            return


def _print(rows: Iterable[Row], *, as_json: bool) -> None:
    from rich.text import Text

    from automation.report.terminal import make_console, moment, printable

    console = make_console()
    for row in rows:
        if as_json:
            print_json_line(asdict(row))
            continue
        level = row.level or ""
        console.print(
            Text.assemble(
                (f"{moment(row.timestamp)}.{row.timestamp.microsecond // 1000:03} ", "dim"),
                (f"{(row.request_id or '')[:8]:8} ", "cyan"),
                (f"{level:10} ", STYLES.get(level, "")),
                Text(printable(row.text), STYLES.get(level, "")),
            ),
            soft_wrap=True,
        )


STYLES = {"INVOCATION": "dim", "WARNING": "yellow", "ERROR": "red", "CRITICAL": "red"}

COMMAND = Command(
    name="logs",
    help="print the function's log, merged by time",
    description="Print the log of a stack's function: all streams merged by time, with the time "
    "in UTC, the start of the request id and the level. With --json, an object a line.",
    epilog=EXAMPLES,
    add_arguments=add_arguments,
    carry_out=carry_out,
)
