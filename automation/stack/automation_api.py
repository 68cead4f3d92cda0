"""The Automation API as this project uses it, with every override of the SDK's private parts.

`Stack._run_pulumi_cmd_sync` and `StackInitMode` are private to the SDK. A test compares the source
of all that is overridden or relied on with recorded digests, so it fails when an upgrade of the SDK
changes any of it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from pulumi.automation import CommandResult, LocalWorkspace, Stack, UpdateSummary
from pulumi.automation._stack import StackInitMode

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi.automation import PulumiCommand

    from automation.stack.command import EngineCommand
    from automation.stack.events import Events


class Workspace(LocalWorkspace):
    """A workspace that never selects a stack: the user's selection stays as it is."""

    def __init__(self, folder: Path, command: EngineCommand) -> None:
        # The SDK reads `version` and calls `run`, which returns what it reads of a result.
        like_its_own = cast("PulumiCommand", command)
        super().__init__(work_dir=str(folder), pulumi_command=like_its_own)

    def create_stack(self, stack_name: str) -> None:
        """Create a stack without selecting it."""
        self._run_pulumi_cmd_sync(["stack", "init", stack_name, "--no-select"])

    def select_stack(self, stack_name: str) -> None:
        """Do nothing: every command names its stack."""


class OneCommandStack(Stack):
    """A stack that runs one command for each operation (docs/architecture.md, Start-up time).

    The SDK runs up to three more commands to read outputs and history, which the operation's events
    have reported already. And a stack is removed by the command that destroys it.

    Attributes:
        events: Collects the events of the next operation.
    """

    events: Events

    def __init__(self, name: str, workspace: Workspace) -> None:
        super().__init__(name, workspace, StackInitMode.SELECT)

    def outputs(self) -> dict[str, Any]:
        """Return the outputs from the events of the last operation."""
        return self.events.outputs

    def info(self, show_secrets: bool = True) -> UpdateSummary:  # noqa: FBT001, FBT002, ARG002 -- the SDK's signature
        """Return a summary that nobody reads: the SDK insists on one."""
        return UpdateSummary("update", datetime.now(UTC), "", {}, {}, "succeeded")

    def _run_pulumi_cmd_sync(
        self, args: list[str], on_output: Any = None, on_error: Any = None
    ) -> CommandResult:
        removing = ["--remove"] if args[0] == "destroy" else []
        return super()._run_pulumi_cmd_sync([*args, *removing], on_output, on_error)
