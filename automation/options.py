"""The options of the commands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


TARGETS = ("local", "aws")
"""Where stacks can be deployed, by name."""


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """The options of a run.

    Attributes:
        target: "local" or "aws".
        program: Folder of the Pulumi program.
        scenario: Path of the scenario file; None is the program's own.
        stack: Name of an existing stack to prove; None deploys an ephemeral one.
        emulator: URL of a running emulator, for the local target.
        keep: Whether the ephemeral stack and its emulator outlive the run.
        outcome_timeout: Seconds to wait for the outcome; None derives them from the queue's timing.
        configuration: Configuration of the ephemeral stack by key; overrides the target's.
        accounts: The AWS accounts that are allowed, for the aws target; empty allows any.
        yes: Whether to deploy to AWS without asking.
    """

    target: str
    program: Path
    scenario: Path | None = None
    stack: str | None = None
    emulator: str | None = None
    keep: bool = False
    outcome_timeout: float | None = None
    configuration: Mapping[str, Any] = field(default_factory=dict)
    accounts: tuple[str, ...] = ()
    yes: bool = False


@dataclass(frozen=True, kw_only=True)
class ReapOptions:
    """The options of `reap`.

    Attributes:
        target: "local" or "aws".
        program: Folder of the Pulumi program; the tags of its project count.
        emulator: URL of a running emulator, for the local target; None looks at all known ones.
        stack: Name of the one stack to look at, expired or not; None looks at all.
        everything: Whether stacks that have not expired are removed, too.
        accounts: The AWS accounts that are allowed, for the aws target; empty allows any.
    """

    target: str
    program: Path
    emulator: str | None = None
    stack: str | None = None
    everything: bool = False
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class StackOptions:
    """The options of the commands on an existing stack.

    Attributes:
        target: "local" or "aws".
        program: Folder of the Pulumi program whose stack it is.
        stack: Name of the stack; None is the only one that there is.
        emulator: URL of a running emulator, for the local target; None uses the lasting one.
    """

    target: str
    program: Path
    stack: str | None = None
    emulator: str | None = None
