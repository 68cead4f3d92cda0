"""The error for invalid arguments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pulumi

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class ArgumentsError(pulumi.RunError, ValueError):
    """The name or the arguments of a `QueueConsumer` are invalid.

    It is raised before anything is registered, unless the value at fault comes from another
    resource: then it ends the program as soon as that value is known. Pulumi prints it without a
    traceback.

    Attributes:
        problems: One sentence for each problem: the argument, what it must be, and what it is.
    """

    def __init__(self, name: str, problems: Sequence[str]) -> None:
        super().__init__(
            f"the QueueConsumer {name!r} has invalid arguments:"
            + "".join(f"\n  - {problem}" for problem in problems)
        )
        self.problems = tuple(problems)

    def in_terms_of(self, names: Mapping[str, str]) -> str:
        """Return the message with other names of the arguments, such as configuration keys.

        Args:
            names: The name to use by argument: `{"mapping.batch_size": "batchSize"}`.
        """
        return re.sub(r"\w+\.\w+", lambda found: names.get(found[0], found[0]), str(self))
