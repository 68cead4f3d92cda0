"""What a run on AWS is about to do, how long it takes and what it costs, to be agreed to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from automation.targets.aws import CONFIGURATION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from automation.targets.preflight import Access

DEFAULTS = {"maxReceiveCount": 3, "memorySize": 128}  # Pulumi.yaml's
VISIBILITY_PER_TIMEOUT = 6  # what 0 stands for
# Seconds besides the visibility timeouts: two queues at 25 s and more each in the vendor's provider
# (terraform-provider-aws#27393), log events that arrive late, and deleted queues that are listed
# for up to a minute.
BESIDES = 180
BILLED = 2  # receives and deletes of a message, beside the sends
POLLS_PER_SECOND = 1.5  # 5 pollers of 20 s (Lambda Developer Guide), and the run's own 3 in 3 s
LOG_BYTES = 2_000  # for a receive of a message: its lines, START, END and REPORT
ALARMS = 5  # at most, of one stack
HOURS_A_MONTH = 730


@dataclass(frozen=True, kw_only=True)
class Price:
    """What AWS charges, before any free tier.

    Attributes:
        unit: What is counted.
        dollars: For one of it.
        source: The page that has the price.
    """

    unit: str
    dollars: float
    source: str


PRICED_ON = "2026-11-23"
"""When the prices were read; they are those of us-east-1."""

PRICES = {
    price.unit: price
    for price in (
        Price(unit="SQS request", dollars=0.40 / 1e6, source="aws.amazon.com/sqs/pricing"),
        Price(unit="invocation", dollars=0.20 / 1e6, source="aws.amazon.com/lambda/pricing"),
        Price(unit="GB-second", dollars=0.0000166667, source="aws.amazon.com/lambda/pricing"),
        Price(unit="log byte", dollars=0.50 / 1e9, source="aws.amazon.com/cloudwatch/pricing"),
        Price(
            unit="alarm hour",
            dollars=0.10 / HOURS_A_MONTH,
            source="aws.amazon.com/cloudwatch/pricing",
        ),
    )
}


def proposal(
    access: Access, *, makes: str, kept: bool, configuration: Mapping[str, Any], messages: int
) -> str:
    """Return what a run is about to do, in lines.

    Args:
        access: Where.
        makes: What its stack has.
        kept: Whether the stack outlives the run.
        configuration: Given for the stack, by key; overrides the target's.
        messages: The number that is sent.
    """
    known = {**DEFAULTS, **CONFIGURATION, **configuration}
    visibility = known["visibilityTimeout"] or VISIBILITY_PER_TIMEOUT * known["functionTimeout"]
    receives = known["maxReceiveCount"]
    seconds = visibility * receives + BESIDES
    spent = cents(
        seconds=seconds,
        receives=messages * receives,
        gb_seconds=messages * receives * known["functionTimeout"] * known["memorySize"] / 1024,
    )
    lines = {
        "account": access.caller.account,
        "caller": access.caller.arn,
        "region": known.get("aws:region", access.caller.region),
        **{f"not AWS's own: {name}": url for name, url in access.caller.endpoints.items()},
        "state": access.backend,
        "makes": f"{makes}; {'kept' if kept else 'destroyed'} at the end",
        "takes": f"about {round(seconds / 60)} min; {visibility * receives} s of it are "
        f"{receives} visibility timeouts of {visibility} s",
        "costs": f"{spent} (prices of us-east-1, {PRICED_ON}, without the free tier: "
        f"{', '.join(sorted({price.source for price in PRICES.values()}))})",
    }
    return "\n".join(["About to deploy to AWS", *(f"  {key}: {lines[key]}" for key in lines)])


def cents(*, seconds: float, receives: int, gb_seconds: float) -> str:
    """Return the most that a run costs, in words.

    Args:
        seconds: How long its stack exists.
        receives: Of all messages together, each in an invocation of its own.
        gb_seconds: Of the function, if each invocation takes its whole timeout.
    """
    used = {
        "SQS request": POLLS_PER_SECOND * seconds + (1 + BILLED) * receives,
        "invocation": receives,
        "GB-second": gb_seconds,
        "log byte": LOG_BYTES * receives,
        "alarm hour": ALARMS * -(-seconds // 3600),
    }
    dollars = sum(PRICES[unit].dollars * count for unit, count in used.items())
    most = -(-dollars * 100 // 1)
    return "less than 1 cent" if most <= 1 else f"at most {most:.0f} cents"
