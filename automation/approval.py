"""What a run is about to do on AWS, how long it takes, what it costs; and a person's yes to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automation.operate.pricing import AS_OF, PRICES, REGION, Quantity, bill
from automation.operate.usage import BYTES_IN_GB, MB_IN_GB, MONTH
from automation.support.errors import UsageError
from automation.targets.aws import CONFIGURATION
from automation.targets.base import scaled

if TYPE_CHECKING:
    from collections.abc import Mapping

    from automation.narrator import Narrator
    from automation.options import RunOptions
    from automation.scenario.model import Scenario
    from automation.stack.project import Project
    from automation.targets.preflight import Access

DEFAULTS = {"maxReceiveCount": 3, "memorySize": 128}  # Pulumi.yaml's
VISIBILITY_PER_TIMEOUT = 6  # what a visibilityTimeout of 0 stands for
# Seconds besides the visibility timeouts: two queues at 25 s and more each in the vendor's provider
# (terraform-provider-aws#27393), log events that arrive late, and deleted queues that are listed
# for up to a minute.
BESIDES = 180
CALLS = 3  # to SQS for each receive: send, receive, delete
POLLS_PER_SECOND = 1.5  # 5 pollers of 20 s (Lambda Developer Guide), and the run's own 3 in 3 s
LOG_BYTES = 2_000  # for each receive: its lines, START, END and REPORT
ALARMS = 5  # at most, of one stack


def approve(
    access: Access, options: RunOptions, project: Project, scenario: Scenario, narrator: Narrator
) -> None:
    """Say what a run is about to do on AWS, and ask before it deploys anything.

    A run on an existing stack deploys nothing, so nothing is asked.

    Raises:
        UsageError: The answer is not yes, or there is nobody to ask.
    """
    if options.stack is not None:
        narrator.say(f"Stack {options.stack} on {access.place}; its state: {access.backend}")
        return
    narrator.say(proposal(access, options, project, messages=len(scenario.messages)))
    if not options.yes and not narrator.ask("Deploy?"):
        raise UsageError(
            "nothing was deployed: a deployment to AWS needs confirmation",
            hint="answer y; where there is no terminal, pass --yes",
        )


def proposal(access: Access, options: RunOptions, project: Project, *, messages: int) -> str:
    """Return what a run is about to do, in lines.

    Args:
        access: Where.
        options: The run's; its configuration overrides the target's.
        project: The program's project.
        messages: The number that is sent.
    """
    given = project.own(options.configuration)
    timings = scaled(CONFIGURATION, given)
    known = DEFAULTS | _numbers(project.defaults) | timings | _numbers(given)
    visibility = known["visibilityTimeout"] or VISIBILITY_PER_TIMEOUT * known["functionTimeout"]
    receives = known["maxReceiveCount"]
    seconds = visibility * receives + BESIDES
    spent = dollars(known, seconds=seconds, receives=messages * receives)
    sources = sorted({price.source for price in PRICES.values()})
    lines = {
        "account": access.caller.account,
        "caller": access.caller.arn,
        "region": given.get("aws:region", access.caller.region),
        **{f"not AWS's own: {name}": url for name, url in access.caller.endpoints.items()},
        "state": access.backend,
        "makes": f"{project.description}; {'kept' if options.keep else 'destroyed'} at the end",
        "takes": f"about {round(seconds / 60)} min; {visibility * receives} s of it are "
        f"{receives} visibility timeouts of {visibility} s",
        "costs": f"{in_cents(spent)} (prices of {REGION}, {AS_OF}, without the free tier: "
        f"{', '.join(sources)})",
    }
    return "\n".join(["About to deploy to AWS", *(f"  {key}: {lines[key]}" for key in lines)])


def _numbers(configuration: Mapping[str, Any]) -> dict[str, int]:
    """Return the whole numbers; a value of a wrong type is for the program to refuse."""
    return {key: value for key, value in configuration.items() if type(value) is int}


def dollars(configuration: Mapping[str, Any], *, seconds: float, receives: int) -> float:
    """Return the most that a run costs, before any free tier.

    Args:
        configuration: The stack's, by key.
        seconds: How long the stack exists.
        receives: Of all messages together, each in an invocation of its own that times out.
    """
    gigabytes = configuration["memorySize"] / MB_IN_GB
    duration = receives * configuration["functionTimeout"] * gigabytes
    alarm_months = ALARMS * -(-seconds // 3600) / MONTH
    quantities = (
        Quantity(
            what="SQS", price="SQS FIFO", amount=POLLS_PER_SECOND * seconds + CALLS * receives
        ),
        Quantity(what="invocations", price="Lambda requests", amount=receives),
        Quantity(what="their duration", price="Lambda duration", amount=duration),
        Quantity(what="log", price="Logs ingestion", amount=LOG_BYTES * receives / BYTES_IN_GB),
        Quantity(what="alarms", price="Alarms", amount=alarm_months),
    )
    return sum(max(position.list_price.values()) for position in bill(quantities))


def in_cents(amount: float) -> str:
    """Return dollars in words, in whole cents."""
    most = -(-amount * 100 // 1)
    return "less than 1 cent" if most <= 1 else f"at most {most:.0f} cents"
