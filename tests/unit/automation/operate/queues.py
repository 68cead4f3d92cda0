"""A source queue and its dead-letter queue in memory, which may fail at any call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from botocore.exceptions import ClientError

from automation.stack.outputs import Outputs
from tests.unit.automation.stack.examples import EXPORTED

OUTPUTS = Outputs(**EXPORTED)
ATTRIBUTES = {
    "ApproximateNumberOfMessages": "1",
    "ApproximateNumberOfMessagesNotVisible": "2",
    "ApproximateNumberOfMessagesDelayed": "3",
    "VisibilityTimeout": "60",
    "RedrivePolicy": '{"deadLetterTargetArn": "arn:dlq", "maxReceiveCount": "4"}',
}
SENT = "1776247200000"  # 2026-04-15 10:00:00 UTC


def letter(message_id: str, body: str, **more: Any) -> dict[str, Any]:
    return {
        "MessageId": message_id,
        "Body": body,
        "ReceiptHandle": f"handle of {message_id}",
        "Attributes": {"SentTimestamp": SENT, **more.pop("Attributes", {})},
        **more,
    }


@dataclass
class Queues:
    """Both queues.

    Attributes:
        letters: The dead letters, by id.
        source: The entries that the source queue accepted.
        strike: Called with the number and name of each call, before it takes effect.
        after: The same, after it took effect: then the response is lost.
        refuses: Bodies that the source queue never accepts.
        undeletable: Ids of dead letters that are not deleted.
        consumer: Called with each entry that was accepted.
    """

    letters: dict[str, dict[str, Any]]
    source: list[dict[str, Any]] = field(default_factory=list)
    strike: Callable[[int, str], None] = lambda _number, _name: None
    after: Callable[[int, str], None] = lambda _number, _name: None
    refuses: set[str] = field(default_factory=set)
    undeletable: set[str] = field(default_factory=set)
    consumer: Callable[[dict[str, Any]], None] = lambda _entry: None
    hidden: set[str] = field(default_factory=set)
    calls: list[str] = field(default_factory=list)
    ids: Any = field(default_factory=count)

    @classmethod
    def of(cls, *bodies: str) -> Queues:
        return cls({f"m-{n}": letter(f"m-{n}", body) for n, body in enumerate(bodies, start=1)})

    def bodies(self) -> Counter[str]:
        """How often each body is in either queue."""
        in_letters = [each["Body"] for each in self.letters.values()]
        return Counter([*in_letters, *(each["MessageBody"] for each in self.source)])

    def _call(self, name: str) -> int:
        self.calls.append(name)
        self.strike(len(self.calls) - 1, name)
        return len(self.calls) - 1

    def receive_message(self, **asked: Any) -> dict[str, Any]:
        self._call("receive")
        assert asked["QueueUrl"] == OUTPUTS.dead_letter_queue_url
        visible = [each for key, each in self.letters.items() if key not in self.hidden]
        found = visible[: asked["MaxNumberOfMessages"]]
        self.hidden |= {each["MessageId"] for each in found}
        return {"Messages": found} if found else {}

    def send_message_batch(self, **asked: Any) -> dict[str, Any]:
        number = self._call("send")
        assert asked["QueueUrl"] == OUTPUTS.queue_url
        entries = asked["Entries"]
        accepted = [each for each in entries if each["MessageBody"] not in self.refuses]
        self.source += accepted
        response = {
            "Successful": [
                {"Id": each["Id"], "MessageId": f"new-{next(self.ids)}"} for each in accepted
            ],
            "Failed": [
                {"Id": each["Id"], "Code": "TooBad", "SenderFault": True}
                for each in entries
                if each not in accepted
            ],
            "ResponseMetadata": {"HTTPHeaders": {}},
        }
        for entry in accepted:
            self.consumer(entry)
        self.after(number, "send")
        return response

    def delete_message_batch(self, **asked: Any) -> dict[str, Any]:
        number = self._call("delete")
        failed = []
        for entry in asked["Entries"]:
            message_id = entry["ReceiptHandle"].removeprefix("handle of ")
            if message_id in self.undeletable:
                failed.append({"Id": entry["Id"], "Code": "ReceiptHandleIsInvalid"})
            else:
                del self.letters[message_id]
        self.after(number, "delete")
        return {"Failed": failed}

    def change_message_visibility_batch(self, **asked: Any) -> dict[str, Any]:
        self._call("release")
        for entry in asked["Entries"]:
            assert entry["VisibilityTimeout"] == 0
            self.hidden.discard(entry["ReceiptHandle"].removeprefix("handle of "))
        return {}


@dataclass
class SlowQueues(Queues):
    """Both queues, of which a receive takes a second and hides messages for two minutes.

    Attributes:
        now: The time, in seconds.
    """

    now: float = 0.0
    hidden_until: dict[str, float] = field(default_factory=dict)

    def monotonic(self) -> float:
        return self.now

    def get_queue_attributes(self, **_asked: Any) -> dict[str, Any]:
        return {"Attributes": ATTRIBUTES}

    def receive_message(self, **asked: Any) -> dict[str, Any]:
        assert len(self.calls) < 9_999, "it is read for ever"
        self.now += 1
        self.hidden = {key for key in self.hidden if self.hidden_until[key] > self.now}
        response = super().receive_message(**asked)
        for each in response.get("Messages", []):
            self.hidden_until[each["MessageId"]] = self.now + asked["VisibilityTimeout"]
        return response


def refusal(code: str = "AccessDenied") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "so it says"}}, "AnyOperation")
