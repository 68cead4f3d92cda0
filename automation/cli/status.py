"""`status`: a stack at a glance."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from automation.cli.arguments import add_since, add_stack_options, opened_stack, print_json
from automation.cli.base import Command
from automation.support.interrupts import interruptible
from automation.support.invoked import INVOKED

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from rich.text import Text

    from automation.existing import ExistingStack
    from automation.operate.status import Status

LAST = 5  # invocations that are shown

EXAMPLES = """\
examples:
  python -m automation status                          the only stack of the local emulator
  python -m automation status --stack dev --since 1d
  python -m automation status --stack prod --target aws --json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `status`."""
    add_since(parser, "1h")
    add_stack_options(parser)


def carry_out(options: argparse.Namespace) -> int:
    """Print the status of a stack."""
    from automation.operate.status import read_status

    with opened_stack(options) as stack, interruptible():
        status = read_status(stack.clients, stack.outputs, stack.observer.log_events(options.since))
    if options.json:
        print_json(document(stack, status))
    else:
        _print(stack, status, f"{options.since:%Y-%m-%d %H:%M} UTC")
    return 0


def document(stack: ExistingStack, status: Status) -> dict[str, Any]:
    """Return a status as JSON values."""
    return {
        "stack": stack.name,
        "target": stack.target.name,
        "region": stack.outputs.region,
        "outputs": asdict(stack.outputs),
        "source_queue": asdict(status.source),
        "dead_letter_queue": asdict(status.dead_letters),
        "mapping": asdict(status.mapping),
        "alarms": [asdict(alarm) for alarm in status.alarms],
        "errors": status.errors,
        "invocations": [
            {
                "request_id": each.request_id,
                "started": each.started,
                "report": each.report and asdict(each.report),
            }
            for each in status.invocations
        ],
    }


def _print(stack: ExistingStack, status: Status, since: str) -> None:
    from rich.table import Table
    from rich.text import Text

    from automation.report.terminal import make_console, print_table, printable

    console = make_console()
    console.print(
        Text.assemble(
            ("Stack ", "bold"), (stack.name, "bold cyan"), f" on {stack.target.description}"
        )
    )
    table = Table.grid(padding=(0, 2))
    for name, value in _rows(stack, status, since):
        table.add_row(Text(name, "bold"), value)
    print_table(table, console)
    if status.dead_letters.visible:
        where = f"--stack {printable(stack.name)}{stack.target.reap_options}"
        console.print(Text(f"\nwhy: {INVOKED} dlq list {where}", "dim"), soft_wrap=True)


def _rows(stack: ExistingStack, status: Status, since: str) -> Iterator[tuple[str, Text]]:
    from rich.text import Text

    from automation.operate.rows import summary
    from automation.report.terminal import moment, printable

    source, mapping = status.source, status.mapping
    yield "source queue", Text(str(source.depth))
    letters = status.dead_letters
    yield "dead letters", Text(str(letters), "" if letters.empty else "yellow")
    yield (
        "timing",
        Text(f"{source.max_receive_count} receives, {source.visibility_timeout} s apart"),
    )
    enabled = mapping.state == "Enabled"
    result = f", last result: {mapping.result}" if mapping.result else ""
    yield (
        "mapping",
        Text(f"{mapping.state}, batches of {mapping.batch_size}{result}", "" if enabled else "red"),
    )
    yield "function", Text(stack.outputs.function_name)
    count = f"{len(status.invocations)} invocations, {status.errors} error lines since {since}"
    yield "log", Text(count, "red" if status.errors else "")
    for each in status.invocations[-LAST:]:
        started = moment(each.started) if each.started else "?"
        yield "", Text(f"{started}  {each.request_id[:8]}  {summary(each)}", "dim")
    for alarm in status.alarms:
        style = "red" if alarm.state == "ALARM" else ""
        yield "alarm", Text(printable(f"{alarm.name}: {alarm.state}"), style)
    if not status.alarms:
        yield "alarms", Text("none", "dim")


COMMAND = Command(
    name="status",
    help="a stack at a glance",
    description="Print how many messages a stack's queues hold, the state of its event source "
    "mapping, its last invocations, its dead letters and its alarms.",
    epilog=EXAMPLES,
    add_arguments=add_arguments,
    carry_out=carry_out,
)
