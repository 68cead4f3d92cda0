"""A stack's outputs: the only thing that the automation knows of the program."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from automation.support.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Outputs:
    """What a stack of the program exports, by the same names."""

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
        """The region in which the stack stands."""
        return self.queue_arn.split(":")[3]


def read_outputs(stack: str, exported: Mapping[str, Any]) -> Outputs:
    """The outputs of a stack.

    Raises:
        UsageError: One is missing, or is no string: the stack is not of this program, or its
            deployment did not end.
    """
    wanted = [field.name for field in fields(Outputs)]
    missing = [name for name in wanted if not isinstance(exported.get(name), str)]
    if missing:
        raise UsageError(
            f"stack {stack} does not export {', '.join(missing)}",
            hint="deploy it with this project's program, and to its end: pulumi up",
        )
    return Outputs(**{name: exported[name] for name in wanted})
