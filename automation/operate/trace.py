"""The life of one message, as the log and the queues tell it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from automation.judge.causes import batch_failures
from automation.operate.about import lines_about
from automation.operate.failures import explain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from automation.observe.logs import Line, Logs
    from automation.observe.observation import DeadLetter, QueueDepth

# The milliseconds since the message was sent, as this project's function logs them.
_AGE = re.compile(r"(?<!\S)age_ms=([0-9]{1,12})(?!\S)")

TraceFate = Literal["processed", "dead-lettered", "pending", "gone"]


@dataclass(frozen=True, kw_only=True)
class TracedReceive:
    """One receive of a message: an invocation that logged its id.

    Attributes:
        at: When the invocation started; the time of its first line about the message if the log
            does not tell.
        request_id: Of the invocation; None for lines outside of any.
        ended: Whether the log says that the invocation has ended.
        lines: Its lines about the message, and what failed its whole batch.
    """

    at: datetime
    request_id: str | None
    ended: bool
    lines: tuple[Line, ...]

    @property
    def failed(self) -> bool:
        """Whether one of the lines is an error."""
        return any(line.is_error for line in self.lines)


@dataclass(frozen=True, kw_only=True)
class Trace:
    """The life of one message.

    Attributes:
        message_id: The message.
        sent_at: When it was sent, in UTC, from the dead letter or from a line about it with its age
            (see `_AGE`). None if unknown: SQS keeps nothing about a deleted message.
        body: Of a dead letter; None for others.
        receives: In the order of time.
        fate: What became of it.
        why: How the fate is known, as a sentence without a full stop.
    """

    message_id: str
    sent_at: datetime | None
    body: str | None
    receives: tuple[TracedReceive, ...]
    fate: TraceFate
    why: str


def trace(
    message_id: str, logs: Logs, letters: Sequence[DeadLetter], source: QueueDepth
) -> Trace | None:
    """Return the life of a message; None when nothing is known of it.

    Args:
        message_id: The id that SQS gave it.
        logs: The function's log.
        letters: All dead letters of the stack.
        source: Depth of the source queue, read before the dead letters and the log.
    """
    receives = tuple(_receives(message_id, logs))
    letter = next((each for each in letters if each.message_id == message_id), None)
    if letter is None and not receives:
        return None
    fate, why = _fate(receives, letter, source, logs)
    return Trace(
        message_id=message_id,
        sent_at=letter.sent_at if letter else next(_sendings(receives), None),
        body=letter.body if letter else None,
        receives=receives,
        fate=fate,
        why=why,
    )


def _sendings(receives: Sequence[TracedReceive]) -> Iterator[datetime]:
    for receive in receives:
        for line in receive.lines:
            if age := _AGE.search(line.message):
                yield line.timestamp - timedelta(milliseconds=int(age[1]))


def _receives(message_id: str, logs: Logs) -> Iterator[TracedReceive]:
    lines = lines_about({message_id}, logs, batch_failures(logs))[message_id]
    invocations = {each.request_id: each for each in logs.invocations}
    for request_id in dict.fromkeys(line.request_id for line in lines):
        own = tuple(line for line in lines if line.request_id == request_id)
        invocation = invocations.get(request_id or "")
        yield TracedReceive(
            at=(invocation and invocation.started) or own[0].timestamp,
            request_id=request_id,
            ended=invocation is None or invocation.ended is not None,
            lines=own,
        )


def _unnamed(receives: Sequence[TracedReceive], letter: DeadLetter, logs: Logs) -> str:
    """Say that no line names a dead letter, and what failed whole batches, if that is one thing."""
    if receives:
        return ""
    (failure,) = explain([letter], logs)
    why = f"; whole batches failed: {failure.reason}" if failure.is_explained else ""
    return f"; no line of the log names it{why}"


def _fate(
    receives: Sequence[TracedReceive], letter: DeadLetter | None, source: QueueDepth, logs: Logs
) -> tuple[TraceFate, str]:
    if letter is not None:
        return "dead-lettered", "it is in the dead-letter queue" + _unnamed(receives, letter, logs)
    last = receives[-1]
    if last.failed and not source.empty:
        return "pending", f"its last receive failed, and the source queue holds {source}"
    if last.failed:
        return "gone", (
            "its last receive failed, and it is in neither queue: it was redriven or purged, its "
            "retention ended, or another reader hides it for a while"
        )
    if not last.ended:
        return "pending", "its last receive has not ended"
    why = "its last receive logged no error, and it is not a dead letter"
    if not source.empty:
        why += f"; it may still be in the source queue ({source}): SQS cannot say"
    return "processed", why
