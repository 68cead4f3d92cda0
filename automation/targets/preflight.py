"""What must hold before anything is started for AWS: who calls, which account, where state goes.

It takes one call to AWS, and no engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from automation.emulator.provider.loopback import on_loopback
from automation.support.clients import ENDPOINT
from automation.support.errors import AccessError
from automation.targets.backend import (
    OWN,
    check_backend,
    choose_backend,
    stored_login,
)
from automation.targets.caller import find_caller

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from automation.targets.backend import Backend
    from automation.targets.caller import Caller


@dataclass(frozen=True, kw_only=True)
class Access:
    """The AWS account that a command works on, and the backend of its stacks.

    Attributes:
        caller: Whose credentials they are.
        backend: Where the state is kept.
    """

    caller: Caller
    backend: Backend

    @property
    def place(self) -> str:
        """The account, and the endpoint if it is not AWS's own."""
        elsewhere = "".join(f", {url} ({name})" for name, url in self.caller.endpoints.items())
        return f"AWS account {self.caller.account}{elsewhere}"

    @property
    def own_backend(self) -> bool:
        """Whether the state of each run is in its own folder."""
        return self.backend == OWN


def check_access(
    environment: Mapping[str, str],
    *,
    backend: object,
    accounts: Collection[str],
    existing: bool,
) -> Access:
    """Find and check the account and the backend; nothing is started or changed.

    Args:
        environment: The user's.
        backend: The backend that the program's Pulumi.yaml names, if any.
        accounts: The accounts that are allowed; empty allows any.
        existing: Whether the command works on stacks that exist already, and creates none.

    Raises:
        AccessError: The credentials, the account, the endpoint or the backend cannot be used.
    """
    login = stored_login(environment)
    chosen = choose_backend(environment, backend, login)
    check_backend(chosen, environment, login, existing=existing)
    caller = find_caller(environment)
    check_caller(caller, accounts)
    return Access(caller=caller, backend=chosen)


def check_caller(caller: Caller, accounts: Collection[str]) -> None:
    """Refuse an account that is not allowed, and endpoints that send calls to two places.

    Raises:
        AccessError: One of them.
    """
    local = [name for name, url in caller.endpoints.items() if on_loopback(url)]
    if local and not ({ENDPOINT, "endpoint_url"} & caller.endpoints.keys()):
        raise AccessError(
            f"{', '.join(local)} sends calls to this machine, and all the others go to AWS",
            hint=f"unset it, or set {ENDPOINT} to an emulator of all services",
        )
    if accounts and caller.account not in accounts:
        raise AccessError(
            f"the credentials are of account {caller.account} ({caller.arn}), and --account allows "
            f"{', '.join(accounts)}",
            hint="choose credentials of that account, such as with AWS_PROFILE",
        )
