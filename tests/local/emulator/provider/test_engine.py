"""The provider as the engine uses it: by its executable, for an ordinary program."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import psutil
import pytest

from automation.emulator.environment import DEFAULTS, built_environment, local_environment
from automation.emulator.plugin import prepare
from automation.support.processes import end_session
from automation.support.wait import wait_until
from tests.local.emulator.provider.project import WITHIN, Project

if TYPE_CHECKING:
    from pathlib import Path

    from automation.emulator.instance import Instance
    from automation.emulator.provider.aws import Aws
    from automation.engine import Engine

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


@pytest.fixture
def project(instance: Instance, engine: Engine, tmp_path: Path) -> Project:
    prepare(instance)
    base = built_environment(os.environ)
    environment = local_environment(instance, engine, base, DEFAULTS)
    return Project(tmp_path, environment, PROGRAM, visibility=30, path="/")


@pytest.mark.chaos
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
