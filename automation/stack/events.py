"""The events of one engine operation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi.automation import EngineEvent

ROOT_TYPE = "pulumi:pulumi:Stack"
# By these operations something new comes to be. What a program reads, imports or finds unchanged
# existed before, and is nothing of a new stack's own.
CREATES = frozenset({"create", "create-replacement"})


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource that the engine created.

    Attributes:
        type: Type token, such as "aws:sqs/queue:Queue".
        id: The id that the provider gave it.
    """

    type: str
    id: str


@dataclass(frozen=True, kw_only=True)
class ResourceStep:
    """The engine begins or ends to work on a resource."""

    operation: str
    type: str
    name: str
    done: bool


@dataclass
class Events:
    """Collects the events of one operation.

    Attributes:
        tell: Called when the engine begins or ends to work on a resource.
        outputs: The stack's outputs.
        made: What the engine created and recorded.
        planned: What it was about to create, by name, recorded or not.
        problems: Its error diagnostics.
    """

    tell: Callable[[ResourceStep], None]
    outputs: dict[str, Any] = field(default_factory=dict)
    made: set[Resource] = field(default_factory=set)
    planned: set[Resource] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    def __call__(self, event: EngineEvent) -> None:
        """Handle one event; the SDK calls this from another thread."""
        step = event.resource_pre_event or event.res_outputs_event
        if step is not None:
            metadata = step.metadata
            if event.res_outputs_event and metadata.new:
                if metadata.type == ROOT_TYPE:
                    self.outputs = dict(metadata.new.outputs or {})
                if metadata.new.id and metadata.op.value in CREATES:
                    self.made.add(Resource(type=metadata.type, id=metadata.new.id))
            name = (metadata.new.inputs or {}).get("name") if metadata.new else None
            if isinstance(name, str) and metadata.op.value in CREATES:
                self.planned.add(Resource(type=metadata.type, id=name))
            self.tell(
                ResourceStep(
                    operation=metadata.op.value,
                    type=metadata.type,
                    name=metadata.urn.rsplit("::", 1)[-1],
                    done=event.res_outputs_event is not None,
                )
            )
        if event.diagnostic_event is not None and event.diagnostic_event.severity == "error":
            self.problems.append(event.diagnostic_event.message.strip())
