"""What a run is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


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
        timeout: Seconds until proving is given up; None: what the queue's own timing needs.
        configuration: Of the ephemeral stack, by key, over the target's own.
    """

    target: str
    scenario: Path
    stack: str | None = None
    emulator: str | None = None
    keep: bool = False
    timeout: float | None = None
    configuration: Mapping[str, Any] = field(default_factory=dict)
