"""The Automation API as this project uses it: every override of the SDK's own ways is here.

Two of what is overridden or imported is private to the SDK: `Stack._run_pulumi_cmd_sync` and
`StackInitMode`. A test compares the SDK's source of all of it with a recorded digest, so that an
upgrade which changes it is looked at.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pulumi.automation import CommandResult, LocalWorkspace, Stack, UpdateSummary
from pulumi.automation._stack import StackInitMode

if TYPE_CHECKING:
    from pathlib import Path

    from pulumi.automation import PulumiCommand

    from automation.stack.events import Events


class Workspace(LocalWorkspace):
    """A workspace that selects nothing: the user's own selected stack stays what it was."""

    def __init__(self, folder: Path, command: PulumiCommand) -> None:
        super().__init__(work_dir=str(folder), pulumi_command=command)

    def create_stack(self, stack_name: str) -> None:
        """Create a stack without selecting it."""
        self._run_pulumi_cmd_sync(["stack", "init", stack_name, "--no-select"])

    def select_stack(self, stack_name: str) -> None:
        """Do nothing: every command names its stack."""


class OneCommandStack(Stack):
    """A stack whose operations are one command each.

    The SDK asks for outputs and history after each operation, in up to three commands of a quarter
    of a second (measured, 2 cores); the operation's events have told both already. And a stack is
    removed by the command that destroys it, which saves one of half a second.

    Attributes:
        events: What the engine says while the next operation runs.
    """

    events: Events

    def __init__(self, name: str, workspace: Workspace) -> None:
        super().__init__(name, workspace, StackInitMode.SELECT)

    def outputs(self) -> dict[str, Any]:
        """The outputs, as the last operation's events told them."""
        return self.events.outputs

    def info(self, show_secrets: bool = True) -> UpdateSummary:  # noqa: FBT001, FBT002, ARG002 -- the SDK's signature
        """A summary that nobody reads: the SDK refuses to go without one."""
        return UpdateSummary("update", datetime.now(UTC), "", {}, {}, "succeeded")

    def _run_pulumi_cmd_sync(
        self, args: list[str], on_output: Any = None, on_error: Any = None
    ) -> CommandResult:
        removing = ["--remove"] if args[0] == "destroy" else []
        return super()._run_pulumi_cmd_sync([*args, *removing], on_output, on_error)
