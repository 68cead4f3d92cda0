"""The result of a run."""

from __future__ import annotations

import platform
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Literal

from automation.judge.checks import check_leftovers
from automation.support.errors import Interrupted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from automation.judge.checks import Check
    from automation.judge.verdict import Verdict
    from automation.observe.observation import LogEvent
    from automation.observe.settings import Settings
    from automation.support.errors import AutomationError

Outcome = Literal["passed", "failed", "error", "interrupted"]
Status = Literal["passed", "failed", "not proved"]

PACKAGES = ("pulumi", "pulumi-aws", "boto3", "ministack")


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """The result of a run.

    Attributes:
        error: What stopped the run; None when it went to its end.
        project: The Pulumi project's name.
        target: The target's name.
        description: The target, described for a person; empty when it was not opened.
        stack: The stack's name.
        scenario: The scenario's name; empty when it was not read.
        log_group: Name of the function's log group; None when the deployment did not finish.
        settings: The stack's settings; None when the deployment did not finish.
        started_at: When the run began, in UTC.
        phases: Seconds by phase, in order, with "total" last.
        verdict: What became of the messages; None when none was sent.
        concluded: Whether the verdict is final. Until then, a check may still pass.
        events: The function's log, all streams merged.
        notes: What else is worth knowing, one sentence each.
        leftovers: What still exists of the stack; None when nobody looked.
        swept: What the engine had not recorded, and the run deleted itself.
        finish: The commands that destroy a kept stack, in order.
        versions: Version by package.
    """

    error: AutomationError | Interrupted | None
    project: str
    target: str
    description: str
    stack: str
    scenario: str
    log_group: str | None
    settings: Settings | None
    started_at: datetime
    phases: Mapping[str, float]
    verdict: Verdict | None
    concluded: bool
    events: tuple[LogEvent, ...]
    notes: tuple[str, ...]
    leftovers: tuple[str, ...] | None
    swept: tuple[str, ...]
    finish: tuple[str, ...]
    versions: Mapping[str, str]

    @property
    def checks(self) -> tuple[Check, ...]:
        """The checks of the verdict, and the one for leftovers."""
        of_verdict = self.verdict.checks if self.verdict else ()
        return (
            of_verdict if self.leftovers is None else (*of_verdict, check_leftovers(self.leftovers))
        )

    def status(self, check: Check) -> Status:
        """Whether a check passed or failed, or the run was stopped before it could tell."""
        if check.passed:
            return "passed"
        of_verdict = self.verdict.checks if self.verdict else ()
        return "not proved" if check in of_verdict and not self.concluded else "failed"

    @property
    def summary(self) -> str:
        """The result in a few words: why it is what it is."""
        messages = self.verdict.messages if self.verdict else ()
        if self.outcome == "passed":
            fates = Counter(message.fate for message in messages)
            told = [f"{count} {fate}" for fate, count in fates.items()]
            stack = "the stack stands" if self.leftovers is None else "everything deleted"
            return ", ".join([*told, stack])
        if self.outcome == "failed" and self.verdict and self.verdict.causes:
            return str(self.verdict.causes[0])
        if self.outcome == "failed":
            failed = [check.name for check in self.checks if not check.passed]
            names = f" ({', '.join(failed)})" if failed else ""
            return f"{len(failed)} of {len(self.checks)} checks failed{names}"
        return "not proved"

    @property
    def outcome(self) -> Outcome:
        """How the run ended; passed or failed only when nothing stopped it."""
        if isinstance(self.error, Interrupted):
            return "interrupted"
        if self.error is not None:
            return "error"
        proved = self.verdict is not None and all(check.passed for check in self.checks)
        return "passed" if proved else "failed"

    @property
    def exit_code(self) -> int:
        """0 when proved, 1 when a check failed, else the error's own."""
        if self.error is not None:
            return self.error.exit_code
        return 0 if self.outcome == "passed" else 1


def versions(engine: str | None) -> dict[str, str]:
    """Return the versions of everything that took part in a run."""
    return {
        **({} if engine is None else {"engine": engine}),
        **{package: version(package) for package in PACKAGES},
        "python": platform.python_version(),
    }
