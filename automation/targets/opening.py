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
    from automation.options import RunOptions
    from automation.targets.base import Target

NAMES = ("local", "aws")


@contextlib.contextmanager
def open_target(
    options: RunOptions, find_engine: Callable[[], Engine], environment: Mapping[str, str]
) -> Iterator[Target]:
    """Open a target for one `with` block.

    Args:
        options: The options of the run.
        find_engine: Finds or installs the engine.
        environment: The caller's environment.

    Raises:
        UsageError: --emulator does not fit the target or the lasting emulator, or is not a loopback
            URL; or no emulator is running that could have the stack to prove.
    """
    if options.target == "aws":
        if options.emulator is not None:
            raise UsageError(
                "--emulator is for the local target only", hint="leave out --emulator or --target"
            )
        yield aws_target(find_engine(), environment)
    else:
        url = None if options.emulator is None else checked_url(options.emulator)
        lasting_one = lasting.find()
        if options.stack is not None and lasting_one is None:
            raise UsageError(
                f"no emulator is running, so there is no stack {options.stack}",
                hint="deploy the stack first: python -m automation exec -- pulumi up",
            )
        if options.keep and lasting_one is not None and url not in {None, lasting_one.url}:
            raise UsageError(
                f"another lasting emulator is running, at {lasting_one.url}",
                hint="leave out --emulator, or stop it: python -m automation local stop",
            )
        with local_target(find_engine, environment, url) as target:
            yield target
