"""A world for the unit tests of a run: an engine, AWS clients and a target, all in memory.

Every call that a run makes to the outside goes through `World.call`, which a test can interrupt,
refuse or count. What the engine deploys is in `World.resources` until it is destroyed.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from botocore.exceptions import ClientError

from automation.engine import Engine
from automation.stack.command import Finished
from automation.stack.events import Resource
from automation.stack.kinds import KINDS
from automation.support.clients import Clients
from automation.support.interrupts import interruptible
from automation.targets.base import Pace, Target
from tests.unit.automation.stack.examples import EXPORTED
from tests.unit.automation.stack.fake_engine import FakeEngine, made, planned_for

PACE = Pace(poll=0.01, quiet=0.0, deletion_lag=0.05, skew=0.0, slack=0.0)
QUEUE = Resource(type="aws:sqs/queue:Queue", id=EXPORTED["queue_url"])
ROLE = Resource(type="aws:iam/role:Role", id="PokerHandsLambdaRole-0123abc")
REQUEST = "00000000-0000-0000-0000-000000000001"
PLATFORM = "Duration: 8 ms\tBilled Duration: 9 ms\tMemory Size: 128 MB\tMax Memory Used: 42 MB"

# What `World` does with messages, as a scenario.
SCENARIO = {
    "name": "two",
    "invocation": "got {records} records",
    "messages": [
        {"body": "good", "fate": "processed", "log": "done {message_id} receive={receive}"},
        {"body": "poison", "fate": "dead-lettered", "log": "FAIL {message_id} receive={receive}"},
    ],
}


@dataclass
class World:
    """Everything outside of a run.

    Attributes:
        folder: Where runs make their folders.
        strike: Called with the number and the name of each call, before it is answered.
        resources: What stands.
        indestructible: What a destroy leaves standing, and says nothing.
        unrecorded: What the engine creates and does not record.
        undeletable: What stays although the service took the call that deletes it.
        tagged: The tags of what the tagging service knows, by ARN.
        calls: The names of the calls so far.
        sent: The messages that were sent, by id.
        retries: How often each send is tried again; the queue holds what each try sent.
        deleted: The receipt handles of the dead letters that were deleted.
        released: The receipt handles of those that were made visible again.
        exported: What the program exports.
        target_kept: Whether the target was told to outlive the run.
        target_open: Whether it is open.
        own_backend: Whether no backend is chosen for its stacks.
        role_tags: The tags of the role.
    """

    folder: Path
    strike: Callable[[int, str], None] = lambda _number, _name: None
    resources: set[Resource] = field(default_factory=set)
    indestructible: set[Resource] = field(default_factory=set)
    unrecorded: set[Resource] = field(default_factory=set)
    undeletable: set[Resource] = field(default_factory=set)
    tagged: dict[str, dict[str, str]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    sent: dict[str, str] = field(default_factory=dict)
    retries: int = 0
    deleted: list[str] = field(default_factory=list)
    released: list[str] = field(default_factory=list)
    exported: Mapping[str, Any] = field(default_factory=lambda: EXPORTED)
    target_kept: bool = False
    target_open: bool = False
    own_backend: bool = False
    role_tags: dict[str, str] = field(default_factory=dict)

    def call(self, name: str) -> None:
        self.calls.append(name)
        self.strike(len(self.calls) - 1, name)

    @contextlib.contextmanager
    def open_target(
        self, _name: str, *, find_engine: Callable[[], Engine], **_: object
    ) -> Iterator[Target]:
        world = self

        class FakeTarget(Target):
            def wait_ready(self) -> None:
                world.call("target.wait_ready")

            def keep(self) -> None:
                world.target_kept = True

        self.target_open = True
        try:
            yield FakeTarget(
                name="local",
                description="a fake target",
                engine=find_engine(),
                region="us-east-1",
                environment={},
                folder=self.folder,
                configuration={"aws:region": "us-east-1"},
                pace=PACE,
                exact_receives=True,
                reap_options="",
                endpoint="http://127.0.0.1:4566",
                account="000000000000",
                max_body=1000,
                tagged_kinds=frozenset(KINDS),
                stop_commands=("stop it",),
                own_backend=self.own_backend,
            )
        finally:
            self.target_open = False

    def find_engine(self, **_: object) -> Engine:
        return Engine(folder=Path("/engine"), version="3.259.0", source="PATH")

    def engine_command(self, _target: Target, _folder: object = None) -> WorldEngine:
        return WorldEngine(self)

    def clients(self, _environment: object, _region: str) -> Clients:
        return Clients(
            sqs=cast("Any", FakeSqs(self)),
            lambda_=cast("Any", FakeLambda(self)),
            logs=cast("Any", FakeLogs(self)),
            iam=cast("Any", FakeIam(self)),
            cloudwatch=cast("Any", None),
            tagging=cast("Any", FakeTagging(self)),
            sts=cast("Any", None),
        )

    def poison(self) -> list[str]:
        """The ids of the sent messages that become dead letters."""
        return [message_id for message_id, body in self.sent.items() if body == "poison"]


class WorldEngine(FakeEngine):
    """An engine whose deployments stand in the world."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world
        self.stdout = json.dumps(world.exported)
        root = Resource(type="pulumi:pulumi:Stack", id="")
        recorded = [made(each) for each in (QUEUE, ROLE) if each not in world.unrecorded]
        planned = [planned_for(QUEUE), planned_for(ROLE)]
        self.events["up"] = [*planned, *recorded, made(root, dict(world.exported))]

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: Callable[[str], object] | None = None,
        on_error: Callable[[str], object] | None = None,
    ) -> Finished:
        if args[0] == "up":  # a deployment that is cut short has made something
            self._world.resources |= {QUEUE, ROLE}
        if args[:2] == ["stack", "export"]:
            self.stdout = json.dumps({"version": 3, "deployment": self._deployment()})
        with interruptible():  # as a real one, while it waits for its process
            self._world.call(f"engine {args[0]}")
        result = super().run(args, cwd, additional_env, on_output, on_error)
        if args[0] == "destroy":
            self._world.resources &= self._world.indestructible
        return result

    def _deployment(self) -> dict[str, Any]:
        return {"resources": [{"type": each.type, "id": each.id} for each in self._world.resources]}


@dataclass
class FakeSqs:
    world: World

    def get_queue_attributes(self, **asked: Any) -> dict[str, Any]:
        self.world.call("sqs.get_queue_attributes")
        assert asked["AttributeNames"] == ["All"]
        return {
            "Attributes": {
                "ApproximateNumberOfMessages": "0",
                "ApproximateNumberOfMessagesNotVisible": "0",
                "ApproximateNumberOfMessagesDelayed": "0",
                "VisibilityTimeout": "0",
                "RedrivePolicy": '{"maxReceiveCount": 3}',
            }
        }

    def send_message_batch(self, **asked: Any) -> dict[str, Any]:
        self.world.call("sqs.send_message_batch")
        ids = {entry["Id"]: f"m-{entry['Id']}" for entry in asked["Entries"]}
        for first in "mnopq"[: self.world.retries + 1]:
            self.world.sent |= {
                f"{first}-{each['Id']}": each["MessageBody"] for each in asked["Entries"]
            }
        return {
            "Successful": [{"Id": key, "MessageId": value} for key, value in ids.items()],
            "ResponseMetadata": {"HTTPHeaders": {}, "RetryAttempts": self.world.retries},
        }

    def receive_message(self, **_: Any) -> dict[str, Any]:
        self.world.call("sqs.receive_message")
        if self.world.calls.count("sqs.receive_message") > 1:
            return {}
        sent_at = str(int(datetime.now(UTC).timestamp() * 1000))
        return {
            "Messages": [
                {
                    "MessageId": each,
                    "Body": "poison",
                    "ReceiptHandle": f"handle of {each}",
                    "Attributes": {"SentTimestamp": sent_at},
                }
                for each in self.world.poison()
            ]
        }

    def change_message_visibility_batch(self, **asked: Any) -> None:
        assert all(entry["VisibilityTimeout"] == 0 for entry in asked["Entries"])
        self.world.released += [entry["ReceiptHandle"] for entry in asked["Entries"]]

    def delete_message(self, **asked: Any) -> None:
        self.world.deleted.append(asked["ReceiptHandle"])

    def get_queue_url(self, **_: Any) -> dict[str, Any]:
        self.world.call("sqs.get_queue_url")
        if QUEUE not in self.world.resources:
            code = "AWS.SimpleQueueService.NonExistentQueue"
            raise ClientError({"Error": {"Code": code}}, "GetQueueUrl")
        return {"QueueUrl": QUEUE.id}

    def delete_queue(self, **_: Any) -> None:
        self.world.call("sqs.delete_queue")
        self.world.resources -= {QUEUE} - self.world.undeletable


@dataclass
class FakeLambda:
    world: World

    def get_paginator(self, _name: str) -> FakeLambda:
        return self

    def get_function_configuration(self, **_: Any) -> dict[str, Any]:
        self.world.call("lambda.get_function_configuration")
        return {"Runtime": "python3.12", "MemorySize": 128, "Timeout": 1}

    def get_event_source_mapping(self, **_: Any) -> dict[str, Any]:
        self.world.call("lambda.get_event_source_mapping")
        return {"BatchSize": 10}

    def paginate(self) -> list[dict[str, Any]]:
        self.world.call("lambda.list_event_source_mappings")
        return [{"EventSourceMappings": []}]


@dataclass
class FakeLogs:
    world: World

    def get_paginator(self, _name: str) -> FakeLogs:
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        self.world.call("logs.filter_log_events")
        lines = [f"START RequestId: {REQUEST} Version: $LATEST"]
        for message_id, body in self.world.sent.items():
            if body == "poison":
                lines += [f"[ERROR] FAIL {message_id} receive={number}" for number in (1, 2, 3)]
            else:
                lines.append(f"[INFO] done {message_id} receive=1")
        lines += [f"[INFO] got {len(self.world.sent)} records", f"END RequestId: {REQUEST}"]
        lines.append(f"REPORT RequestId: {REQUEST}\t{PLATFORM}")
        now = int(datetime.now(UTC).timestamp() * 1000) + 1
        event = {"timestamp": now, "logStreamName": "stream"}
        return [{"events": [{**event, "message": line} for line in lines]}]


@dataclass
class FakeIam:
    world: World

    def get_role(self, **_: Any) -> dict[str, Any]:
        self.world.call("iam.get_role")
        if ROLE not in self.world.resources:
            raise ClientError({"Error": {"Code": "NoSuchEntity"}}, "GetRole")
        return {"Role": {}}

    def list_role_policies(self, **_: Any) -> dict[str, Any]:
        return {"PolicyNames": []}

    def list_attached_role_policies(self, **_: Any) -> dict[str, Any]:
        return {"AttachedPolicies": []}

    def delete_role(self, **_: Any) -> None:
        self.world.resources.discard(ROLE)

    def get_paginator(self, _name: str) -> FakeIam:
        return self

    def paginate(self) -> list[dict[str, Any]]:
        return [{"Roles": [{"RoleName": ROLE.id, "Path": "/"}]}]

    def list_role_tags(self, **_: Any) -> dict[str, Any]:
        tags = [{"Key": key, "Value": value} for key, value in self.world.role_tags.items()]
        return {"Tags": tags}


@dataclass
class FakeTagging:
    world: World

    def get_paginator(self, _name: str) -> FakeTagging:
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        self.world.call("tagging.get_resources")
        return [
            {
                "ResourceTagMappingList": [
                    {
                        "ResourceARN": arn,
                        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
                    }
                    for arn, tags in self.world.tagged.items()
                ]
            }
        ]
