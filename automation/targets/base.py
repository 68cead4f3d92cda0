"""What a run needs to know about where it deploys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from automation.engine import Engine
    from automation.support.errors import DestroyFailedError


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


def scaled(of_target: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a target's configuration, its visibilityTimeout grown with a given functionTimeout.

    It stays as many times the function's, and is never shortened.

    Args:
        of_target: With functionTimeout and visibilityTimeout, in seconds.
        given: Configuration by key, with or without the project's name. The function's timeout is
            left alone if it is no whole number, which is for the program to refuse.
    """
    names = {key.rpartition(":")[2]: value for key, value in given.items()}
    timeout = names.get("functionTimeout")
    if not isinstance(timeout, int) or "functionTimeout" not in of_target:
        return dict(of_target)
    times = of_target["visibilityTimeout"] // of_target["functionTimeout"]
    return {
        **of_target,
        "visibilityTimeout": max(of_target["visibilityTimeout"], times * timeout),
    }


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where a run deploys.

    Attributes:
        name: "local" or "aws".
        description: A few words for a person.
        engine: The engine that deploys there.
        region: The AWS region of ephemeral stacks.
        environment: The whole environment of the engine and the AWS clients.
        endpoint: URL of the emulator; empty on AWS.
        account: The AWS account, or the emulator's.
        max_body: The most bytes of a message that its queue takes.
        tagged_kinds: The kinds of resources that the endpoint's tagging service knows.
        folder: The parent of the runs' own folders.
        configuration: Configuration of ephemeral stacks by key: the target's region and timings.
        pace: The timing of its services.
        exact_receives: Whether every receive reaches a consumer. On AWS some do not.
        reap_options: The options that make `reap` look at this target.
        stop_commands: The commands that stop the target once its last stack is destroyed.
        own_backend: Whether no backend is chosen, so that each run's state is in its own folder.
    """

    name: str
    description: str
    engine: Engine
    region: str
    environment: Mapping[str, str]
    endpoint: str
    account: str
    max_body: int
    tagged_kinds: frozenset[str]
    folder: Path
    configuration: Mapping[str, Any]
    pace: Pace
    exact_receives: bool
    reap_options: str
    stop_commands: tuple[str, ...]
    own_backend: bool = False

    @property
    def location(self) -> tuple[str, str, str]:
        """What tells it from the others whose runs have their folders in the same place."""
        return self.name, self.endpoint, self.account

    def environment_of(self, folder: Path) -> Mapping[str, str]:  # noqa: ARG002 -- for targets whose state is in it
        """Return the environment of the engine for the run with this folder."""
        return self.environment

    def check(self) -> None:
        """Raise if the endpoint is known to be gone; AWS never is."""

    def note_on(self, runtime: str) -> str | None:  # noqa: ARG002 -- for targets that lack some
        """Return how this target runs a runtime differently from AWS; None if it does not."""
        return None

    def wait_ready(self) -> None:
        """Wait until stacks can be deployed; AWS is always ready."""

    def watch_session(self, session: int) -> None:
        """Arrange that an engine's session is ended even if this process is killed."""

    def keep(self) -> None:
        """Let the target outlive this process; AWS always does."""

    def explain(self, error: DestroyFailedError) -> DestroyFailedError:
        """Return the error of a failed destroy with a hint that holds for this target."""
        return error
