"""The aws target: the user's own account, engine home, login and backend."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from automation.engine.model import USER, path_with
from automation.engine.plugin import ensure_plugin
from automation.support.paths import runs_folder
from automation.targets.backend import with_own_backend
from automation.targets.base import Pace, Target

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from automation.engine import Engine
    from automation.targets.preflight import Access

CONFIGURATION = {
    # Six times the function's timeout, as AWS advises: with less, receives lost to cold starts can
    # dead-letter good messages. The poison hand takes 3 x 30 s.
    "functionTimeout": 5,
    "visibilityTimeout": 30,
}
MAX_BODY = 1_048_576  # bytes: SQS, since August 2025
# AWS's tagging service knows all that this project deploys but roles.
TAGGED_KINDS = frozenset({"queue", "function", "event source mapping", "log group", "alarm"})
PACE = Pace(
    poll=3.0,
    quiet=120.0,  # queue counts lag up to a minute
    deletion_lag=120.0,  # deleted queues and functions are listed for about a minute
    skew=2.0,  # a larger one is read from the responses
    slack=180.0,  # log events arrive seconds late, IAM takes seconds to spread
)


@dataclass(frozen=True, kw_only=True)
class AwsTarget(Target):
    """An AWS account.

    Attributes:
        announce: Called with a line for the user.
    """

    announce: Callable[[str], None]

    def environment_of(self, folder: Path) -> Mapping[str, str]:
        """Return the engine's environment; a state that is in the run's folder is used there."""
        backend = folder / "backend"
        has_state = backend.is_dir() and any(backend.iterdir())
        if self.own_backend or has_state:
            return with_own_backend(self.environment, backend)
        return self.environment

    def wait_ready(self) -> None:
        """Have the vendor's plugin downloaded, with its progress shown, unless it is there."""
        ensure_plugin(
            self.engine, "aws", version("pulumi_aws"), self.environment, announce=self.announce
        )


def aws_target(
    engine: Engine,
    environment: Mapping[str, str],
    access: Access,
    announce: Callable[[str], None],
) -> AwsTarget:
    """Return the target for an environment; boto3 and the provider find the credentials in it."""
    caller = access.caller
    return AwsTarget(
        name="aws",
        description=f"{access.place}, {caller.region}",
        engine=engine,
        region=caller.region,
        environment={
            **environment,
            "USER": environment.get("USER") or USER,
            "PATH": path_with(engine, environment),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        },
        endpoint="",
        account=caller.account,
        max_body=MAX_BODY,
        tagged_kinds=TAGGED_KINDS,
        folder=runs_folder(),
        configuration={
            **CONFIGURATION,
            "aws:region": caller.region,
            # The provider deploys to no other account, whatever profile the configuration names.
            "aws:allowedAccountIds": [caller.account],
        },
        pace=PACE,
        exact_receives=False,
        reap_options=" --target aws",
        stop_commands=(),
        own_backend=access.own_backend,
        announce=announce,
    )
