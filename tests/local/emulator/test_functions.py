"""How functions run on the emulator: what they see, what they may do, and why one does not load."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from automation.emulator.functions import OWN, RUNTIMES
from automation.emulator.instance import Instance
from automation.observe.logs import Logs, read_logs
from automation.observe.observation import LogEvent
from automation.support.clients import Clients, make_clients
from automation.support.paths import CHECKOUT
from tests.local.emulator.provider.stack import TRUST
from tests.local.machine import Account

LOOK = """
import importlib.util, os, sys
import boto3

def handle(event, context):
    return {
        "release": f"python{sys.version_info.major}.{sys.version_info.minor}",
        "path": sys.path,
        "environment": sorted(os.environ),
        "foreign": [name for name in event if importlib.util.find_spec(name)],
        "boto3": boto3.client("sqs").list_queues()["ResponseMetadata"]["HTTPStatusCode"],
    }
"""
FOREIGN = ["pulumi", "rich", "psutil", "yaml", "ministack", "pytest", "automation", "_worker"]
SYNTAX = "Runtime.UserCodeSyntaxError: Syntax error in module 'handler':"

Invoke = Callable[..., dict[str, Any]]


@pytest.fixture
def clients(instance: Instance, account: Account) -> Clients:
    return make_clients({**account.variables, "AWS_ENDPOINT_URL": instance.url}, "us-east-1")


@pytest.fixture
def invoke(clients: Clients) -> Invoke:
    """Create a function whose role may list queues and nothing else, and invoke it."""
    role = clients.iam.create_role(
        RoleName="lists-queues", AssumeRolePolicyDocument=json.dumps(TRUST)
    )
    statement = {"Effect": "Allow", "Action": "sqs:ListQueues", "Resource": "*"}
    clients.iam.put_role_policy(
        RoleName="lists-queues",
        PolicyName="lists-queues",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    )

    def call(source: str, event: object = None, *, runtime: str = OWN) -> dict[str, Any]:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as writer:
            writer.writestr("handler.py", source)
        clients.lambda_.create_function(
            FunctionName="f",
            Runtime=cast("Any", runtime),
            Role=role["Role"]["Arn"],
            Handler="handler.handle",
            Code={"ZipFile": archive.getvalue()},
        )
        response = clients.lambda_.invoke(FunctionName="f", Payload=json.dumps(event))
        answer: dict[str, Any] = json.loads(response["Payload"].read())
        return answer

    return call


def log(clients: Clients) -> Logs:
    events = clients.logs.filter_log_events(logGroupName="/aws/lambda/f")["events"]
    return read_logs(
        LogEvent(
            timestamp=datetime.fromtimestamp(event["timestamp"] / 1000, UTC),
            stream=event["logStreamName"],
            text=event["message"],
        )
        for event in events
    )


def test_a_function_sees_boto3_its_own_archive_and_nothing_of_this_environment(
    invoke: Invoke,
) -> None:
    seen = invoke(LOOK, FOREIGN)

    assert seen["boto3"] == 200
    assert seen["foreign"] == []
    assert not [each for each in seen["path"] if str(CHECKOUT) in each or ".venv" in each]
    assert not {"AUTH", "GATEWAY_PORT", "BIND_HOST", "STATE_DIR"} & set(seen["environment"])


def test_a_function_runs_under_the_release_it_asks_for_if_that_is_here(
    invoke: Invoke, instance: Instance
) -> None:
    runtime = min(each for each in RUNTIMES if (instance.functions / each).is_dir())

    assert invoke(LOOK, [], runtime=runtime)["release"] == runtime


def test_a_function_runs_under_another_release_if_the_one_it_asks_for_is_not_here(
    invoke: Invoke,
) -> None:
    assert invoke(LOOK, [], runtime="python3.99")["release"] == OWN


def test_a_function_may_call_only_what_its_role_allows(invoke: Invoke) -> None:
    answer = invoke(
        "import boto3\ndef handle(event, context):\n    boto3.client('iam').list_roles()\n"
    )

    assert "not authorized to perform: iam:ListRoles" in answer["errorMessage"]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (
            "import json\nimport rich\n",
            "Runtime.ImportModuleError: Unable to import module 'handler': No module named 'rich'",
        ),
        ("def handle(event, context)\n    pass\n", f"{SYNTAX} expected ':' (handler.py, line 1)"),
        ("import os\nTABLE = os.environ['TABLE']\n", "KeyError: 'TABLE'"),
        (
            "def other(event, context):\n    pass\n",
            "Runtime.HandlerNotFound: Handler 'handle' missing on module 'handler'",
        ),
        (
            "raise SystemExit(3)\n",
            "Runtime.ExitError: the process ended while it loaded the function",
        ),
    ],
)
def test_a_function_that_does_not_load_says_why_in_its_log(
    source: str, reason: str, invoke: Invoke, clients: Clients
) -> None:
    invoke(source)

    failure = log(clients).load_failure
    assert failure
    assert failure.message == reason


def test_where_a_function_failed_to_load_is_told_as_on_aws(
    invoke: Invoke, clients: Clients
) -> None:
    invoke("import json\nimport rich\n")

    (line, *_) = [line for line in log(clients).lines if line.is_error]
    assert line.detail == (
        "Traceback (most recent call last):",
        '  File "/var/task/handler.py", line 2, in <module>',
        "    import rich",
    )
