"""A consumer with all that the emulator supports, deployed by the engine.

What the emulator lacks (docs/arguments.md) is in the mocked tests of the component.
"""

from __future__ import annotations

import io
import json
import os
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from automation.emulator.environment import DEFAULTS, built_environment, local_environment
from automation.emulator.plugin import prepare
from automation.support.paths import CHECKOUT
from automation.support.wait import wait_until
from tests.local.emulator.provider.project import Project
from tests.local.emulator.provider.stack import ACCOUNT
from tests.local.machine import depth

if TYPE_CHECKING:
    from automation.emulator.instance import Instance
    from automation.emulator.provider.aws import Aws
    from automation.engine import Engine

PROGRAM = f"""
import sys
sys.path.insert(0, {str(CHECKOUT)!r})
import pulumi
import pulumi_aws as aws
from components import (
    AlarmsArgs, DeadLetterQueueArgs, FunctionArgs, MappingArgs, PermissionsArgs, QueueArgs,
    QueueConsumer, QueueConsumerArgs,
)

settings = pulumi.Config()
arn = "arn:aws:{{}}:{ACCOUNT}:{{}}".format
topic = arn("sns:us-east-1", "alarms")
timeout = aws.sqs.Queue("later", visibility_timeout_seconds=20).visibility_timeout_seconds
wide = QueueConsumer("Wide", QueueConsumerArgs(
    function=FunctionArgs(
        code="code",
        handler="handler.handler",
        runtime="python3.13",
        architecture="arm64",
        memory_size=settings.require_int("memory"),
        timeout=timeout,
        ephemeral_storage=1024,
        environment={{"LEVEL": "high", "TOKEN": pulumi.Output.secret("open-sesame")}},
        layers=[settings.require("layer")],
        tracing=True,
        reserved_concurrent_executions=10,
        log_retention_in_days=1,
        description="Processes orders",
    ),
    queue=QueueArgs(
        visibility_timeout_seconds=130,
        message_retention_seconds=600,
        delay_seconds=1,
        receive_wait_time_seconds=20,
        max_message_size=1024,
        producers=[arn("iam:", "role/sender"), topic, "arn:aws:s3:::orders"],
    ),
    dead_letter_queue=DeadLetterQueueArgs(max_receive_count=5, message_retention_seconds=700),
    mapping=MappingArgs(
        batch_size=100,
        maximum_batching_window_in_seconds=5,
        maximum_concurrency=10,
        filters=[{{"body": {{"kind": ["order"]}}}}],
        enabled=False,
    ),
    alarms=AlarmsArgs(
        dead_letters=2, oldest_message_age=300, errors=3, throttles=4, topics=[topic]
    ),
    permissions=PermissionsArgs(
        statements=[
            {{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::orders/*"}}
        ],
        managed_policy_arns=[aws.iam.ManagedPolicy.AWS_LAMBDA_SQS_QUEUE_EXECUTION_ROLE],
        permissions_boundary="arn:aws:iam::aws:policy/PowerUserAccess",
        path=settings.require("path"),
    ),
    tags={{"team": "cards"}},
))
function = FunctionArgs(code="code", handler="handler.handler")
fifo = QueueConsumer("Fifo", QueueConsumerArgs(
    function=function,
    queue=QueueArgs(
        fifo_queue=True,
        content_based_deduplication=True,
        deduplication_scope="messageGroup",
        fifo_throughput_limit="perMessageGroupId",
        kms_key_arn=arn("kms:us-east-1", "key/1234abcd"),
    ),
))
dead = aws.sqs.Queue("dead")
existing = aws.sqs.Queue(
    "existing",
    visibility_timeout_seconds=60,
    redrive_policy=pulumi.Output.json_dumps({{
        "deadLetterTargetArn": dead.arn, "maxReceiveCount": 3
    }}),
)
around = QueueConsumer("Around", QueueConsumerArgs(function=function, queue=existing))
pulumi.export("dead", dead.url)
for consumer in (wide, fifo, around):
    pulumi.export(consumer.function._name, consumer.outputs)
pulumi.export("send", wide.send_policy)
"""
RESOURCES = 3 + 14 + 9 + 6 + 3  # three queues, what each consumer has, and the consumers themselves
STACK = 1


TOGGLED = f"""
import sys
sys.path.insert(0, {str(CHECKOUT)!r})
import pulumi
from components import FunctionArgs, MappingArgs, QueueArgs, QueueConsumer, QueueConsumerArgs

settings = pulumi.Config()
consumer = QueueConsumer(
    "Toggled",
    QueueConsumerArgs(
        function=FunctionArgs(code="code", handler="handler.handler"),
        queue=QueueArgs(fifo_queue=settings.require_bool("fifo")),
        mapping=MappingArgs(enabled=False),
    ),
    pulumi.ResourceOptions(retain_on_delete=settings.require_bool("retain")),
)
pulumi.export("url", consumer.queue.url)
"""


ATTACHED = f"""
import sys
sys.path.insert(0, {str(CHECKOUT)!r})
import pulumi
from components import FunctionArgs, PermissionsArgs, QueueConsumer, QueueConsumerArgs

consumer = QueueConsumer(
    "Attached",
    QueueConsumerArgs(
        function=FunctionArgs(code="code", handler="handler.handler"),
        permissions=PermissionsArgs(managed_policy_arns=pulumi.Config().require_object("policies")),
    ),
)
pulumi.export("role", consumer.role.name)
"""
READ_S3, READ_SQS = (
    f"arn:aws:iam::aws:policy/Amazon{service}ReadOnlyAccess" for service in ("S3", "SQS")
)


MOVED = f"""
import sys
sys.path.insert(0, {str(CHECKOUT)!r})
import pulumi
from components import (
    DeadLetterQueueArgs, FunctionArgs, PermissionsArgs, QueueArgs, QueueConsumer, QueueConsumerArgs,
)

consumer = QueueConsumer(
    "Moved",
    QueueConsumerArgs(
        function=FunctionArgs(code="code", handler="using.handler", timeout=3),
        queue=QueueArgs(visibility_timeout_seconds=6),
        # An invocation under way still has the old role; its messages are received once more.
        dead_letter_queue=DeadLetterQueueArgs(max_receive_count=2),
        permissions=PermissionsArgs(path=pulumi.Config().require("path")),
    ),
)
pulumi.export("queue", consumer.queue.url)
pulumi.export("dead", consumer.dead_letter_queue.url)
"""
USING = """
import os
import boto3

sqs = boto3.client("sqs", endpoint_url=os.environ["AWS_ENDPOINT_URL"])

def handler(event, context):
    account, name = event["Records"][0]["eventSourceARN"].split(":")[-2:]
    url = "/".join([os.environ["AWS_ENDPOINT_URL"], account, name])
    sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])  # its role allows this
"""


@pytest.fixture
def environment(instance: Instance, engine: Engine) -> dict[str, str]:
    prepare(instance)
    return local_environment(instance, engine, built_environment(os.environ), DEFAULTS)


@pytest.fixture
def project(environment: dict[str, str], aws: Aws, tmp_path: Path) -> Project:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("python/tool.py", "")
    layer = aws.lambda_.publish_layer_version(
        LayerName="tools", Content={"ZipFile": content.getvalue()}
    )
    return Project(
        tmp_path, environment, PROGRAM, memory=256, path="/orders/", layer=layer["LayerVersionArn"]
    )


def test_a_wide_consumer_is_deployed_once_and_then_changed_by_edits_only(
    project: Project, aws: Aws
) -> None:
    created = project.changes("up")
    assert created == {"create": RESOURCES + STACK}
    outputs = project.outputs()
    wide = outputs["WideConsumer"]

    sent_to = json.loads(outputs["send"])["Statement"][0]["Resource"]
    assert sent_to == wide["queue_arn"]
    assert outputs["AroundConsumer"]["dead_letter_queue_url"] == outputs["dead"]
    assert outputs["FifoConsumer"]["queue_url"].endswith(".fifo")
    alarms = aws.cloudwatch.describe_alarms(AlarmNamePrefix="Wide")["MetricAlarms"]
    assert {alarm["Threshold"] for alarm in alarms} == {2, 300, 3, 4}
    policy = aws.sqs.get_queue_attributes(QueueUrl=wide["queue_url"], AttributeNames=["Policy"])
    assert "aws:PrincipalIsAWSService" in policy["Attributes"]["Policy"]
    assert "open-sesame" not in project.run("stack", "export")

    assert project.changes("up", "--refresh") == {}

    aws.sqs.set_queue_attributes(QueueUrl=wide["queue_url"], Attributes={"DelaySeconds": "9"})
    project.configure(memory=512, path="/shop/")
    # The queue, which only a refresh finds changed, and the function; the role and its policies.
    assert project.changes("up", "--refresh") == {"update": 2, "replace": 3}
    fixed = aws.sqs.get_queue_attributes(QueueUrl=wide["queue_url"], AttributeNames=["All"])
    assert fixed["Attributes"]["DelaySeconds"] == "1"

    assert project.changes("destroy") == {"delete": RESOURCES + STACK}
    assert aws.cloudwatch.describe_alarms(AlarmNamePrefix="Wide")["MetricAlarms"] == []


@pytest.mark.chaos
def test_a_queue_that_is_replaced_keeps_its_messages_if_the_caller_retains_it(
    environment: dict[str, str], aws: Aws, tmp_path: Path
) -> None:
    project = Project(tmp_path, environment, TOGGLED, fifo=False, retain=True)
    project.run("up", "--yes", "--skip-preview")
    old = project.outputs()["url"]
    aws.sqs.send_message(QueueUrl=old, MessageBody="{}")

    project.configure(fifo=True)
    project.run("up", "--yes", "--skip-preview")
    assert project.outputs()["url"].endswith(".fifo")
    assert depth(aws.sqs, old) == 1

    project.configure(retain=False)
    project.run("up", "--yes", "--skip-preview")
    project.run("destroy", "--yes")


@pytest.mark.chaos
def test_messages_sent_while_a_role_is_replaced_need_at_most_one_more_receive(
    environment: dict[str, str], aws: Aws, tmp_path: Path
) -> None:
    project = Project(tmp_path, environment, MOVED, path="/orders/")
    (tmp_path / "code" / "using.py").write_text(USING)
    project.run("up", "--yes", "--skip-preview")
    queue, dead = (project.outputs()[name] for name in ("queue", "dead"))

    project.configure(path="/shop/")
    replacing = project.start("up", "--yes", "--skip-preview")
    sent = 0
    while replacing.poll() is None:
        aws.sqs.send_message(QueueUrl=queue, MessageBody="{}")
        sent += 1
        time.sleep(0.1)
    output, _ = replacing.communicate(timeout=5)

    assert replacing.returncode == 0, output
    assert "replaced" in output
    assert sent > 10
    wait_until("the queue to be empty", lambda: depth(aws.sqs, queue), lambda n: n == 0, within=30)
    assert depth(aws.sqs, dead) == 0
    project.run("destroy", "--yes")


@pytest.mark.chaos
def test_managed_policies_stay_attached_whatever_their_order(
    environment: dict[str, str], aws: Aws, tmp_path: Path
) -> None:
    project = Project(tmp_path, environment, ATTACHED)

    def deployed_with(*policies: str) -> set[str]:
        project.configure(policies=list(policies))
        project.run("up", "--yes", "--skip-preview")
        role = project.outputs()["role"]
        attached = aws.iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        return {each["PolicyArn"] for each in attached}

    assert deployed_with(READ_S3, READ_SQS) == {READ_S3, READ_SQS}
    assert deployed_with(READ_SQS, READ_S3) == {READ_SQS, READ_S3}
    assert deployed_with(READ_S3) == {READ_S3}
    project.run("destroy", "--yes")
