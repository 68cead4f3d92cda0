"""The aws target: the user's own account, engine home, login and backend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.engine.model import path_with
from automation.support.paths import runs_folder
from automation.targets.base import Pace, Target

if TYPE_CHECKING:
    from collections.abc import Mapping

    from automation.engine import Engine

REGION = "us-east-1"  # the lesson's; used when the environment names none
CONFIGURATION = {
    # Six times the function's timeout, as AWS advises: with less, receives lost to cold starts can
    # dead-letter good messages. The poison hand takes 3 x 30 s.
    "functionTimeout": 5,
    "visibilityTimeout": 30,
}
MAX_BODY = 1_048_576  # bytes: SQS, since August 2025
# AWS's tagging service knows all that this project deploys but roles.
TAGGED_KINDS = frozenset({"queue", "function", "event source mapping", "log group"})
PACE = Pace(
    poll=3.0,
    quiet=120.0,  # queue counts lag up to a minute
    deletion_lag=120.0,  # deleted queues and functions are listed for about a minute
    skew=2.0,  # a larger one is read from the responses
    slack=180.0,  # log events arrive seconds late, IAM takes seconds to spread
)


def aws_target(engine: Engine, environment: Mapping[str, str]) -> Target:
    """Return the target for an environment; boto3 finds credentials and region in it."""
    folder = runs_folder()
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or REGION
    return Target(
        name="aws",
        description=f"the AWS account of your credentials, {region}",
        engine=engine,
        region=region,
        environment={
            **environment,
            "PATH": path_with(engine, environment),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        },
        endpoint="",
        account="",
        max_body=MAX_BODY,
        tagged_kinds=TAGGED_KINDS,
        folder=folder,
        configuration={**CONFIGURATION, "aws:region": region},
        pace=PACE,
        exact_receives=False,
        reap_options=" --target aws",
        stop_commands=(),
    )
