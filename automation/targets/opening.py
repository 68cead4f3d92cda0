"""Opening the target that a command was asked for."""

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
    from automation.options import RunOptions
    from automation.targets.base import Target

NAMES = ("local", "aws")


@contextlib.contextmanager
def open_target(
    options: RunOptions, find_engine: Callable[[], Engine], environment: Mapping[str, str]
) -> Iterator[Target]:
    """A target for the length of a block.

    Args:
        options: What the run was asked for.
        find_engine: Finds the engine, or installs it.
        environment: The caller's.

    Raises:
        UsageError: The emulator does not fit the target, or is not on this machine; none is up
            that could hold an existing stack, or another one is up already than is to be kept.
    """
    if options.target == "aws":
        if options.emulator is not None:
            raise UsageError("--emulator goes with the local target", hint="leave one of them out")
        yield aws_target(find_engine(), environment)
    else:
        url = None if options.emulator is None else checked_url(options.emulator)
        lasting_one = lasting.find()
        if options.stack is not None and lasting_one is None:
            raise UsageError(
                f"no emulator is up that could hold the stack {options.stack}",
                hint="make the stack: python -m automation exec -- pulumi up",
            )
        if options.keep and lasting_one is not None and url not in {None, lasting_one.url}:
            raise UsageError(
                f"the lasting emulator is another one, at {lasting_one.url}",
                hint="leave out --emulator, or first: python -m automation local stop",
            )
        with local_target(find_engine, environment, url) as target:
            yield target
