"""Opens the target of a run."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from automation.emulator import lasting
from automation.emulator.environment import checked_url
from automation.support.errors import UsageError
from automation.targets.aws import aws_target
from automation.targets.local import local_target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from automation.engine import Engine
    from automation.targets.base import Target

NAMES = ("local", "aws")


@contextlib.contextmanager
def open_target(
    name: str,
    *,
    emulator: str | None,
    find_engine: Callable[[], Engine],
    environment: Mapping[str, str],
    stack: str | None = None,
) -> Iterator[Target]:
    """Open a target for one `with` block.

    Args:
        name: One of `NAMES`.
        emulator: URL of a running emulator, for the local target; None uses the lasting one, or
            starts one.
        find_engine: Finds or installs the engine.
        environment: The caller's environment.
        stack: Name of a stack that must exist already.

    Raises:
        UsageError: The emulator does not fit the target or is not a loopback URL, or no emulator
            is running that could have the stack.
    """
    if name == "aws":
        if emulator is not None:
            raise UsageError("--emulator is for the local target only", hint="leave out --emulator")
        yield aws_target(find_engine(), environment)
    else:
        url = None if emulator is None else checked_url(emulator)
        if stack is not None and lasting.find() is None:
            raise UsageError(
                f"no emulator is running, so there is no stack {stack}",
                hint="deploy the stack first: python -m automation exec -- pulumi up",
            )
        with local_target(find_engine, environment, url) as target:
            yield target
