"""What was seen of a run, as the services told it: data only, no judgement and no I/O.

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
        timestamp: When it was logged. The emulator gives all events of an invocation one time.
        stream: Name of its log stream.
        text: The event's message; a last newline may be there or not.
    """

    timestamp: datetime
    stream: str
    text: str


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """A message in the dead-letter queue.

    Attributes:
        message_id: The id it was sent with: SQS keeps it when it moves a message.
        body: Its body as it was received.
        sent_at: SQS's SentTimestamp: when it was first sent, to the source queue.
    """

    message_id: str
    body: str
    sent_at: datetime


@dataclass(frozen=True, kw_only=True)
class QueueDepth:
    """How many messages a queue holds: approximate on AWS, where counts lag up to a minute.

    Attributes:
        visible: Waiting to be received.
        in_flight: Received, neither deleted nor visible again.
        delayed: Not to be received yet.
    """

    visible: int
    in_flight: int
    delayed: int

    @property
    def empty(self) -> bool:
        """Whether nothing is in the queue."""
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
    """All that was seen of a run up to one moment.

    Look at the source queue first, at the dead-letter queue and the logs after it: a message that
    moves between two looks is then seen twice, never not at all.

    Attributes:
        sent: Every message that was sent.
        events: The log group's events since the first was sent, or somewhat before; those of one
            stream in the order in which the service gives them.
        dead_letters: What is in the dead-letter queue. A message may be in it twice: delivery is
            at least once.
        source: Depth of the source queue.
        max_receive_count: maxReceiveCount of the source queue's redrive policy.
    """

    sent: tuple[Sent, ...]
    events: tuple[LogEvent, ...]
    dead_letters: tuple[DeadLetter, ...]
    source: QueueDepth
    max_receive_count: int
