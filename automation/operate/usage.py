"""What a stack used, from its log, and what so many messages a month would use. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from automation.judge.evidence import invocation_line
from automation.observe.logs import read_logs
from automation.operate.pricing import Quantity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from automation.observe.logs import Invocation
    from automation.observe.observation import LogEvent

MONTH = 730  # hours, as AWS's price calculator counts them
# Lambda starts with five pollers, which each wait 20 s for a message:
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
POLLERS = 5
POLLS_A_MINUTE = 3
# CloudWatch Logs counts 26 bytes more for each event:
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
EVENT_OVERHEAD = 26  # bytes
MB_IN_GB = 1024
BYTES_IN_GB = 1024**3


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What was measured.

    Attributes:
        invocations: Those with a REPORT line.
        records: Messages that they were given; a message that is received again counts again.
            None when the log does not show it.
        billed_ms: The sum of the billed durations, in milliseconds.
        gb_seconds: Of memory size and billed duration.
        log_bytes: What CloudWatch Logs counts for the function's whole log.
        fifo: Whether the queue is a FIFO queue.
        messages: Number of messages sent; None if unknown.
        empty_receives: Receives per hour that found the queue empty; None if SQS counted none.
    """

    invocations: int
    records: int | None
    billed_ms: int
    gb_seconds: float
    log_bytes: int
    fifo: bool
    messages: int | None = None
    empty_receives: float | None = None


def measure(
    events: Sequence[LogEvent],
    template: str | None,
    *,
    fifo: bool,
    empty_receives: float | None = None,
) -> Usage:
    """Sum up the REPORT lines of a log.

    Args:
        events: The function's log.
        template: Of the line, with {records}, that the function logs in every invocation.
        fifo: Whether the queue is a FIFO queue.
        empty_receives: Receives per hour that found the queue empty; None if SQS counted none.
    """
    invocations = [each for each in read_logs(events).invocations if each.report]
    reports = [each.report for each in invocations if each.report]
    return Usage(
        invocations=len(invocations),
        records=_sum_if_known([_records(each, template) for each in invocations]),
        billed_ms=sum(report.billed_ms for report in reports),
        gb_seconds=sum(r.billed_ms / 1000 * r.memory_mb / MB_IN_GB for r in reports),
        log_bytes=counted_bytes(events),
        fifo=fifo,
        empty_receives=empty_receives,
    )


def counted_bytes(events: Sequence[LogEvent]) -> int:
    """Return the bytes that CloudWatch Logs counts for events."""
    return sum(len(event.text.encode()) + EVENT_OVERHEAD for event in events)


def usage_of_result(document: Mapping[str, Any]) -> Usage:
    """Sum up the result of a run, as `run --json` writes it.

    Raises:
        KeyError, TypeError: The document is not the result of a run.
    """
    invocations = [each for each in document["invocations"] if each["billed_ms"] is not None]
    settings = document["settings"]  # None if the run ended before it read them
    return Usage(
        invocations=len(invocations),
        records=_sum_if_known([each["records"] for each in invocations]),
        billed_ms=sum(each["billed_ms"] for each in invocations),
        gb_seconds=sum(
            each["billed_ms"] / 1000 * each["memory_mb"] / MB_IN_GB for each in invocations
        ),
        log_bytes=document["log_bytes"],
        fifo=settings is not None and settings["fifo"],
        messages=len(document["messages"]),
    )


def _sum_if_known(numbers: Sequence[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known and len(known) == len(numbers) else None


def _records(invocation: Invocation, template: str | None) -> int | None:
    match = None if template is None else invocation_line(invocation, template)
    found = match.groupdict().get("records") if match else None
    return None if found is None else int(found)


def idle_polls(usage: Usage) -> float:
    """Return the requests a month that find the queue empty: as measured, or else as documented."""
    known = usage.empty_receives
    return MONTH * (POLLERS * POLLS_A_MINUTE * 60 if known is None else known)


def project(usage: Usage, messages: int) -> Iterator[Quantity]:
    """Yield what so many messages a month use, if they are like those that were measured.

    Each message is sent by a request of its own. Each invocation takes one request to receive its
    batch and one to delete it. If it is not known how many messages were sent, each record counts
    as a message, so that retries are not seen. If those are not known either, each batch is taken
    to hold one message, which gives the highest estimate.

    Args:
        usage: What was measured: at least one invocation.
        messages: A month.
    """
    factor = messages / (usage.messages or usage.records or usage.invocations)
    invocations = usage.invocations * factor
    queue = "SQS FIFO" if usage.fifo else "SQS standard"
    yield Quantity(what="Lambda requests", price="Lambda requests", amount=invocations)
    yield Quantity(
        what="Lambda duration", price="Lambda duration", amount=usage.gb_seconds * factor
    )
    yield Quantity(
        what="SQS: send, receive, delete", price=queue, amount=messages + 2 * invocations
    )
    yield Quantity(what="SQS: polling while idle", price=queue, amount=idle_polls(usage))
    gigabytes = usage.log_bytes * factor / BYTES_IN_GB
    yield Quantity(what="log", price="Logs ingestion", amount=gigabytes)
