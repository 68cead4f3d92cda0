"""What a run comes to."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Literal

from automation.judge.checks import check_leftovers
from automation.support.errors import Interrupted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from automation.judge.checks import Check
    from automation.judge.verdict import Verdict
    from automation.observe.observation import LogEvent
    from automation.support.errors import AutomationError

Outcome = Literal["passed", "failed", "error", "interrupted"]

PACKAGES = ("pulumi", "pulumi-aws", "boto3", "ministack")


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """What a run came to.

    Attributes:
        error: What stopped it, if anything did.
        target: The target's name.
        description: What the target is, for a person; empty when it was not opened.
        stack: The stack's name.
        log_group: Where the function logs; None before the deployment ended.
        phases: Seconds by phase, in the order in which they came, with "total".
        verdict: What became of the messages; None before they were sent.
        events: The function's log, all streams merged.
        leftovers: What still stands of the stack; None when it was not looked for.
        finish: The commands that destroy what was kept, in order; empty when nothing was.
        versions: By name.
    """

    error: AutomationError | Interrupted | None
    target: str
    description: str
    stack: str
    log_group: str | None
    phases: Mapping[str, float]
    verdict: Verdict | None
    events: tuple[LogEvent, ...]
    leftovers: tuple[str, ...] | None
    finish: tuple[str, ...]
    versions: Mapping[str, str]

    @property
    def checks(self) -> tuple[Check, ...]:
        """The verdict's, and the one for what is left."""
        of_verdict = self.verdict.checks if self.verdict else ()
        return (
            of_verdict if self.leftovers is None else (*of_verdict, check_leftovers(self.leftovers))
        )

    @property
    def outcome(self) -> Outcome:
        """Passed or failed, when nothing stopped it."""
        if isinstance(self.error, Interrupted):
            return "interrupted"
        if self.error is not None:
            return "error"
        proved = self.verdict is not None and all(check.passed for check in self.checks)
        return "passed" if proved else "failed"

    @property
    def exit_code(self) -> int:
        """0: proved; 1: a check failed; else the error's own."""
        if self.error is not None:
            return self.error.exit_code
        return 0 if self.outcome == "passed" else 1


def versions(engine: str | None) -> dict[str, str]:
    """The versions of what a run was made with."""
    return {
        **({} if engine is None else {"engine": engine}),
        **{package: version(package) for package in PACKAGES},
        "python": platform.python_version(),
    }
