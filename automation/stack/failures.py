"""What a failed command of the engine means, as one of our errors."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

from automation.support.errors import (
    CommandFailedError,
    EngineFailedError,
    StackExistsError,
    StackLockedError,
    StackMissingError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

KNOWN = (
    (
        re.compile(r"no stack named.*found"),
        StackMissingError,
        "the stack does not exist",
        "`pulumi stack ls --all` lists the stacks",
    ),
    (re.compile(r"stack.*already exists"), StackExistsError, "the name is taken", ""),
    (
        re.compile(
            r"the stack is currently locked by"
            r"|\[409\] Conflict: Another update is currently in progress\."  # Pulumi Cloud
        ),
        StackLockedError,
        "another operation holds its lock",
        "",
    ),
)
"""What the engine writes to stderr, as pulumi/automation/errors.py knows it; then our error for it,
its words and its hint.
"""


@contextlib.contextmanager
def engine_errors(what: str, problems: list[str]) -> Iterator[None]:
    """Say what could not be done because a command of the engine failed, and why.

    Args:
        what: What could not be done: the start of the message.
        problems: The engine's error diagnostics; without any, the message quotes its output.
    """
    try:
        yield
    except CommandFailedError as error:
        for pattern, kind, words, hint in KNOWN:
            if pattern.search(str(error)):
                raise kind(f"{what}: {words}", hint=hint) from error
        reason = "\n".join(problems) or str(error).strip()
        raise EngineFailedError(f"{what}:\n{reason}") from error
