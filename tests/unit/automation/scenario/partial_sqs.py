"""SQS that accepts a part of a batch."""

from __future__ import annotations

from typing import Any

# What SQS says of an entry that it refuses: the code, and whether the sender is at fault.
BUSY = ("ThrottlingException", False)
WRONG = ("InvalidMessageContents", True)


class PartialSqs:
    """SQS that refuses entries, by body: a list of what each attempt says, None for success."""

    def __init__(self, **refusals: list[tuple[str, bool] | None]) -> None:
        self.refusals = refusals
        self.accepted: list[str] = []
        self.requests: list[list[str]] = []
        self.entries: list[dict[str, Any]] = []

    def send_message_batch(self, **asked: Any) -> dict[str, Any]:
        self.requests.append([entry["MessageBody"] for entry in asked["Entries"]])
        self.entries += asked["Entries"]
        done: list[dict[str, Any]] = []
        failed: list[dict[str, Any]] = []
        for entry in asked["Entries"]:
            script = self.refusals.get(entry["MessageBody"], [])
            if script and (said := script.pop(0)):
                failed.append({"Id": entry["Id"], "Code": said[0], "SenderFault": said[1]})
            else:
                self.accepted.append(entry["MessageBody"])
                done.append({"Id": entry["Id"], "MessageId": f"id of {entry['MessageBody']}"})
        response = {"Successful": done, "Failed": failed} if failed else {"Successful": done}
        return {**response, "ResponseMetadata": {"HTTPHeaders": {}}}
