"""Moves dead letters back to the source queue, or tells which it would move.

A message is deleted from the dead-letter queue only after the source queue has accepted it. A crash
between the two leaves it in both queues: a duplicate, as at-least-once delivery allows, and never a
loss. SQS's own StartMessageMoveTask cannot select, and the emulator does not have it.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from automation.observe.logs import Logs, read_logs
from automation.observe.observer import MAX_BATCH, dead_letter, receive_all, release
from automation.operate.failures import explain
from automation.operate.peek import LONG_POLL, say_incomplete
from automation.scenario.send import send_entries, split
from automation.support.errors import UnreadError
from automation.support.interrupts import interruptible, shielded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef, SendMessageBatchRequestEntryTypeDef

    from automation.observe.observation import DeadLetter, LogEvent
    from automation.operate.failures import Failure, Selection
    from automation.stack.outputs import Outputs

Move = Literal["selected", "redriven", "refused", "duplicated"]


@dataclass(frozen=True, kw_only=True)
class Redriven:
    """What became of one dead letter that was selected.

    Attributes:
        failure: The dead letter, and why it failed.
        outcome: "selected": a dry run would move it. "redriven": it is in the source queue only.
            "refused": the source queue did not accept it, so it is a dead letter still.
            "duplicated": it was sent, and could not be deleted: it is in both queues.
        message_id: Its new id in the source queue; empty when it was not sent.
        why: The service's reason for "refused" and "duplicated"; else empty.
    """

    failure: Failure
    outcome: Move
    message_id: str = ""
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class RedriveOptions:
    """What a redrive is asked for.

    Attributes:
        selection: Which dead letters are moved.
        dry_run: Whether nothing is moved.
        rate: The most messages that are moved in a second; None for no limit.
    """

    selection: Selection
    dry_run: bool = False
    rate: float | None = None

    @property
    def at_once(self) -> int:
        """How many messages are received and moved at once."""
        return MAX_BATCH if self.rate is None else max(1, min(MAX_BATCH, int(self.rate)))


class Redrive:
    """One redrive of a stack's dead letters.

    Args:
        sqs: Client of SQS.
        outputs: The stack's outputs.
        read_log: Reads the function's log since a time.
        options: What is moved, and how.
        pause: Waits for so many seconds.
    """

    def __init__(
        self,
        sqs: SQSClient,
        outputs: Outputs,
        read_log: Callable[[datetime], Sequence[LogEvent]],
        options: RedriveOptions,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._sqs = sqs
        self._source, self._letters = outputs.queue_url, outputs.dead_letter_queue_url
        self._read_log = read_log
        self._options = options
        self._pause = pause
        self._log: tuple[datetime, Logs] | None = None
        self._left: dict[str, MessageTypeDef] = {}
        self._done: set[str] = set()

    def go(self) -> Iterator[Redriven]:
        """Move the dead letters, and yield what became of each that is selected.

        Messages that are not moved become visible again. A moved message that is dead-lettered
        again during the redrive, under its new id, is not moved a second time. If too many stay,
        it ends before it has seen all of them, and says so on stderr.

        Raises:
            ClientError: botocore's; a service refused a request. Nothing is lost.
        """
        options = self._options
        batches = receive_all(
            self._sqs,
            self._letters,
            wait=LONG_POLL,
            most=options.at_once,
            removing=not options.dry_run,
        )
        try:
            for found in batches:
                moved = list(self._handle({each["MessageId"]: each for each in found}))
                yield from moved
                if options.rate is not None and moved and not options.dry_run:
                    with interruptible():
                        self._pause(len(moved) / options.rate)
        except UnreadError as error:
            say_incomplete(error)
        finally:
            with shielded():
                release(self._sqs, self._letters, list(self._left.values()))

    def _handle(self, found: Mapping[str, MessageTypeDef]) -> Iterator[Redriven]:
        """Move those of a batch that are selected and were not dealt with before."""
        again = self._left.keys() & found.keys()
        self._left |= found
        new = {key: found[key] for key in found if key not in again and key not in self._done}
        with interruptible():
            selected = {
                failure.letter.message_id: failure
                for failure in self._explained([dead_letter(message) for message in new.values()])
                if self._options.selection.matches(failure)
            }
        if self._options.dry_run:
            yield from (Redriven(failure=each, outcome="selected") for each in selected.values())
            return
        for batch in split((new[key] for key in selected), size_of):
            with shielded():  # between the sending and the deleting, no signal
                results = self._move(batch, selected)
            yield from results

    def _move(
        self, batch: Sequence[MessageTypeDef], failures: Mapping[str, Failure]
    ) -> list[Redriven]:
        """Send a batch to the source queue, then delete what was accepted."""
        result = send_entries(
            self._sqs,
            self._source,
            [entry_of(str(index), each) for index, each in enumerate(batch)],
        )
        kept = self._delete([batch[int(index)] for index in result.ids]) if result.ids else {}
        self._done |= set(result.ids.values())
        moved = []
        for index, message in enumerate(batch):
            failure = failures[message["MessageId"]]
            why = result.refused.get(str(index)) or kept.get(message["MessageId"], "")
            if str(index) not in result.ids:
                moved.append(Redriven(failure=failure, outcome="refused", why=why))
                continue
            self._done.add(message["MessageId"])
            if not why:
                del self._left[message["MessageId"]]
            moved.append(
                Redriven(
                    failure=failure,
                    outcome="duplicated" if why else "redriven",
                    message_id=result.ids[str(index)],
                    why=why,
                )
            )
        return moved

    def _delete(self, messages: Sequence[MessageTypeDef]) -> dict[str, str]:
        """Delete dead letters; return the reason for each that could not be deleted, by its id."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            response = self._sqs.delete_message_batch(
                QueueUrl=self._letters,
                Entries=[
                    {"Id": str(index), "ReceiptHandle": message["ReceiptHandle"]}
                    for index, message in enumerate(messages)
                ],
            )
        except (BotoCoreError, ClientError) as error:
            return {message["MessageId"]: str(error) for message in messages}
        return {
            messages[int(each["Id"])]["MessageId"]: f"{each['Code']}: {each.get('Message', '')}"
            for each in response.get("Failed", [])
        }

    def _explained(self, letters: Sequence[DeadLetter]) -> Sequence[Failure]:
        """Join dead letters with the log, which is read again only for an older letter."""
        if not letters:
            return ()
        oldest = min(letter.sent_at for letter in letters)
        if self._log is None or oldest < self._log[0]:
            self._log = (oldest, read_logs(self._read_log(oldest)))
        return explain(letters, self._log[1])


def entry_of(entry_id: str, message: MessageTypeDef) -> SendMessageBatchRequestEntryTypeDef:
    """Return the entry that sends a received message again, with all that its sender gave it.

    The deduplication id of a FIFO queue is replaced: with the old id, SQS would accept and drop a
    message sent less than five minutes ago, which would lose it. The new id is derived from the
    message's id, so that a redrive that crashed and is run again makes no duplicate.
    """
    entry: SendMessageBatchRequestEntryTypeDef = {"Id": entry_id, "MessageBody": message["Body"]}
    if attributes := message.get("MessageAttributes"):
        entry["MessageAttributes"] = attributes
    of_system = message.get("Attributes", {})
    if group := of_system.get("MessageGroupId"):
        entry["MessageGroupId"] = group
    if "MessageDeduplicationId" in of_system:
        unique = f"redriven {message['MessageId']}"
        entry["MessageDeduplicationId"] = hashlib.sha256(unique.encode()).hexdigest()
    if trace := of_system.get("AWSTraceHeader"):
        entry["MessageSystemAttributes"] = {
            "AWSTraceHeader": {"DataType": "String", "StringValue": trace}
        }
    return entry


def size_of(message: MessageTypeDef) -> int:
    """Return the bytes that SQS counts: the body, and name, type and value of each attribute."""
    attributes = message.get("MessageAttributes", {}).items()
    return len(message["Body"].encode()) + sum(
        len(name.encode())
        + len(value["DataType"])
        + len(value.get("StringValue", "").encode())
        + len(value.get("BinaryValue", b""))
        for name, value in attributes
    )
