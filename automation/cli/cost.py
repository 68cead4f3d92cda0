"""`cost`: what a month would cost, from what a stack used."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automation.cli.arguments import (
    add_since,
    add_stack_options,
    count,
    opened_stack,
    print_json,
    stack_options,
)
from automation.cli.base import Command
from automation.scenario.reading import load_scenario, scenario_of
from automation.scenario.send import FIFO
from automation.support.errors import NotFoundError, ScenarioError, UsageError
from automation.support.interrupts import interruptible
from automation.support.invoked import INVOKED

if TYPE_CHECKING:
    import argparse

    from rich.table import Table

    from automation.operate.pricing import BillLine, Total
    from automation.operate.usage import Usage

MESSAGES = 1_000_000  # a month

EXAMPLES = """\
examples:
  python -m automation cost --stack dev                        a million messages a month
  python -m automation cost --stack dev --messages 30,000,000
  python -m automation cost --stack dev --target aws --since 7d
  python -m automation cost --result result.json               of `run --json result.json`

Measures the REPORT lines of the log and, on AWS, the polls that found the queue empty, which SQS
counts. If SQS counts none, the estimate is five pollers with three polls a minute each, which is
how Lambda starts. The prices are AWS's list prices in us-east-1, each with its source and its month
in the output. An emulator's durations are those of this machine. Alarms are not included: ten are
free, and each further one costs 0.10 a month.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what is projected."""
    parser.add_argument(
        "--messages", type=count, default=MESSAGES, metavar="N", help="a month; default: 1,000,000"
    )
    parser.add_argument(
        "--scenario",
        type=Path,
        metavar="FILE",
        help="its `invocation` line tells the size of a batch; default: the program's own",
    )
    parser.add_argument(
        "--result", type=Path, metavar="FILE", help="measure this result of a run, and no stack"
    )
    add_since(parser, "1d")
    add_stack_options(parser)


def carry_out(options: argparse.Namespace) -> int:
    """Measure, project and price."""
    from automation.operate.pricing import bill
    from automation.operate.usage import project

    if options.result and options.stack:
        raise UsageError("--result measures a run, and --stack a stack", hint="give one of the two")
    usage, measured = of_result(options.result) if options.result else of_stack(options)
    if not usage.invocations:
        raise NotFoundError(
            f"no invocation was measured on {measured}",
            hint=f"send it something first: {INVOKED} send --scenario",
        )
    lines = bill(project(usage, options.messages))
    if options.json:
        print_json(document(usage, options.messages, lines))
    else:
        _print(measured, usage, options.messages, lines)
    return 0


def of_stack(options: argparse.Namespace) -> tuple[Usage, str]:
    """Measure a stack; return what it used, and a few words for it."""
    from automation.observe.polls import empty_receives_an_hour
    from automation.operate.usage import measure

    template = _template(options)
    with opened_stack(options) as stack, interruptible():
        url = stack.outputs.queue_url
        log = stack.observer.log_events(options.since)
        polls = empty_receives_an_hour(
            stack.clients.cloudwatch, url, options.since, datetime.now(UTC)
        )
        usage = measure(log, template, fifo=url.endswith(FIFO), empty_receives=polls)
    return usage, f"stack {stack.name} since {options.since:%Y-%m-%d %H:%M} UTC"


def _template(options: argparse.Namespace) -> str | None:
    """Return the line that tells the size of a batch; None if there is no scenario to tell."""
    try:
        scenario = options.scenario or scenario_of(stack_options(options).program)
    except ScenarioError:
        return None
    return load_scenario(scenario).invocation


def of_result(path: Path) -> tuple[Usage, str]:
    """Measure the result of a run; return the same.

    Raises:
        UsageError: The file is no result of a run.
    """
    from automation.operate.usage import usage_of_result

    try:
        usage = usage_of_result(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}",
            hint=f"write one: {INVOKED} run --json result.json",
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        lacks = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
        raise UsageError(
            f"{path} is not the result of a run of this version: {lacks}",
            hint=f"write one: {INVOKED} run --json result.json",
        ) from error
    return usage, f"the run in {path}"


def document(usage: Usage, messages: int, lines: tuple[BillLine, ...]) -> dict[str, Any]:
    """Return a projection as JSON values."""
    from automation.operate.pricing import ARCHITECTURES, AS_OF, PRICES, REGION, total

    together = total(lines)
    return {
        "measured": asdict(usage),
        "messages_a_month": messages,
        "prices": {"as_of": AS_OF, "region": REGION, "kind": "list prices in US dollars"},
        "positions": [
            {
                "what": each.quantity.what,
                "amount": each.quantity.amount,
                "unit": PRICES[each.quantity.price].unit,
                "list_price": dict(each.list_price),
                "after_free_tier": dict(each.after_free_tier),
                "source": PRICES[each.quantity.price].source,
            }
            for each in lines
        ],
        "total": {
            name: {
                "list_price": together.list_price[name],
                "after_free_tier": together.after_free_tier[name],
            }
            for name in ARCHITECTURES
        },
    }


def _print(measured: str, usage: Usage, messages: int, lines: tuple[BillLine, ...]) -> None:
    """Print what was measured, the bill, and what it rests on."""
    from rich.text import Text

    from automation.operate.pricing import AS_OF, REGION, total
    from automation.report.terminal import make_console, print_table

    console = make_console()
    console.print(Text(_measured(measured, usage)))
    console.print(Text("Durations on an emulator are this machine's; AWS's differ.", "dim"))
    console.print(Text(f"\nA month with {messages:,} messages, in US dollars", "bold"))
    print_table(_table(lines), console)
    console.print(f"\nList prices of {AS_OF} in {REGION}, without taxes and discounts:")
    for source in total(lines).sources:
        console.print(Text(f"  {source}", "dim"), soft_wrap=True)
    console.print(Text(_assumed(usage), "dim"))


def _measured(where: str, usage: Usage) -> str:
    from automation.report.terminal import printable

    sent = "" if usage.messages is None else f"{usage.messages} messages, "
    records = "batches of unknown size" if usage.records is None else f"{usage.records} records"
    return (
        f"Measured on {printable(where)}: {sent}{usage.invocations} invocations, {records}, "
        f"{usage.billed_ms} ms billed, {usage.gb_seconds:.4f} GB-s, "
        f"{usage.log_bytes:,} bytes of log"
    )


def _table(lines: tuple[BillLine, ...]) -> Table:
    from rich.table import Table
    from rich.text import Text

    from automation.operate.pricing import ARCHITECTURES, PRICES, total

    def prices(each: BillLine | Total) -> list[str]:
        columns = (each.list_price, each.after_free_tier)
        return [f"{column[name]:.2f}" for column in columns for name in ARCHITECTURES]

    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("")
    for heading in ("amount", *ARCHITECTURES, *(f"{name} to pay" for name in ARCHITECTURES)):
        table.add_column(heading, justify="right", overflow="fold")
    for each in lines:
        amount, unit = each.quantity.amount, PRICES[each.quantity.price].unit
        digits = 0 if amount >= 100 else 2  # noqa: PLR2004 -- three digits
        table.add_row(each.quantity.what, f"{amount:,.{digits}f} {unit}", *prices(each))
    table.add_row(Text("total", "bold"), "", *prices(total(lines)))
    return table


def _assumed(usage: Usage) -> str:
    idle = (
        "While idle, five pollers ask three times a minute each."
        if usage.empty_receives is None
        else f"SQS counted {usage.empty_receives:,.0f} polls an hour that found the queue empty."
    )
    sent = ""
    if usage.messages is None and usage.records is not None:
        sent = " A retry counts as a message."
    elif usage.messages is None:
        sent = " Not every invocation logged its number of records: each is taken for one message."
    return (
        "To pay: after the free tier of each month. arm64 is taken to be as fast as x86_64. "
        f"Messages are sent one by one. {idle}{sent}"
    )


COMMAND = Command(
    name="cost",
    help="project the cost of a month",
    description="Measure what a stack used, and project it to so many messages a month: x86_64 "
    "beside arm64, list price beside what is left to pay after the free tier, polling while idle "
    "included.",
    epilog=EXAMPLES,
    add_arguments=add_arguments,
    carry_out=carry_out,
)
