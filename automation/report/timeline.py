"""When each message was where: pure, from a verdict to seconds since the first message was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from automation.judge.causes import batch_failures
from automation.observe.logs import Logs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from automation.judge.evidence import Fate
    from automation.judge.verdict import InvocationVerdict, MessageVerdict, Verdict
    from automation.observe.logs import Line

Span = tuple[float, float]
"""Begin and end, in seconds since the first message was sent."""


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """When everything was where.

    Attributes:
        lives: One for each message, in the order in which they were sent.
        invocations: Every invocation, whether its messages are known or not.
    """

    lives: tuple[Life, ...]
    invocations: tuple[Span, ...]


@dataclass(frozen=True, kw_only=True)
class Life:
    """One message from send to its fate.

    Attributes:
        number: Its number in the scenario, from 1.
        fate: Its fate.
        sent: When it was sent.
        invocations: The invocations that logged the expected line; otherwise those that logged the
            message's id; otherwise, for a dead letter, those that failed whole batches (or all, if
            no failed one is known), if their number equals maxReceiveCount.
        waits: The visibility timeouts: from the end of an invocation until the message is visible
            again. That of a dead letter's last receive ends about when SQS moves it.
        end: When it met its fate, as far as the log says; None when it says nothing.
    """

    number: int
    fate: Fate
    sent: float
    invocations: tuple[Span, ...]
    waits: tuple[Span, ...]
    end: float | None


def timeline(verdict: Verdict, visibility_timeout: float, max_receive_count: int) -> Timeline:
    """Return when everything was where.

    Args:
        verdict: What became of the messages.
        visibility_timeout: Seconds until a message whose receive failed is visible again.
        max_receive_count: Receives of a message until it is a dead letter.
    """
    if not verdict.messages:
        return Timeline(lives=(), invocations=())
    began = min(message.sent_at for message in verdict.messages)
    spans = {each.request_id: _span(each, began) for each in verdict.invocations}
    nameless = _failed(verdict.invocations, spans)
    lives = []
    for number, message in enumerate(verdict.messages, start=1):
        received = _received(message, began, spans)
        if not received and message.fate == "dead-lettered" and len(nameless) == max_receive_count:
            received = nameless
        sent = (message.sent_at - began).total_seconds()
        lives.append(_life(number, message.fate, sent, received, visibility_timeout))
    return Timeline(lives=tuple(lives), invocations=tuple(spans.values()))


def _failed(invocations: Sequence[InvocationVerdict], spans: Mapping[str, Span]) -> list[Span]:
    """Return the invocations that failed whole batches, by time; all if no failed one is known."""
    lines = tuple(line for each in invocations for line in each.lines)
    failed = batch_failures(Logs(lines=lines, invocations=()))
    return sorted(spans[request_id] for request_id in failed or spans)


def _received(
    message: MessageVerdict, began: datetime, spans: Mapping[str, Span]
) -> Sequence[Span]:
    """Return the invocations that logged a line about a message, by time."""
    received = []
    for line in message.receive_lines or _first_lines(message.lines):
        at = (max(message.sent_at, line.timestamp) - began).total_seconds()
        received.append(spans.get(line.request_id or "", (at, at)))
    return sorted(received)


def _life(
    number: int, fate: Fate, sent: float, received: Sequence[Span], visibility_timeout: float
) -> Life:
    waits = [(end, begin) for (_, end), (begin, _) in pairwise(received) if begin > end]
    if received and fate == "dead-lettered":
        begin, end = received[-1]
        waits.append((end, max(end, begin + visibility_timeout)))
    ends = [end for _, end in (*received, *waits)]
    return Life(
        number=number,
        fate=fate,
        sent=sent,
        invocations=tuple(received),
        waits=tuple(waits),
        end=max(ends, default=None),
    )


def _first_lines(lines: Sequence[Line]) -> Iterable[Line]:
    """Return the first line of each invocation: it had the message, whatever it logged about it."""
    return {line.request_id: line for line in reversed(lines)}.values()


def _span(invocation: InvocationVerdict, began: datetime) -> Span:
    """Return when an invocation ran; on the emulator, all its lines have the time of its end."""
    times = [line.timestamp for line in invocation.lines]
    duration = timedelta(milliseconds=invocation.report.duration_ms if invocation.report else 0)
    first, last = min(times), max(times)
    begin = min(first, last - duration)
    return (max(0.0, (begin - began).total_seconds()), max(0.0, (last - began).total_seconds()))
