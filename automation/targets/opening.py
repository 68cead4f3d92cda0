"""Opens the target of a run."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from automation.emulator.environment import checked_url
from automation.support.errors import UsageError
from automation.support.invoked import INVOKED
from automation.targets import aws, local
from automation.targets.aws import aws_target
from automation.targets.local import local_target
from automation.targets.preflight import check_access

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from automation.engine import Engine
    from automation.targets.base import Target
    from automation.targets.preflight import Access

CONFIGURATIONS = {"local": local.CONFIGURATION, "aws": aws.CONFIGURATION}
"""The timings of ephemeral stacks on each target, by its name."""


def deploy_first(stack: str, target: str = "local") -> str:
    """Return the hint for a command that needs a stack that is not there yet on a target."""
    pulumi = "pulumi" if target == "aws" else f"{INVOKED} exec -- pulumi"
    return f"deploy the stack first: {pulumi} stack init {stack}, then: {pulumi} up"


@contextlib.contextmanager
def open_target(  # noqa: PLR0913 -- all but the name are passed by name
    name: str,
    *,
    emulator: str | None,
    find_engine: Callable[[], Engine],
    environment: Mapping[str, str],
    existing: bool = False,
    backend: object = None,
    accounts: Collection[str] = (),
    approve: Callable[[Access], None] = lambda _access: None,
    announce: Callable[[str], None] = lambda _line: None,
) -> Iterator[Target]:
    """Open a target for one `with` block.

    Args:
        name: One of `options.TARGETS`.
        emulator: URL of a running emulator, for the local target; None uses the lasting one, or
            starts one.
        find_engine: Finds or installs the engine.
        environment: The caller's environment.
        existing: Whether the command works on stacks that exist already, and creates none.
        backend: The backend that the program's Pulumi.yaml names, if any.
        accounts: The AWS accounts that are allowed; empty allows any.
        approve: Called with the AWS account before anything is started; raises to refuse it.
        announce: Called with a line for the user, such as on a download.

    Raises:
        UsageError: An option does not fit the target, or the emulator is not a loopback URL. Or AWS
            cannot be used: `AccessError`.
    """
    if name == "aws":
        if emulator is not None:
            raise UsageError("--emulator is for the local target only", hint="leave out --emulator")
        access = check_access(environment, backend=backend, accounts=accounts, existing=existing)
        approve(access)
        yield aws_target(find_engine(), environment, access, announce)
    else:
        if accounts:
            raise UsageError("--account is for the aws target only", hint="leave out --account")
        url = None if emulator is None else checked_url(emulator)
        with local_target(find_engine, environment, url) as target:
            yield target
