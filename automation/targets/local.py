"""The local target: the lasting emulator if one is running, else one for this run alone."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from automation.emulator import lasting
from automation.emulator.environment import (
    built_environment,
    emulator_credentials,
    local_environment,
)
from automation.emulator.instance import Instance, Supervisor
from automation.emulator.plugin import prepare
from automation.support.errors import DestroyFailedError, EmulatorError
from automation.targets.base import Pace, Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from automation.engine import Engine

CONFIGURATION = {
    # Seconds: the poison hand takes 3 x 2 s. A worker of the emulator starts in 0.1 s (measured).
    "functionTimeout": 1,
    "visibilityTimeout": 2,
}
PACE = Pace(
    poll=0.1,
    quiet=3.0,  # longer than the visibility timeout: nothing in flight can come back
    deletion_lag=5.0,
    skew=0.0,  # one machine, one clock
    slack=30.0,
)
COMMAND_PREFIX = "python -m automation exec -- "
STOP_COMMAND = "python -m automation local stop"


@dataclass(frozen=True, kw_only=True)
class LocalTarget(Target):
    """An emulator on this machine.

    Attributes:
        supervisor: The supervisor that this run started; None for the lasting instance.
    """

    supervisor: Supervisor | None

    def wait_ready(self) -> None:
        """Wait until the emulator responds."""
        if self.supervisor is not None:
            self.supervisor.wait_ready()

    def watch_session(self, session: int) -> None:
        """Have the supervisor end an engine's session with the emulator."""
        if self.supervisor is not None:
            self.supervisor.watch_session(session)

    def keep(self) -> None:
        """Make the run's emulator the lasting one."""
        if self.supervisor is not None:
            lasting.keep(self.supervisor)


@contextlib.contextmanager
def local_target(
    find_engine: Callable[[], Engine], environment: Mapping[str, str], url: str | None
) -> Iterator[LocalTarget]:
    """Open a local target for one `with` block.

    Args:
        find_engine: Called while the emulator starts.
        environment: The caller's environment.
        url: A running emulator, as `checked_url` returns it; None starts one.

    Raises:
        EmulatorError: The emulator ended unexpectedly; the error that followed is its cause.
    """
    lasting_one = lasting.find()
    if lasting_one is not None and url in {None, lasting_one.url}:
        try:
            yield _target(lasting_one, None, find_engine(), environment)
        except Exception as error:
            if lasting.find() != lasting_one:
                raise EmulatorError(
                    f"the lasting emulator at {lasting_one.url} ended during the run",
                    hint="run the command again",
                ) from error
            raise
        return
    supervisor = Supervisor(url)
    try:
        engine = find_engine()
        if url is not None:
            supervisor.wait_ready()  # it is running already, or never will
        yield _target(supervisor.instance, supervisor, engine, environment)
    except EmulatorError:
        raise
    except Exception as error:
        supervisor.check()  # an emulator that ended explains every other error
        if isinstance(error, DestroyFailedError):
            _keep_state(supervisor, error)
        raise
    finally:
        if not supervisor.kept:
            supervisor.close()


def _keep_state(supervisor: Supervisor, error: DestroyFailedError) -> None:
    """Keep the state of a stack that could not be destroyed on the user's own emulator."""
    if not supervisor.instance.external:
        raise DestroyFailedError(
            str(error),
            hint="nothing is left to finish: the stack went with the run's emulator",
        ) from error
    lasting.keep(supervisor)


def _target(
    instance: Instance,
    supervisor: Supervisor | None,
    engine: Engine,
    environment: Mapping[str, str],
) -> LocalTarget:
    prepare(instance)
    credentials = emulator_credentials(environment, external=instance.external)
    kind = "the emulator" if instance.external else f"MiniStack {version('ministack')}"
    built = built_environment(environment)
    return LocalTarget(
        name="local",
        description=f"{kind} at {instance.url}",
        engine=engine,
        region=credentials["AWS_REGION"],
        environment=local_environment(instance, engine, built, credentials),
        folder=instance.folder / "runs",
        configuration={**CONFIGURATION, "aws:region": credentials["AWS_REGION"]},
        pace=PACE,
        exact_receives=True,
        command_prefix=COMMAND_PREFIX,
        stop_commands=(STOP_COMMAND,),
        supervisor=supervisor,
    )
