"""What a run has found out so far: whatever stops it, this much is reported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from automation.report.result import RunResult, versions

if TYPE_CHECKING:
    from automation.judge.verdict import Verdict
    from automation.observe.observation import Observation
    from automation.report.phases import Phases
    from automation.support.errors import AutomationError, Interrupted, ObserveError


@dataclass(kw_only=True)
class Journal:
    """One run, written down as it goes; only the run itself writes.

    Attributes:
        target: The target's name.
        stack: The stack's name.
        phases: The run's clock.
        description: What the target is, once it is open.
        engine: The engine's version, once it is found.
        log_group: Where the function logs, once it is deployed.
        observation: The last one.
        verdict: Of the last observation.
        leftovers: What still stands of the stack, once that has been looked for.
        unobserved: Why that could not be looked for.
        finish: The commands that destroy what was kept.
    """

    target: str
    stack: str
    phases: Phases
    description: str = ""
    engine: str | None = None
    log_group: str | None = None
    observation: Observation | None = None
    verdict: Verdict | None = None
    leftovers: tuple[str, ...] | None = None
    unobserved: ObserveError | None = None
    finish: tuple[str, ...] = ()

    def result(self, error: AutomationError | Interrupted | None) -> RunResult:
        """The result, now that the run is over; `error` is what stopped it, if anything did."""
        return RunResult(
            error=error,
            target=self.target,
            description=self.description,
            stack=self.stack,
            log_group=self.log_group,
            phases=self.phases.stop(),
            verdict=self.verdict,
            events=self.observation.events if self.observation else (),
            leftovers=self.leftovers,
            finish=self.finish,
            versions=versions(self.engine),
        )
