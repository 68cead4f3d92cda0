"""What a run needs to know of where it deploys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from automation.engine import Engine


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How a target's services behave in time, all in seconds.

    Attributes:
        poll: Between two looks.
        quiet: A source queue whose counts have been zero for so long is empty for good.
        deletion_lag: What was deleted has left the services' answers after so long.
        skew: The services' clock may be so far behind ours.
        slack: On top of the receives' visibility time-outs, until a run is given up.
    """

    poll: float
    quiet: float
    deletion_lag: float
    skew: float
    slack: float


@dataclass(frozen=True, kw_only=True)
class Target:
    """All that a run needs to know of where it deploys.

    Attributes:
        name: "local" or "aws".
        description: What it is, in a few words for a person.
        engine: What deploys there.
        region: The AWS region of ephemeral stacks.
        environment: All that the engine, and the AWS clients, see of an environment.
        folder: Where runs make their own folders.
        configuration: The short timings that belong to the target, by configuration key.
        pace: How its services behave in time.
        exact_receives: Whether every receive reaches a consumer. On AWS some do not.
        command_prefix: What a person puts before a `pulumi` command for this target.
        stop_commands: What a person does when its last stack is destroyed.
    """

    name: str
    description: str
    engine: Engine
    region: str
    environment: Mapping[str, str]
    folder: Path
    configuration: Mapping[str, Any]
    pace: Pace
    exact_receives: bool
    command_prefix: str
    stop_commands: tuple[str, ...]

    def wait_ready(self) -> None:
        """Return when the target can be deployed to: AWS always can."""

    def watch_session(self, session: int) -> None:
        """Have the processes of an engine's session ended too, when this process is killed."""

    def keep(self) -> None:
        """Let the target outlive this process: AWS always does."""
