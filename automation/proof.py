"""The proof: looks at a stack until the outcome of a scenario is final."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automation.judge.verdict import judge
from automation.scenario.send import size_of
from automation.support.errors import ScenarioError
from automation.support.wait import looks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from automation.judge.verdict import Verdict
    from automation.observe.observation import Observation
    from automation.observe.observer import Observer, SourceQueue
    from automation.scenario.model import Scenario
    from automation.scenario.send import Sent
    from automation.targets.base import Pace, Target


@dataclass(frozen=True, kw_only=True)
class Look:
    """What one look saw.

    Attributes:
        observation: What was seen.
        verdict: What it proves.
        final: Whether no later look can prove more.
    """

    observation: Observation
    verdict: Verdict
    final: bool


def looks_at_outcome(
    target: Target,
    observer: Observer,
    scenario: Scenario,
    sent: tuple[Sent, ...],
    *,
    within: float,
) -> Iterator[Look]:
    """Yield one look after the other, until one is final or the time has passed.

    Args:
        target: Where the stack is.
        observer: Of the stack.
        scenario: Whose outcome is looked for.
        sent: Its messages.
        within: Seconds until the last look.

    Raises:
        EmulatorError: The emulator ended.
        ObserveError: The source queue has no redrive policy.
        ClientError: botocore's; a service refused a request.
    """
    conclusive = Conclusive(target.pace.quiet)

    def look() -> tuple[Observation, Verdict]:
        target.check()
        seen = observer.observe(sent)
        return seen, judge(scenario, seen, exact_receives=target.exact_receives)

    for observation, verdict in looks(look, within=within, poll=target.pace.poll):
        final = conclusive(verdict)
        yield Look(observation=observation, verdict=verdict, final=final)
        if final:
            return


def time_to_prove(source: SourceQueue, pace: Pace) -> float:
    """Return in how many seconds a message that fails on every receive is dead-lettered."""
    return source.visibility_timeout * source.max_receive_count + pace.slack


def check_bodies(scenario: Scenario, target: Target) -> None:
    """Refuse messages that the target's queue would refuse, before anything is deployed.

    Raises:
        ScenarioError: A body is too large.
    """
    for number, message in enumerate(scenario.messages, start=1):
        if (size := size_of(message)) > target.max_body:
            raise ScenarioError(
                f"message {number} has {size:,} bytes; {target.description} takes at most "
                f"{target.max_body:,}",
                hint="send less in one message",
            )


class Conclusive:
    """Whether a verdict is final: it passed, or the queue has been empty for long enough.

    Args:
        quiet: Seconds of an empty source queue after which no message can come to light any more.
    """

    def __init__(self, quiet: float) -> None:
        self._quiet = quiet
        self._empty_since: float | None = None

    def __call__(self, verdict: Verdict) -> bool:
        """Take one more verdict into account."""
        now = time.monotonic()
        if not verdict.source.empty:
            self._empty_since = None
        elif self._empty_since is None:
            self._empty_since = now
        empty_for = 0.0 if self._empty_since is None else now - self._empty_since
        return verdict.passed or empty_for >= self._quiet
