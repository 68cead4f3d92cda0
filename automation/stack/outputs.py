"""The outputs of a stack: all that the automation knows about the program.

docs/programs.md lists them for people who write programs.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from automation.support.errors import OutputsError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Outputs:
    """The outputs that a program must export, under these names."""

    queue_url: str
    queue_arn: str
    dead_letter_queue_url: str
    dead_letter_queue_arn: str
    function_name: str
    function_arn: str
    role_arn: str
    log_group_name: str
    mapping_uuid: str

    @property
    def region(self) -> str:
        """The region of the stack."""
        return self.queue_arn.split(":")[3]

    @property
    def account(self) -> str:
        """The AWS account of the stack."""
        return self.queue_arn.split(":")[4]


def read_outputs(stack: str, exported: Mapping[str, Any]) -> Outputs:
    """Read the outputs of a stack.

    Raises:
        OutputsError: One is missing or not a string: the program does not export it, or its
            deployment did not finish.
    """
    wanted = [field.name for field in fields(Outputs)]
    missing = [name for name in wanted if not isinstance(exported.get(name), str)]
    if missing:
        raise OutputsError(
            f"stack {stack} does not export {', '.join(missing)}",
            hint="let its program export each of them as text (QueueConsumer.outputs has all), and "
            "run this again; a stack of your own needs `pulumi up` first",
        )
    return Outputs(**{name: exported[name] for name in wanted})
