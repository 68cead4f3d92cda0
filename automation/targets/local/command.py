"""Any command of a user's, against the lasting instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.engine import find_engine
from automation.targets.local import lasting
from automation.targets.local.environment import (
    emulator_credentials,
    local_environment,
    users_environment,
)
from automation.targets.local.target import prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def environment_of_lasting(
    environment: Mapping[str, str], say: Callable[[str], None]
) -> dict[str, str]:
    """A user's environment, with the lasting instance wired in; it is started if none is up.

    Args:
        environment: The user's.
        say: Told what was started.
    """
    engine = find_engine(environment=environment, announce=say)
    instance, started = lasting.start()
    if started:
        say(f"started an emulator at {instance.url}; to stop it: python -m automation local stop")
    prepare(instance)
    credentials = emulator_credentials(environment, external=instance.external)
    return local_environment(instance, engine, users_environment(environment), credentials)
