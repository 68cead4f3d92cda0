"""The provider as the engine uses it: by its executable, for an ordinary program."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import psutil
import pytest
import yaml

from automation.emulator.environment import DEFAULTS, built_environment, local_environment
from automation.emulator.plugin import prepare
from automation.support.processes import end_session
from automation.support.wait import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from automation.emulator.instance import Instance
    from automation.emulator.provider.aws import Aws
    from automation.engine import Engine

WITHIN = 60.0  # seconds per operation, which takes about 2 on an idle machine

PROGRAM = """
import json
import pulumi
import pulumi_aws as aws

settings = pulumi.Config()
dead = aws.sqs.Queue("dead")
redrive = dead.arn.apply(lambda arn: json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3}))
queue = aws.sqs.Queue(
    "queue",
    visibility_timeout_seconds=settings.require_int("visibility"),
    redrive_policy=redrive,
    tags={"hidden": pulumi.Output.secret("open-sesame")},
)
aws.sqs.RedriveAllowPolicy(
    "allow",
    queue_url=dead.url,
    redrive_allow_policy=queue.arn.apply(
        lambda arn: json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [arn]})
    ),
)
principal = {"Service": "lambda.amazonaws.com"}
trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
role = aws.iam.Role(
    "role",
    path=settings.require("path"),
    assume_role_policy=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
)
receive = {"Effect": "Allow", "Action": "sqs:ReceiveMessage", "Resource": queue.arn}
aws.iam.RolePolicy(
    "policy", role=role, policy={"Version": "2012-10-17", "Statement": [receive]}
)
function = aws.lambda_.Function(
    "function",
    role=role.arn,
    runtime="python3.12",
    handler="handler.handler",
    code=pulumi.FileArchive("code"),
    environment={"variables": {"HIDDEN": pulumi.Output.secret("open-sesame")}},
)
aws.cloudwatch.LogGroup("logs", name=function.name.apply("/aws/lambda/{}".format))
aws.lambda_.EventSourceMapping("mapping", event_source_arn=queue.arn, function_name=function.name)
pulumi.export("queue_url", queue.url)
pulumi.export("function_name", function.name)
pulumi.export("account", aws.get_caller_identity().account_id)
"""


class Project:
    """A Pulumi project with one stack, and the engine that runs it."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = environment
        (folder / "Pulumi.yaml").write_text("name: life\nruntime: python\n")
        (folder / "__main__.py").write_text(PROGRAM)
        (folder / "code").mkdir()
        (folder / "code" / "handler.py").write_text("def handler(event, context):\n    return 1\n")
        self.settings = folder / f"Pulumi.{folder.name}.yaml"
        self.run("stack", "init", folder.name)
        self.configure(visibility=30, path="/")

    def configure(self, **values: object) -> None:
        """Set values of the stack's configuration."""
        settings = yaml.safe_load(self.settings.read_text())
        new = {f"life:{name}": value for name, value in values.items()}
        settings["config"] = {**settings.get("config", {}), **new}
        self.settings.write_text(yaml.safe_dump(settings))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["pulumi", *arguments, "--non-interactive"],  # noqa: S607 -- found on our own PATH
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str) -> str:
        """Run an operation that must succeed, and return its output."""
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=WITHIN)
        assert process.returncode == 0, output
        return output

    def changes(self, operation: str, *arguments: str) -> dict[str, int]:
        """Run an operation, and count its steps by kind, without unchanged resources."""
        skip = [] if operation == "preview" else ["--yes", "--skip-preview"]
        output = self.run(operation, *skip, *arguments, "--json")
        if operation == "preview":
            counts: dict[str, int] = json.loads(output)["changeSummary"]
        else:
            events = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
            (summary,) = (event["summaryEvent"] for event in events if "summaryEvent" in event)
            counts = summary["resourceChanges"]
        return {kind: count for kind, count in counts.items() if kind != "same"}

    def outputs(self) -> dict[str, Any]:
        outputs: dict[str, Any] = json.loads(self.run("stack", "output", "--json"))
        return outputs


@pytest.fixture
def project(instance: Instance, engine: Engine, tmp_path: Path) -> Project:
    prepare(instance)
    base = built_environment(os.environ)
    return Project(tmp_path, local_environment(instance, engine, base, DEFAULTS))


def test_a_stack_lives_and_dies_as_with_the_official_provider(project: Project, aws: Aws) -> None:
    assert project.changes("preview") == {"create": 9}
    assert aws.sqs.list_queues(QueueNamePrefix="queue-").get("QueueUrls", []) == []

    assert project.changes("up") == {"create": 9}
    outputs = project.outputs()
    assert outputs["account"] == "000000000000"
    assert aws.sqs.list_queue_tags(QueueUrl=outputs["queue_url"])["Tags"] == {
        "hidden": "open-sesame"
    }
    state = project.run("stack", "export")
    assert "open-sesame" not in state
    assert state.count("ciphertext") >= 5  # tags, tagsAll and variables, in inputs and in outputs

    assert project.changes("up") == {}

    project.configure(visibility=60, path="/team/")
    changed = project.changes("up")
    assert changed["update"] >= 2, "the queue, and the function with its new role"
    assert changed["replace"] >= 2, "the role, and its policy"
    response = aws.sqs.get_queue_attributes(
        QueueUrl=outputs["queue_url"], AttributeNames=["VisibilityTimeout"]
    )
    assert response["Attributes"] == {"VisibilityTimeout": "60"}

    group = f"/aws/lambda/{outputs['function_name']}"
    aws.logs.delete_log_group(logGroupName=group)
    assert project.changes("up", "--refresh") == {"create": 1}
    assert aws.logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]

    assert project.changes("destroy") == {"delete": 9}
    assert aws.sqs.list_queues(QueueNamePrefix="queue-").get("QueueUrls", []) == []


def test_the_plugin_ends_when_its_engine_is_killed(project: Project, instance: Instance) -> None:
    def plugins() -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter():
            try:
                home = process.environ().get("PULUMI_HOME")
                if home == str(instance.engine_home) and "provider" in " ".join(process.cmdline()):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    with project.start("up", "--yes", "--skip-preview") as engine:
        wait_until("the plugin to run", plugins, bool, within=WITHIN, poll=0.05)
        engine.kill()
        try:
            wait_until("the plugin to end", plugins, lambda found: not found, within=10, poll=0.05)
        finally:
            end_session(engine.pid, grace=0)  # the program and its language host
