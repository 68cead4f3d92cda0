"""The events of one engine operation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from pulumi.automation import EngineEvent

ROOT_TYPE = "pulumi:pulumi:Stack"


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
    """Collects the events of one operation."""

    tell: Callable[[ResourceStep], None]
    outputs: dict[str, Any] = field(default_factory=dict)
    made: dict[Resource, None] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def __call__(self, event: EngineEvent) -> None:
        """Handle one event; the SDK calls this from another thread."""
        step = event.resource_pre_event or event.res_outputs_event
        if step is not None:
            metadata = step.metadata
            if event.res_outputs_event and metadata.new:
                if metadata.type == ROOT_TYPE:
                    self.outputs = dict(metadata.new.outputs or {})
                if metadata.new.id:
                    self.made[Resource(type=metadata.type, id=metadata.new.id)] = None
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
