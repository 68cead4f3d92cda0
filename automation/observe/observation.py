"""What the services report about a run, as plain data: no judgement, no I/O.

All times are timezone-aware, in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from automation.scenario.send import Sent


@dataclass(frozen=True, kw_only=True)
class LogEvent:
    """One event of the function's log group.

    Attributes:
        timestamp: When it was logged. On the emulator it is the same for all events of an
            invocation.
        stream: The log stream's name.
        text: The event's message, with or without a newline at its end.
    """

    timestamp: datetime
    stream: str
    text: str


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """A message in the dead-letter queue.

    Attributes:
        message_id: The id from the source queue: SQS keeps it when it moves a message.
        body: As received from the dead-letter queue.
        sent_at: SQS's SentTimestamp: when it was sent to the source queue.
    """

    message_id: str
    body: str
    sent_at: datetime


@dataclass(frozen=True, kw_only=True)
class QueueDepth:
    """How many messages a queue holds. On AWS the counts are approximate, up to a minute late.

    Attributes:
        visible: Ready to be received.
        in_flight: Received, and neither deleted nor visible again.
        delayed: Not yet ready to be received.
    """

    visible: int
    in_flight: int
    delayed: int

    @property
    def empty(self) -> bool:
        """Whether the queue holds no message."""
        return not (self.visible or self.in_flight or self.delayed)

    def __str__(self) -> str:
        if self.empty:
            return "empty"
        counts = {
            "visible": self.visible,
            "in flight": self.in_flight,
            "delayed": self.delayed,
        }
        return ", ".join(f"{count} {where}" for where, count in counts.items() if count)


@dataclass(frozen=True, kw_only=True)
class Observation:
    """Everything seen of a run up to one moment.

    Attributes:
        sent: Every message that was sent.
        events: The log group's events since the first message was sent, or from a little earlier;
            those of one stream in the order of the service's response.
        dead_letters: The dead-letter queue's messages. A message may be in it twice: SQS delivers
            at least once.
        source: Depth of the source queue, read before the dead letters and the events.
        max_receive_count: maxReceiveCount of the source queue's redrive policy.
    """

    sent: tuple[Sent, ...]
    events: tuple[LogEvent, ...]
    dead_letters: tuple[DeadLetter, ...]
    source: QueueDepth
    max_receive_count: int
