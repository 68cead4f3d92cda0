"""The environment in which a user's command uses the lasting emulator."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from automation.emulator import lasting
from automation.emulator.environment import (
    emulator_credentials,
    local_environment,
    users_environment,
)
from automation.emulator.plugin import prepare
from automation.engine import find_engine
from automation.engine.model import PROGRAMS, with_components
from automation.support.errors import UsageError
from automation.support.invoked import INVOKED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def environment_of_lasting(
    program: str, environment: Mapping[str, str], say: Callable[[str], None]
) -> dict[str, str]:
    """Return a user's environment, set up for the lasting emulator; start one if none is running.

    Args:
        program: The program that will run in it.
        environment: The user's environment.
        say: Called with a line for the user.

    Raises:
        UsageError: The program does not exist; nothing was started.
    """
    if program not in PROGRAMS and shutil.which(program, path=environment.get("PATH", "")) is None:
        raise UsageError(
            f"{program} cannot be run: no such program",
            hint="name a command that is on PATH, after --",
        )
    engine = find_engine(environment=environment, announce=say)
    instance, started = lasting.start()
    if started:
        say(f"started an emulator at {instance.url}; stop it with: {INVOKED} local stop")
    prepare(instance)
    credentials = emulator_credentials(environment, external=instance.external)
    users = with_components(users_environment(environment))
    return local_environment(instance, engine, users, credentials)
