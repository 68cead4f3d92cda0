from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws
import pytest

from components import QueueConsumer, QueueConsumerArgs
from tests.unit.components.harness import Deployment, deploy

if TYPE_CHECKING:
    from pathlib import Path

CHILDREN = {
    "PokerHandsQueue": "aws:sqs/queue:Queue",
    "PokerHandsDeadLetterQueue": "aws:sqs/queue:Queue",
    "PokerHandsRedriveAllowPolicy": "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy",
    "PokerHandsLambdaRole": "aws:iam/role:Role",
    "PokerHandsLambdaRolePolicy": "aws:iam/rolePolicy:RolePolicy",
    "PokerHandsConsumer": "aws:lambda/function:Function",
    "PokerHandsLogGroup": "aws:cloudwatch/logGroup:LogGroup",
    "PokerHandsMapping": "aws:lambda/eventSourceMapping:EventSourceMapping",
}
WITHOUT_TAGS = {"PokerHandsRedriveAllowPolicy", "PokerHandsLambdaRolePolicy"}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "handler.py").write_text("def lambda_handler(event, context): ...\n")
    return tmp_path


def deploy_consumer(
    source: Path, opts: pulumi.ResourceOptions | None = None, **arguments: Any
) -> Deployment:
    def program() -> None:
        args = QueueConsumerArgs(function_source=source, **arguments)
        QueueConsumer("PokerHands", args, opts)

    return deploy(program)


def test_the_component_type_is_the_one_in_existing_states(source: Path) -> None:
    assert deploy_consumer(source)["PokerHands"].type == "poker-hands-consumer:index:QueueConsumer"


def test_every_child_is_named_after_the_component_and_belongs_to_it(source: Path) -> None:
    children = deploy_consumer(source).children("PokerHands")
    assert {child.name: child.type for child in children} == CHILDREN


def test_physical_names_are_left_to_automatic_naming(source: Path) -> None:
    children = deploy_consumer(source).children("PokerHands")
    assert [child.name for child in children if "name" in child.inputs] == ["PokerHandsLogGroup"]


def test_the_defaults_of_function_mapping_and_redrive(source: Path) -> None:
    deployed = deploy_consumer(source)
    function = deployed["PokerHandsConsumer"].inputs
    mapping = deployed["PokerHandsMapping"].inputs
    assert function["runtime"] == "python3.12"
    assert function["handler"] == "handler.lambda_handler"
    assert function["memorySize"] == 128
    assert function["timeout"] == 10
    assert mapping["batchSize"] == 10
    assert mapping["functionResponseTypes"] == ["ReportBatchItemFailures"]
    assert redrive_policy(deployed)["maxReceiveCount"] == 3


def test_dead_letters_and_log_lines_are_kept_for_fourteen_days(source: Path) -> None:
    deployed = deploy_consumer(source)
    days = 24 * 60 * 60
    assert deployed["PokerHandsDeadLetterQueue"].inputs["messageRetentionSeconds"] == 14 * days
    assert deployed["PokerHandsLogGroup"].inputs["retentionInDays"] == 14


def test_the_arguments_reach_the_resources(source: Path) -> None:
    deployed = deploy_consumer(
        source,
        runtime="python3.13",
        memory_size=256,
        function_timeout=20,
        visibility_timeout=20,
        max_receive_count=5,
        batch_size=1,
        dead_letter_retention=60,
        log_retention=1,
    )
    function = deployed["PokerHandsConsumer"].inputs
    assert (function["runtime"], function["memorySize"], function["timeout"]) == (
        "python3.13",
        256,
        20,
    )
    assert deployed["PokerHandsQueue"].inputs["visibilityTimeoutSeconds"] == 20
    assert redrive_policy(deployed)["maxReceiveCount"] == 5
    assert deployed["PokerHandsMapping"].inputs["batchSize"] == 1
    assert deployed["PokerHandsDeadLetterQueue"].inputs["messageRetentionSeconds"] == 60
    assert deployed["PokerHandsLogGroup"].inputs["retentionInDays"] == 1


def test_the_visibility_timeout_is_six_function_timeouts_unless_given(source: Path) -> None:
    assert visibility(deploy_consumer(source)) == 60
    assert visibility(deploy_consumer(source, function_timeout=7)) == 42


def test_a_function_timeout_from_another_resource_counts_too(source: Path) -> None:
    later = pulumi.Output.from_input(5)
    assert visibility(deploy_consumer(source, function_timeout=later)) == 30


def test_a_poison_message_ends_in_the_dead_letter_queue(source: Path) -> None:
    policy = redrive_policy(deploy_consumer(source))
    assert policy["deadLetterTargetArn"] == "arn:PokerHandsDeadLetterQueue"


def test_the_dead_letter_queue_accepts_messages_of_this_queue_only(source: Path) -> None:
    allow = deploy_consumer(source)["PokerHandsRedriveAllowPolicy"].inputs
    assert allow["queueUrl"] == "url:PokerHandsDeadLetterQueue"
    assert json.loads(allow["redriveAllowPolicy"]) == {
        "redrivePermission": "byQueue",
        "sourceQueueArns": ["arn:PokerHandsQueue"],
    }


@pytest.mark.parametrize("queue", ["PokerHandsQueue", "PokerHandsDeadLetterQueue"])
def test_messages_are_encrypted_at_rest(source: Path, queue: str) -> None:
    assert deploy_consumer(source)[queue].inputs["sqsManagedSseEnabled"] is True


def test_only_lambda_may_assume_the_role(source: Path) -> None:
    deployed = deploy_consumer(source)
    (statement,) = statements(deployed["PokerHandsLambdaRole"].inputs["assumeRolePolicy"])
    assert statement == {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    assert deployed["PokerHandsConsumer"].inputs["role"] == "arn:PokerHandsLambdaRole"


def test_the_role_may_consume_this_queue_and_write_this_log_group_and_nothing_else(
    source: Path,
) -> None:
    policy = deploy_consumer(source)["PokerHandsLambdaRolePolicy"].inputs
    assert policy["role"] == "PokerHandsLambdaRole-0000000"
    assert statements(policy["policy"]) == [
        {
            "Effect": "Allow",
            "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            "Resource": "arn:PokerHandsQueue",
        },
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": "arn:PokerHandsLogGroup:*",
        },
    ]


def test_the_log_group_has_the_name_that_lambda_writes_to(source: Path) -> None:
    log_group = deploy_consumer(source)["PokerHandsLogGroup"]
    assert log_group.inputs["name"] == "/aws/lambda/PokerHandsConsumer-0000000"


def test_the_mapping_connects_this_queue_to_this_function(source: Path) -> None:
    mapping = deploy_consumer(source)["PokerHandsMapping"].inputs
    assert mapping["eventSourceArn"] == "arn:PokerHandsQueue"
    assert mapping["functionName"] == "arn:PokerHandsConsumer"


def test_the_mapping_is_created_last_and_deleted_first(source: Path) -> None:
    deployed = deploy_consumer(source)
    needed = {"Queue", "Consumer", "LambdaRolePolicy", "LogGroup"}
    assert deployed["PokerHandsMapping"].dependencies == {
        deployed[f"PokerHands{each}"].urn for each in needed
    }
    assert deployed["PokerHandsMapping"].delete_before_replace


def test_tags_are_on_everything_that_takes_tags(source: Path) -> None:
    children = deploy_consumer(source, tags={"team": "cards"}).children("PokerHands")
    tagged = {child.name for child in children if child.inputs.get("tags") == {"team": "cards"}}
    assert tagged == CHILDREN.keys() - WITHOUT_TAGS


def test_the_resources_without_tags_do_not_support_them() -> None:
    assert hasattr(aws.sqs.Queue, "tags")
    assert not hasattr(aws.sqs.RedriveAllowPolicy, "tags")
    assert not hasattr(aws.iam.RolePolicy, "tags")


def test_the_component_outputs_come_from_its_children(source: Path) -> None:
    deployed = deploy_consumer(source)
    assert deployed.component_outputs[deployed["PokerHands"].urn] == {
        "queue_url": "url:PokerHandsQueue",
        "queue_arn": "arn:PokerHandsQueue",
        "dead_letter_queue_url": "url:PokerHandsDeadLetterQueue",
        "dead_letter_queue_arn": "arn:PokerHandsDeadLetterQueue",
        "function_name": "PokerHandsConsumer-0000000",
        "function_arn": "arn:PokerHandsConsumer",
        "role_arn": "arn:PokerHandsLambdaRole",
        "log_group_name": "/aws/lambda/PokerHandsConsumer-0000000",
        "mapping_uuid": "uuid:PokerHandsMapping",
    }


def test_the_callers_protection_reaches_every_child(source: Path) -> None:
    deployed = deploy_consumer(source, pulumi.ResourceOptions(protect=True))
    assert all(child.protect for child in deployed.children("PokerHands"))


def test_the_callers_provider_reaches_every_child(source: Path) -> None:
    def program() -> None:
        elsewhere = aws.Provider("Elsewhere", region="eu-west-1")
        args = QueueConsumerArgs(function_source=source)
        QueueConsumer("PokerHands", args, pulumi.ResourceOptions(provider=elsewhere))

    deployed = deploy(program)
    providers = {child.provider for child in deployed.children("PokerHands")}
    assert providers == {f"{deployed['Elsewhere'].urn}::id:Elsewhere"}


def test_the_callers_transformation_sees_every_child(source: Path) -> None:
    seen = set()
    deploy_consumer(
        source,
        pulumi.ResourceOptions(transformations=[lambda resource: seen.add(resource.name)]),
    )
    assert seen == {"PokerHands", *CHILDREN}


def test_two_components_fit_in_one_stack(source: Path) -> None:
    def program() -> None:
        for name in ("Left", "Right"):
            QueueConsumer(name, QueueConsumerArgs(function_source=source))

    deployed = deploy(program)
    assert len(deployed.children("Left")) == len(deployed.children("Right")) == len(CHILDREN)


def redrive_policy(deployed: Deployment) -> dict[str, Any]:
    policy: dict[str, Any] = json.loads(deployed["PokerHandsQueue"].inputs["redrivePolicy"])
    return policy


def visibility(deployed: Deployment) -> float:
    seconds: float = deployed["PokerHandsQueue"].inputs["visibilityTimeoutSeconds"]
    return seconds


def statements(document: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(document)["Statement"]
    return listed
