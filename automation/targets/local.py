"""The local target: the lasting emulator if one is running, else one for this run alone."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from automation.emulator import lasting
from automation.emulator.environment import (
    account_of,
    built_environment,
    emulator_credentials,
    local_environment,
)
from automation.emulator.functions import environment_of
from automation.emulator.instance import Instance, Supervisor
from automation.emulator.plugin import prepare
from automation.support.errors import DestroyFailedError, EmulatorError, SupervisorEndedError
from automation.support.invoked import INVOKED
from automation.support.paths import runs_folder
from automation.targets.base import Pace, Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from automation.engine import Engine

CONFIGURATION = {
    # Seconds: the poison hand takes 3 x 2 s. A worker of the emulator starts in 0.1 s (measured).
    "functionTimeout": 1,
    "visibilityTimeout": 2,
}
PACE = Pace(
    poll=0.2,  # a look takes 0.04 s of processor time (measured)
    quiet=3.0,  # longer than the visibility timeout: nothing in flight can come back
    deletion_lag=5.0,
    skew=0.0,  # one machine, one clock
    slack=30.0,
)
MAX_BODY = 262_144  # bytes: MiniStack 1.5.33 still has the limit that SQS had until August 2025
TAGGED_KINDS = frozenset({"queue", "function"})  # measured, MiniStack 1.5.33
STOP_COMMAND = f"{INVOKED} local stop"


@dataclass(frozen=True, kw_only=True)
class LocalTarget(Target):
    """An emulator on this machine.

    Attributes:
        supervisor: The supervisor that this run started; None for the lasting instance.
        functions: Folder of the environments of functions; None for the user's own emulator.
    """

    supervisor: Supervisor | None
    functions: Path | None

    def environment_of(self, folder: Path) -> Mapping[str, str]:
        """Return the engine's environment; the user's own emulator has a state for each run.

        That emulator outlives this process, so the state must do so too.
        """
        if self.supervisor is None or not self.supervisor.instance.external:
            return self.environment
        return {**self.environment, "PULUMI_BACKEND_URL": (folder / "backend").as_uri()}

    def note_on(self, runtime: str) -> str | None:
        """Say which release of Python runs a function, if this machine lacks the right one."""
        if self.functions is None or not runtime.startswith("python"):
            return None
        release = environment_of(self.functions, runtime).name
        if release == runtime:
            return None
        return f"{runtime} was not found on this machine: the function ran under {release}"

    def wait_ready(self) -> None:
        """Wait until the emulator responds."""
        if self.supervisor is not None:
            self.supervisor.wait_ready()

    def watch_session(self, session: int) -> None:
        """Have the supervisor end an engine's session with the emulator."""
        if self.supervisor is not None:
            with self._supervisor_may_be_gone(self.supervisor):
                self.supervisor.watch_session(session)

    def check(self) -> None:
        """Raise if the supervisor has reported that the emulator ended."""
        if self.supervisor is not None:
            with self._supervisor_may_be_gone(self.supervisor):
                self.supervisor.check()

    @staticmethod
    @contextlib.contextmanager
    def _supervisor_may_be_gone(supervisor: Supervisor) -> Iterator[None]:
        """Go on without a killed supervisor, if the emulator does not depend on it."""
        try:
            yield
        except SupervisorEndedError:
            if not supervisor.instance.external:
                raise

    def keep(self) -> None:
        """Make the run's own emulator the lasting one; the user's own emulator lasts anyway."""
        if self.supervisor is not None and not self.supervisor.instance.external:
            lasting.keep(self.supervisor)

    def explain(self, error: DestroyFailedError) -> DestroyFailedError:
        """Say that nothing is left to finish if the emulator ends with this process."""
        supervisor = self.supervisor
        if supervisor is None or supervisor.instance.external or supervisor.kept:
            return error
        hint = "nothing is left to finish: the stack goes with its emulator, which ends now"
        return DestroyFailedError(str(error), hint=hint)


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
        target = _target(supervisor.instance, supervisor, engine, environment)
        try:
            yield target
        except DestroyFailedError as error:
            supervisor.check()
            raise target.explain(error) from error
    except EmulatorError:
        raise
    except Exception:
        supervisor.check()  # an emulator that ended explains every other error
        raise
    finally:
        if not supervisor.kept:
            supervisor.close()


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
    own_state = supervisor is not None and instance.external
    return LocalTarget(
        name="local",
        description=f"{kind} at {instance.url}",
        engine=engine,
        region=credentials["AWS_REGION"],
        environment=local_environment(instance, engine, built, credentials),
        endpoint=instance.url,
        account=account_of(credentials),
        max_body=MAX_BODY,
        tagged_kinds=TAGGED_KINDS,
        folder=runs_folder() if own_state else instance.folder / "runs",
        configuration={**CONFIGURATION, "aws:region": credentials["AWS_REGION"]},
        pace=PACE,
        exact_receives=True,
        reap_options=f" --emulator {instance.url}" if own_state else "",
        stop_commands=() if instance.external else (STOP_COMMAND,),
        supervisor=supervisor,
        functions=None if instance.external else instance.functions,
    )
