"""The errors, and the names by which a program's user knows the arguments."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

import pulumi

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


OWN_NAMES: Mapping[str, str] = MappingProxyType({})
"""Leaves the arguments their own names; see `in_terms_of`."""


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


class PackagingError(Exception):
    """The packages of a requirements.txt cannot be installed for Lambda's platform."""


def in_terms_of(names: Mapping[str, str], text: str) -> str:
    """Return a text with other names of the arguments, such as configuration keys.

    Args:
        names: The name to use by argument: `{"mapping.batch_size": "batchSize"}`.
        text: Names arguments by their group: mapping.batch_size.
    """
    return re.sub(r"\w+\.\w+", lambda found: names.get(found[0], found[0]), text)
