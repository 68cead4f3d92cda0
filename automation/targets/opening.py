"""Opening the target that a command was asked for."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from automation.errors import UsageError
from automation.targets.aws import aws_target
from automation.targets.local import lasting
from automation.targets.local.environment import checked_url
from automation.targets.local.target import local_target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from automation.engine import Engine
    from automation.targets import Target

NAMES = ("local", "aws")


@contextlib.contextmanager
def open_target(
    name: str,
    emulator: str | None,
    stack: str | None,
    find_engine: Callable[[], Engine],
    environment: Mapping[str, str],
) -> Iterator[Target]:
    """A target for the length of a block.

    Args:
        name: One of `NAMES`.
        emulator: URL of an emulator that runs already; for the local target only.
        stack: A stack that must be there already, which on the local target only a lasting
            emulator can hold.
        find_engine: Finds the engine, or installs it.
        environment: The caller's.

    Raises:
        UsageError: The emulator does not fit the target, or is not on this machine; or none is up
            that could hold the stack.
    """
    if name == "aws":
        if emulator is not None:
            raise UsageError("--emulator goes with the local target", hint="leave one of them out")
        yield aws_target(find_engine(), environment)
    else:
        url = None if emulator is None else checked_url(emulator)
        if stack is not None and lasting.find() is None:
            raise UsageError(
                f"no emulator is up that could hold the stack {stack}",
                hint="make the stack: python -m automation exec -- pulumi up",
            )
        with local_target(find_engine, environment, url) as target:
            yield target
