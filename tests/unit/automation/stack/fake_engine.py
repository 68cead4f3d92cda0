"""An engine that plays a script, and tells the events that a test says."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import grpc
from pulumi.runtime.proto.events_pb2 import EventRequest
from pulumi.runtime.proto.events_pb2_grpc import EventsStub
from semver import VersionInfo

from automation.stack.command import EngineCommand, Finished
from automation.stack.events import Resource
from automation.support.errors import CommandFailedError

QUEUE = Resource(type="aws:sqs/queue:Queue", id="http://127.0.0.1/0/q")
# What an engine writes to stderr when it fails.
MISSING = "error: no stack named 'run-1' found"
EXISTS = "error: stack 'organization/p/run-1' already exists"
LOCKED = "error: the stack is currently locked by 1 lock(s)."
BROKEN = "error: the cloud is down"


class FakeEngine(EngineCommand):
    """An engine that plays a script: by command, what it writes to stderr when it fails.

    Each command takes the next of its script, and succeeds when that is used up; a script's
    exception is raised, as a signal would be.
    """

    def __init__(self, **script: list[str | BaseException | None]) -> None:
        self.command = "pulumi"
        self.version = VersionInfo.parse("3.259.0")
        self.script = {name: deque(outcomes) for name, outcomes in script.items()}
        self.ran: list[list[str]] = []
        self.folders: list[str] = []
        self.events: dict[str, list[dict[str, Any]]] = {}
        self.stdout = ""

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],  # noqa: ARG002 -- the SDK's signature
        on_output: Callable[[str], object] | None = None,  # noqa: ARG002
        on_error: Callable[[str], object] | None = None,  # noqa: ARG002
    ) -> Finished:
        assert Path(cwd).is_dir()
        self.ran.append(args)
        self.folders.append(cwd)
        if "--event-log" in args:
            self._stream(args[args.index("--event-log") + 1], self.events.get(args[0], []))
        outcome = self.script[args[0]].popleft() if self.script.get(args[0]) else None
        if isinstance(outcome, BaseException):
            raise outcome
        if outcome:
            raise CommandFailedError(outcome)
        return Finished(stdout=self.stdout, stderr="")

    def _stream(self, address: str, events: list[dict[str, Any]]) -> None:
        with grpc.insecure_channel(address.removeprefix("tcp://")) as channel:
            EventsStub(channel).StreamEvents(
                iter([EventRequest(event=json.dumps(event)) for event in events])
            )

    @property
    def commands(self) -> list[str]:
        return [arguments[0] for arguments in self.ran]


def made(resource: Resource, outputs: dict[str, Any] | None = None) -> dict[str, Any]:
    state = {"type": resource.type, "id": resource.id, "outputs": outputs}
    urn = f"urn:pulumi:run-1::p::{resource.type}::TheName"
    return {
        "resOutputsEvent": {
            "metadata": {"op": "create", "type": resource.type, "urn": urn, "new": state}
        }
    }


def planned_for(resource: Resource) -> dict[str, Any]:
    """The event before a resource is created: its name is planned, its id not known."""
    name = resource.id.rpartition("/")[2]
    state = {"type": resource.type, "inputs": {"name": name}}
    urn = f"urn:pulumi:run-1::p::{resource.type}::TheName"
    return {
        "resourcePreEvent": {
            "metadata": {"op": "create", "type": resource.type, "urn": urn, "new": state}
        }
    }


def problem(message: str) -> dict[str, Any]:
    return {"diagnosticEvent": {"message": message, "severity": "error", "color": "never"}}
