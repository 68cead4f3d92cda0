"""What a run needs to know about where it deploys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from automation.engine import Engine


@dataclass(frozen=True, kw_only=True)
class Pace:
    """The timing of a target's services, all in seconds.

    Attributes:
        poll: Between two looks.
        quiet: A source queue that has been empty for so long stays empty.
        deletion_lag: Responses may still contain a deleted resource for so long.
        skew: The services' clock may be behind ours by so much.
        slack: A run waits for all visibility timeouts, and this much longer.
    """

    poll: float
    quiet: float
    deletion_lag: float
    skew: float
    slack: float


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where a run deploys.

    Attributes:
        name: "local" or "aws".
        description: A few words for a person.
        engine: The engine that deploys there.
        region: The AWS region of ephemeral stacks.
        environment: The whole environment of the engine and the AWS clients.
        folder: The parent of the runs' own folders.
        configuration: Configuration of ephemeral stacks by key: the target's region and timings.
        pace: The timing of its services.
        exact_receives: Whether every receive reaches a consumer. On AWS some do not.
        command_prefix: What a person types before a `pulumi` command for this target.
        stop_commands: The commands that stop the target once its last stack is destroyed.
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
        """Wait until stacks can be deployed; AWS is always ready."""

    def watch_session(self, session: int) -> None:
        """Arrange that an engine's session is ended even if this process is killed."""

    def keep(self) -> None:
        """Let the target outlive this process; AWS always does."""
