"""What a run is asked for, whom it tells how it goes, and what it comes to."""

from __future__ import annotations

import platform
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Literal

from automation.checks import check_leftovers
from automation.errors import Interrupted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from automation.checks import Check
    from automation.errors import AutomationError
    from automation.observation import LogEvent
    from automation.progress import Progress
    from automation.verdict import Verdict

Outcome = Literal["passed", "failed", "error", "interrupted"]

PACKAGES = ("pulumi", "pulumi-aws", "boto3", "ministack")


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """What a run is asked for.

    Attributes:
        target: "local" or "aws".
        scenario: The scenario's file.
        stack: An existing stack to prove, which is neither made nor destroyed; None for an
            ephemeral one.
        emulator: URL of an emulator that runs already, for the local target.
        keep: Whether the ephemeral stack, and its emulator, outlive the run.
        within: Seconds until proving is given up; None: what the queue's own timing needs.
        configuration: Of the ephemeral stack, by key, over the target's own.
    """

    target: str
    scenario: Path
    stack: str | None = None
    emulator: str | None = None
    keep: bool = False
    within: float | None = None
    configuration: Mapping[str, Any] = field(default_factory=dict)


class Narrator:
    """Whom a run tells how it goes; this one keeps it to itself."""

    def say(self, line: str) -> None:
        """A line that must be seen, such as what an installation is doing."""

    def phase(self, name: str) -> None:
        """A phase begins."""

    def resource(self, progress: Progress) -> None:
        """The engine begins or ends to work on a resource; called from another thread."""

    def waiting(self, progress: str) -> None:
        """How far the proof has come."""


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
