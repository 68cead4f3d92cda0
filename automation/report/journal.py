"""What a run has found out so far. Whatever stops the run, this is reported."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from automation.report.result import RunResult, versions

if TYPE_CHECKING:
    from automation.judge.verdict import Verdict
    from automation.observe.observation import Observation
    from automation.observe.settings import Settings
    from automation.report.phases import Phases
    from automation.support.errors import AutomationError, Interrupted


@dataclass(kw_only=True)
class Journal:
    """Notes of one run; only `automation.run` writes them.

    Attributes:
        target: The target's name.
        project: The name of the program's project; until it is read, that of its folder.
        stack: The stack's name.
        phases: The run's clock.
        started_at: When the run began, in UTC.
        scenario: The scenario's name; set when it is read.
        description: The target, described for a person; set when it is open.
        engine: The engine's version; set when it is found.
        log_group: Name of the function's log group; set after the deployment.
        settings: The stack's settings; set after the deployment.
        observation: The last observation.
        verdict: The verdict on it.
        concluded: Whether the verdict is final: the run was not stopped while it waited for it.
        notes: What else is worth knowing, one sentence each.
        leftovers: What still exists of the stack; set after the destroy.
        swept: What the engine had not recorded, and the run deleted itself.
        unobserved: The error that prevented the look for leftovers.
        finish: The commands that destroy a kept stack.
    """

    target: str
    project: str
    stack: str
    phases: Phases
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    scenario: str = ""
    description: str = ""
    engine: str | None = None
    log_group: str | None = None
    settings: Settings | None = None
    observation: Observation | None = None
    verdict: Verdict | None = None
    concluded: bool = False
    notes: list[str] = field(default_factory=list)
    leftovers: tuple[str, ...] | None = None
    swept: set[str] = field(default_factory=set)
    unobserved: AutomationError | None = None
    finish: tuple[str, ...] = ()

    def result(self, error: AutomationError | Interrupted | None) -> RunResult:
        """Stop the clock and return the result; `error` is what stopped the run, if anything."""
        return RunResult(
            error=error,
            target=self.target,
            description=self.description,
            project=self.project,
            stack=self.stack,
            scenario=self.scenario,
            log_group=self.log_group,
            settings=self.settings,
            started_at=self.started_at,
            phases=self.phases.stop(),
            verdict=self.verdict,
            concluded=self.concluded,
            events=self.observation.events if self.observation else (),
            notes=tuple(self.notes),
            leftovers=self.leftovers,
            swept=tuple(sorted(self.swept)),
            finish=self.finish,
            versions=versions(self.engine),
        )
