from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components import QueueConsumer
from components.errors import ArgumentsError
from components.limits import LIMITS
from components.testing import Deployment, deploy
from tests.unit.components.building import (
    ACCOUNT,
    BOUNDARY,
    KEY,
    LAYER,
    LESSONS_POLICY,
    READ,
    ROLE,
    TOPIC,
    WIDE,
    arguments,
    deploy_consumer,
    statements,
)

CHILDREN = {
    "PokerHandsQueue": "aws:sqs/queue:Queue",
    "PokerHandsDeadLetterQueue": "aws:sqs/queue:Queue",
    "PokerHandsRedriveAllowPolicy": "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy",
    "PokerHandsLambdaRole": "aws:iam/role:Role",
    "PokerHandsLambdaRolePolicy": "aws:iam/rolePolicy:RolePolicy",
    "PokerHandsConsumer": "aws:lambda/function:Function",
    "PokerHandsLogGroup": "aws:cloudwatch/logGroup:LogGroup",
    "PokerHandsMapping": "aws:lambda/eventSourceMapping:EventSourceMapping",
    "PokerHandsDeadLettersAlarm": "aws:cloudwatch/metricAlarm:MetricAlarm",
}
WITHOUT_TAGS = {"PokerHandsRedriveAllowPolicy", "PokerHandsLambdaRolePolicy"}
LESSONS_ATTACHMENT = "ManagedPolicy-aws/service-role/AWSLambdaSQSQueueExecutionRole"
URNS = Path(__file__).with_name("urns.txt")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("source")
    (folder / "handler.py").write_text("def lambda_handler(event, context): ...\n")
    return folder


@pytest.fixture(scope="module")
def plain(source: Path) -> Deployment:
    """A consumer with the defaults, which tests only read."""
    return deploy_consumer(source)


@pytest.fixture(scope="module")
def wide(source: Path) -> Deployment:
    """A consumer with every argument turned, which tests only read."""
    return deploy_consumer(source, WIDE)


def test_the_component_type_is_the_one_in_existing_states(plain: Deployment) -> None:
    assert plain["PokerHands"].type == "poker-hands-consumer:index:QueueConsumer"


def test_every_child_is_named_after_the_component_and_belongs_to_it(plain: Deployment) -> None:
    children = plain.children("PokerHands")
    assert {child.name: child.type for child in children} == CHILDREN


def test_physical_names_are_left_to_automatic_naming(plain: Deployment) -> None:
    children = plain.children("PokerHands")
    assert [child.name for child in children if "name" in child.inputs] == []


def test_the_defaults_of_function_mapping_and_redrive(plain: Deployment) -> None:
    function = plain["PokerHandsConsumer"].inputs
    mapping = plain["PokerHandsMapping"].inputs
    assert function["runtime"] == "python3.12"
    assert function["handler"] == "handler.lambda_handler"
    assert function["memorySize"] == 128
    assert function["timeout"] == 10
    assert mapping["batchSize"] == 10
    assert mapping["functionResponseTypes"] == ["ReportBatchItemFailures"]
    assert redrive_policy(plain)["maxReceiveCount"] == 3


def test_dead_letters_and_log_lines_are_kept_for_fourteen_days(plain: Deployment) -> None:
    days = 24 * 60 * 60
    assert plain["PokerHandsDeadLetterQueue"].inputs["messageRetentionSeconds"] == 14 * days
    assert plain["PokerHandsLogGroup"].inputs["retentionInDays"] == 14


def test_the_urns_are_those_of_deployed_stacks(plain: Deployment, wide: Deployment) -> None:
    """An engine replaces a resource whose URN changes, and with a queue its messages."""
    registered = {
        each.urn for deployed in (plain, wide) for each in deployed.children("PokerHands")
    }
    assert registered == set(URNS.read_text().split())


def test_a_managed_policy_is_still_attached_by_its_old_name(wide: Deployment) -> None:
    assert wide[f"PokerHands{LESSONS_ATTACHMENT}"].aliases == {"PokerHandsManagedPolicy1"}


ATTACHED = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"


def attached(source: Path, policies: object) -> dict[str, str]:
    """The attachments of managed policies, each with the policy's ARN."""
    deployed = deploy_consumer(source, {"permissions.managed_policy_arns": policies})
    return {
        each.name: each.inputs["policyArn"]
        for each in deployed.children("PokerHands")
        if each.type == ATTACHED
    }


def test_an_attachment_keeps_its_policy_whatever_the_order(source: Path) -> None:
    """Else the engine would attach what is attached already, and then detach it."""
    own = f"arn:aws:iam::{ACCOUNT}:policy/service-role/AWSLambdaSQSQueueExecutionRole"
    both = attached(source, [LESSONS_POLICY, own])

    assert sorted(both.values()) == sorted([LESSONS_POLICY, own])
    assert attached(source, [own, LESSONS_POLICY]) == both
    assert attached(source, [own]).items() <= both.items()


def test_a_managed_policy_of_another_resource_is_attached_by_the_given_name(source: Path) -> None:
    own = f"arn:aws:iam::{ACCOUNT}:policy/orders"
    policies = {"lessons": LESSONS_POLICY, "orders": pulumi.Output.from_input(own)}

    assert attached(source, policies) == {
        "PokerHandsManagedPolicy-lessons": LESSONS_POLICY,
        "PokerHandsManagedPolicy-orders": own,
    }


def test_every_argument_is_turned_in_the_wide_consumer() -> None:
    only_fifo = {
        "queue.fifo_queue",
        "queue.content_based_deduplication",
        "queue.deduplication_scope",
        "queue.fifo_throughput_limit",
    }
    elsewhere = {
        *("dead_letter_queue.arn", "dead_letter_queue.kms_key_arn"),
        *("function.handler", "tags"),
    }
    assert WIDE.keys() | only_fifo | elsewhere == LIMITS.keys()


def test_the_arguments_reach_the_queues(wide: Deployment) -> None:
    queue = wide["PokerHandsQueue"].inputs
    assert without(queue, "redrivePolicy") == {
        "visibilityTimeoutSeconds": 130,
        "messageRetentionSeconds": 600,
        "delaySeconds": 1,
        "receiveWaitTimeSeconds": 20,
        "maxMessageSize": 1_048_576,
        "kmsMasterKeyId": KEY,
        "kmsDataKeyReusePeriodSeconds": 60,
        "tags": {},
    }
    assert redrive_policy(wide)["maxReceiveCount"] == 5
    assert wide["PokerHandsDeadLetterQueue"].inputs == {
        "messageRetentionSeconds": 700,
        "maxMessageSize": 1_048_576,
        "kmsMasterKeyId": KEY,
        "kmsDataKeyReusePeriodSeconds": 60,
        "tags": {},
    }


def test_the_arguments_reach_the_function_and_its_log_group(wide: Deployment) -> None:
    function = wide["PokerHandsConsumer"].inputs
    assert without(function, "code", "role", "environment") == {
        "handler": "handler.lambda_handler",
        "runtime": "python3.13",
        "architectures": ["arm64"],
        "memorySize": 256,
        "timeout": 20,
        "ephemeralStorage": {"size": 1_024},
        "layers": [LAYER],
        "tracingConfig": {"mode": "Active"},
        "reservedConcurrentExecutions": 10,
        "loggingConfig": {
            "logGroup": "PokerHandsLogGroup-0000000",
            "logFormat": "JSON",
            "applicationLogLevel": "DEBUG",
            "systemLogLevel": "WARN",
        },
        "description": "Processes orders",
        "vpcConfig": {"subnetIds": ["subnet-1", "subnet-2"], "securityGroupIds": ["sg-1"]},
        "tags": {},
    }
    assert wide["PokerHandsLogGroup"].inputs["retentionInDays"] == 1


def test_a_secret_variable_stays_secret_and_a_plain_one_plain(wide: Deployment) -> None:
    function = wide["PokerHandsConsumer"]
    assert function.inputs["environment"] == {"variables": {"LEVEL": "high", "TOKEN": "sesame"}}
    assert function.secrets == {"environment.variables.TOKEN"}


def test_the_arguments_reach_the_mapping(wide: Deployment) -> None:
    mapping = wide["PokerHandsMapping"].inputs
    assert without(mapping, "eventSourceArn", "functionName", "functionResponseTypes") == {
        "batchSize": 100,
        "maximumBatchingWindowInSeconds": 5,
        "scalingConfig": {"maximumConcurrency": 10},
        "filterCriteria": {
            "filters": [
                {"pattern": '{"body": {"kind": ["order"]}}'},
                {"pattern": '{"body": {"kind": ["refund"]}}'},
            ]
        },
        "enabled": False,
        "tags": {},
    }


def test_a_fifo_queue_has_a_fifo_dead_letter_queue(source: Path) -> None:
    values = {
        "queue.fifo_queue": True,
        "queue.content_based_deduplication": True,
        "queue.deduplication_scope": "messageGroup",
        "queue.fifo_throughput_limit": "perMessageGroupId",
    }
    deployed = deploy_consumer(source, values)
    queue = deployed["PokerHandsQueue"].inputs
    assert queue["fifoQueue"] is True
    assert queue["contentBasedDeduplication"] is True
    assert queue["deduplicationScope"] == "messageGroup"
    assert queue["fifoThroughputLimit"] == "perMessageGroupId"
    assert deployed["PokerHandsDeadLetterQueue"].inputs["fifoQueue"] is True


def test_the_visibility_timeout_is_six_function_timeouts_and_the_window_unless_given(
    source: Path,
    plain: Deployment,
) -> None:
    assert visibility(plain) == 60
    assert visibility(deploy_consumer(source, {"function.timeout": 7})) == 42
    window = {"mapping.maximum_batching_window_in_seconds": 5}
    assert visibility(deploy_consumer(source, window)) == 65


def test_a_function_timeout_from_another_resource_counts_too(source: Path) -> None:
    later = pulumi.Output.from_input(5)
    assert visibility(deploy_consumer(source, {"function.timeout": later})) == 30


def test_a_poison_message_ends_in_the_dead_letter_queue(plain: Deployment) -> None:
    policy = redrive_policy(plain)
    assert policy["deadLetterTargetArn"] == plain["PokerHandsDeadLetterQueue"].outputs["arn"]


def test_the_dead_letter_queue_accepts_messages_of_this_queue_only(plain: Deployment) -> None:
    allow = plain["PokerHandsRedriveAllowPolicy"].inputs
    assert allow["queueUrl"] == "url:PokerHandsDeadLetterQueue"
    assert json.loads(allow["redriveAllowPolicy"]) == {
        "redrivePermission": "byQueue",
        "sourceQueueArns": [plain["PokerHandsQueue"].outputs["arn"]],
    }


@pytest.mark.parametrize("queue", ["PokerHandsQueue", "PokerHandsDeadLetterQueue"])
def test_messages_are_encrypted_at_rest(plain: Deployment, queue: str) -> None:
    assert plain[queue].inputs["sqsManagedSseEnabled"] is True


def test_only_lambda_may_assume_the_role(plain: Deployment) -> None:
    (statement,) = statements(plain["PokerHandsLambdaRole"].inputs["assumeRolePolicy"])
    assert statement == {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    assert (
        plain["PokerHandsConsumer"].inputs["role"] == plain["PokerHandsLambdaRole"].outputs["arn"]
    )


def test_the_role_may_consume_this_queue_and_write_this_log_group_and_nothing_else(
    plain: Deployment,
) -> None:
    policy = plain["PokerHandsLambdaRolePolicy"].inputs
    assert policy["role"] == "PokerHandsLambdaRole-0000000"
    assert statements(policy["policy"]) == [
        {
            "Effect": "Allow",
            "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            "Resource": plain["PokerHandsQueue"].outputs["arn"],
        },
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": f"{plain['PokerHandsLogGroup'].outputs['arn']}:*",
        },
    ]


def test_the_function_writes_to_the_log_group_of_the_stack(plain: Deployment) -> None:
    log_group = plain["PokerHandsLogGroup"]
    assert log_group.inputs["namePrefix"] == "/aws/lambda/PokerHandsConsumer-"
    logging = plain["PokerHandsConsumer"].inputs["loggingConfig"]
    assert logging["logGroup"] == log_group.outputs["name"]


def test_the_mapping_connects_this_queue_to_this_function(plain: Deployment) -> None:
    mapping = plain["PokerHandsMapping"].inputs
    assert mapping["eventSourceArn"] == plain["PokerHandsQueue"].outputs["arn"]
    assert mapping["functionName"] == plain["PokerHandsConsumer"].outputs["arn"]


def test_the_mapping_is_created_last_and_deleted_first(plain: Deployment) -> None:
    mapping = plain["PokerHandsMapping"]
    assert mapping.dependencies == urns(plain, "Queue", "Consumer")
    assert mapping.delete_before_replace


def test_a_function_never_has_a_role_that_lacks_its_permissions(
    plain: Deployment, wide: Deployment
) -> None:
    """The engine keeps to this order when it replaces the role, too."""
    needed = ("LogGroup", "LambdaRole", "LambdaRolePolicy")
    assert plain["PokerHandsConsumer"].dependencies == urns(plain, *needed)
    wide_needs = (*needed, LESSONS_ATTACHMENT, "NetworkPolicy")
    assert wide["PokerHandsConsumer"].dependencies == urns(wide, *wide_needs)


def test_tags_are_on_everything_that_takes_tags(source: Path) -> None:
    children = deploy_consumer(source, {"tags": {"team": "cards"}}).children("PokerHands")
    tagged = {child.name for child in children if child.inputs.get("tags") == {"team": "cards"}}
    assert tagged == CHILDREN.keys() - WITHOUT_TAGS


def test_the_resources_without_tags_do_not_support_them() -> None:
    assert hasattr(aws.sqs.Queue, "tags")
    assert not hasattr(aws.sqs.RedriveAllowPolicy, "tags")
    assert not hasattr(aws.iam.RolePolicy, "tags")


def test_the_component_outputs_come_from_its_children(plain: Deployment) -> None:
    assert plain.component_outputs[plain["PokerHands"].urn] == {
        "queue_url": "url:PokerHandsQueue",
        "queue_arn": plain["PokerHandsQueue"].outputs["arn"],
        "dead_letter_queue_url": "url:PokerHandsDeadLetterQueue",
        "dead_letter_queue_arn": plain["PokerHandsDeadLetterQueue"].outputs["arn"],
        "function_name": "PokerHandsConsumer-0000000",
        "function_arn": plain["PokerHandsConsumer"].outputs["arn"],
        "role_arn": plain["PokerHandsLambdaRole"].outputs["arn"],
        "log_group_name": plain["PokerHandsLogGroup"].outputs["name"],
        "mapping_uuid": "uuid:PokerHandsMapping",
    }


def test_the_callers_protection_reaches_every_child(source: Path) -> None:
    deployed = deploy_consumer(source, opts=pulumi.ResourceOptions(protect=True))
    assert all(child.protect for child in deployed.children("PokerHands"))


def test_the_callers_provider_reaches_every_child(source: Path) -> None:
    def program() -> None:
        elsewhere = aws.Provider("Elsewhere", region="eu-west-1")
        QueueConsumer(
            "PokerHands", arguments(source, {}), pulumi.ResourceOptions(provider=elsewhere)
        )

    deployed = deploy(program)
    providers = {child.provider for child in deployed.children("PokerHands")}
    assert providers == {f"{deployed['Elsewhere'].urn}::id:Elsewhere"}


def test_the_callers_transformation_sees_every_child(source: Path) -> None:
    seen = set()
    deploy_consumer(
        source,
        opts=pulumi.ResourceOptions(transformations=[lambda resource: seen.add(resource.name)]),
    )
    assert seen == {"PokerHands", *CHILDREN}


def test_two_components_fit_in_one_stack(source: Path) -> None:
    def program() -> None:
        for name in ("Left", "Right"):
            QueueConsumer(name, arguments(source, {}))

    deployed = deploy(program)
    assert len(deployed.children("Left")) == len(deployed.children("Right")) == len(CHILDREN)


def test_the_callers_wish_to_retain_reaches_the_engine(source: Path) -> None:
    deployed = deploy_consumer(source, opts=pulumi.ResourceOptions(retain_on_delete=True))
    assert deployed["PokerHands"].retain_on_delete  # the engine passes it on to the children


def test_an_existing_dead_letter_queue_is_used_and_watched_and_left_alone(source: Path) -> None:
    dead = f"arn:aws:sqs:us-east-1:{ACCOUNT}:graveyard"
    deployed = deploy_consumer(source, {"dead_letter_queue.arn": dead})
    assert redrive_policy(deployed) == {"deadLetterTargetArn": dead, "maxReceiveCount": 3}
    children = {child.name for child in deployed.children("PokerHands")}
    assert children == CHILDREN.keys() - {
        "PokerHandsDeadLetterQueue",
        "PokerHandsRedriveAllowPolicy",
    }
    alarm = deployed["PokerHandsDeadLettersAlarm"].inputs
    assert alarm["dimensions"] == {"QueueName": "graveyard"}
    outputs = deployed.component_outputs[deployed["PokerHands"].urn]
    assert outputs["dead_letter_queue_arn"] == dead
    # The mocks' URL of the queue is "url:PokerHandsQueue".
    assert outputs["dead_letter_queue_url"].endswith("/graveyard")


@pytest.mark.parametrize("in_policy", [True, False])
def test_an_existing_queue_gets_a_consumer_around_it(source: Path, *, in_policy: bool) -> None:
    dead = f"arn:aws:sqs:us-east-1:{ACCOUNT}:graveyard"
    policy = json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": 3})

    def program() -> None:
        queue = aws.sqs.Queue(
            "Existing",
            visibility_timeout_seconds=60,
            redrive_policy=policy if in_policy else None,
        )
        named = {} if in_policy else {"dead_letter_queue.arn": dead}
        values = {"queue": queue, **named, "alarms.oldest_message_age": 60}
        QueueConsumer("PokerHands", arguments(source, values))

    deployed = deploy(program)
    own_queue = {"PokerHandsQueue", "PokerHandsDeadLetterQueue", "PokerHandsRedriveAllowPolicy"}
    children = {child.name for child in deployed.children("PokerHands")}
    assert children == (CHILDREN.keys() - own_queue) | {"PokerHandsOldestMessageAlarm"}
    assert (
        deployed["PokerHandsMapping"].inputs["eventSourceArn"]
        == deployed["Existing"].outputs["arn"]
    )
    allowed = statements(deployed["PokerHandsLambdaRolePolicy"].inputs["policy"])[0]
    assert allowed["Resource"] == deployed["Existing"].outputs["arn"]
    alarm = deployed["PokerHandsOldestMessageAlarm"].inputs
    assert alarm["dimensions"] == {"QueueName": "Existing-0000000"}
    alarm = deployed["PokerHandsDeadLettersAlarm"].inputs
    assert alarm["dimensions"] == {"QueueName": "graveyard"}
    outputs = deployed.component_outputs[deployed["PokerHands"].urn]
    assert outputs["dead_letter_queue_arn"] == dead
    assert outputs["dead_letter_queue_url"].endswith("/graveyard")


KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
KEY_OF_QUEUE = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{KEY_ID}"


@pytest.mark.parametrize(
    ("key", "resource", "condition"),
    [
        (KEY_OF_QUEUE, KEY_OF_QUEUE, None),
        (KEY_ID, KEY_OF_QUEUE, None),
        ("alias/mine", f"arn:aws:kms:us-east-1:{ACCOUNT}:key/*", "alias/mine"),
        (
            f"arn:aws:kms:us-east-1:{ACCOUNT}:alias/mine",
            f"arn:aws:kms:us-east-1:{ACCOUNT}:key/*",
            "alias/mine",
        ),
        (
            "arn:aws:kms:us-east-1:999999999999:alias/shared",
            "arn:aws:kms:us-east-1:999999999999:key/*",
            "alias/shared",
        ),
        ("alias/aws/sqs", None, None),  # its own policy lets in whoever may use SQS
        (None, None, None),
    ],
)
def test_the_key_of_an_existing_queue_may_be_used(
    source: Path, key: str | None, resource: str | None, condition: str | None
) -> None:
    def program() -> None:
        queue = aws.sqs.Queue("Existing", visibility_timeout_seconds=60, kms_master_key_id=key)
        values = {"queue": queue, "alarms.dead_letters": None}
        QueueConsumer("PokerHands", arguments(source, values))

    policy = deploy(program)["PokerHandsLambdaRolePolicy"].inputs["policy"]
    decrypt = [each for each in statements(policy) if "kms:Decrypt" in each["Action"]]

    assert [each["Resource"] for each in decrypt] == [resource] * len(decrypt)
    assert len(decrypt) == (resource is not None)
    if condition:
        names = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": condition}}
        assert decrypt[0]["Condition"] == names


def test_an_existing_queue_without_a_dead_letter_queue_needs_no_alarm_on_it(source: Path) -> None:
    policies: list[object] = []

    def program(**alarms: None) -> None:
        queue = aws.sqs.Queue("Existing", visibility_timeout_seconds=60)
        values = {f"alarms.{name}": value for name, value in alarms.items()}
        made = QueueConsumer("PokerHands", arguments(source, {"queue": queue, **values}))
        made.move_back_policy.apply(policies.append)

    with pytest.raises(ArgumentsError, match=r"no dead-letter queue to watch: set its redrive_pol"):
        deploy(program)
    policies.clear()

    deployed = deploy(lambda: program(dead_letters=None))

    children = {child.name for child in deployed.children("PokerHands")}
    assert "PokerHandsDeadLettersAlarm" not in children
    outputs = deployed.component_outputs[deployed["PokerHands"].urn]
    assert not [name for name in outputs if name.startswith("dead_letter_queue")]
    assert policies == [None]


def test_who_may_send_is_in_the_queues_policy(source: Path, wide: Deployment) -> None:
    policy = wide["PokerHandsQueuePolicy"].inputs
    assert policy["queueUrl"] == "url:PokerHandsQueue"
    assert {each["Effect"] for each in statements(policy["policy"])} == {"Allow", "Deny"}
    for values in ({"queue.producers": [ROLE]}, {"queue.enforce_ssl": True}):
        deployed = deploy_consumer(source, values)
        assert "PokerHandsQueuePolicy" in {each.name for each in deployed.registrations}


def test_neither_queue_takes_plain_http_if_that_is_enforced(source: Path, wide: Deployment) -> None:
    policy = wide["PokerHandsDeadLetterQueuePolicy"].inputs
    (deny,) = statements(policy["policy"])
    assert policy["queueUrl"] == "url:PokerHandsDeadLetterQueue"
    assert deny["Resource"] == wide["PokerHandsDeadLetterQueue"].outputs["arn"]
    assert deny["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    existing = f"arn:aws:sqs:us-east-1:{ACCOUNT}:graveyard"
    values = {"queue.enforce_ssl": True, "dead_letter_queue.arn": existing}
    deployed = deploy_consumer(source, values)
    assert "PokerHandsDeadLetterQueuePolicy" not in {each.name for each in deployed.registrations}


@pytest.mark.parametrize("later", [False, True])
def test_a_filter_is_written_as_json_once(source: Path, *, later: bool) -> None:
    pattern = {"body": {"kind": ["order"]}}
    given: list[Any] = [pattern, json.dumps(pattern)]
    if later:
        given = [pulumi.Output.from_input(each) for each in given]

    mapping = deploy_consumer(source, {"mapping.filters": given})["PokerHandsMapping"].inputs

    assert mapping["filterCriteria"] == {"filters": [{"pattern": json.dumps(pattern)}] * 2}


def test_the_receives_are_a_whole_number_also_when_the_engine_passes_them_on(source: Path) -> None:
    values = {"dead_letter_queue.max_receive_count": pulumi.Output.from_input(5.0)}
    policy = deploy_consumer(source, values)["PokerHandsQueue"].inputs["redrivePolicy"]
    assert '"maxReceiveCount": 5}' in policy


def test_who_redrives_may_use_the_key_of_an_existing_dead_letter_queue(source: Path) -> None:
    dead, key = f"arn:aws:sqs:us-east-1:{ACCOUNT}:graveyard", KEY.replace("1234", "5678")
    given = {"dead_letter_queue.arn": dead, "dead_letter_queue.kms_key_arn": key}

    def program() -> None:
        consumer = QueueConsumer("PokerHands", arguments(source, given))
        pulumi.export("move_back", consumer.move_back_policy)

    *_, own = statements(deploy(program).exports["move_back"])
    assert (own["Action"], own["Resource"]) == (["kms:Decrypt"], key)


def test_the_role_may_what_the_arguments_need_and_say(wide: Deployment) -> None:
    role = wide["PokerHandsLambdaRole"].inputs
    assert (role["path"], role["permissionsBoundary"]) == ("/orders/", BOUNDARY)
    _, _, key, traces, own = statements(wide["PokerHandsLambdaRolePolicy"].inputs["policy"])
    assert (key["Action"], key["Resource"]) == (["kms:Decrypt"], KEY)
    assert traces["Action"] == ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
    assert own == READ
    attachment = wide[f"PokerHands{LESSONS_ATTACHMENT}"]
    assert attachment.inputs == {
        "role": "PokerHandsLambdaRole-0000000",
        "policyArn": LESSONS_POLICY,
    }


def test_a_function_in_a_vpc_is_created_after_its_role_may_manage_interfaces(
    wide: Deployment,
) -> None:
    policy = wide["PokerHandsNetworkPolicy"]
    assert policy.urn in wide["PokerHandsConsumer"].dependencies
    assert "ec2:CreateNetworkInterface" in statements(policy.inputs["policy"])[0]["Action"]


ALARMS = {
    "DeadLettersAlarm": (
        *("AWS/SQS", "ApproximateNumberOfMessagesVisible", "Maximum", 2),
        {"QueueName": "PokerHandsDeadLetterQueue-0000000"},
    ),
    "OldestMessageAlarm": (
        *("AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", 300),
        {"QueueName": "PokerHandsQueue-0000000"},
    ),
    "ErrorsAlarm": (
        *("AWS/Lambda", "Errors", "Sum", 3),
        {"FunctionName": "PokerHandsConsumer-0000000"},
    ),
    "ThrottlesAlarm": (
        *("AWS/Lambda", "Throttles", "Sum", 4),
        {"FunctionName": "PokerHandsConsumer-0000000"},
    ),
}


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_watches_its_metric_and_tells_the_topics(wide: Deployment, name: str) -> None:
    alarm = wide[f"PokerHands{name}"].inputs
    keys = ("namespace", "metricName", "statistic", "threshold", "dimensions")
    assert tuple(alarm[key] for key in keys) == ALARMS[name]
    assert alarm["alarmActions"] == alarm["okActions"] == [TOPIC]
    assert alarm["comparisonOperator"] == "GreaterThanOrEqualToThreshold"
    assert alarm["treatMissingData"] == "notBreaching"
    assert alarm["alarmDescription"]


def test_one_dead_letter_raises_an_alarm_by_default_which_can_be_turned_off(
    source: Path, plain: Deployment
) -> None:
    assert plain["PokerHandsDeadLettersAlarm"].inputs["threshold"] == 1
    without_alarm = deploy_consumer(source, {"alarms.dead_letters": None})
    assert "PokerHandsDeadLettersAlarm" not in {each.name for each in without_alarm.registrations}


def test_a_program_can_hand_out_policies_for_who_sends_and_who_redrives(source: Path) -> None:
    def program() -> None:
        consumer = QueueConsumer("PokerHands", arguments(source, {"queue.kms_key_arn": KEY}))
        assert consumer.move_back_policy is not None
        pulumi.export("send", consumer.send_policy)
        pulumi.export("move_back", consumer.move_back_policy)

    deployed = deploy(program)
    exports = deployed.exports
    send, send_key = statements(exports["send"])
    assert (send["Action"][0], send["Resource"]) == (
        "sqs:SendMessage",
        deployed["PokerHandsQueue"].outputs["arn"],
    )
    move, back, back_key = statements(exports["move_back"])
    assert move["Action"][0] == "sqs:StartMessageMoveTask"
    assert move["Resource"] == deployed["PokerHandsDeadLetterQueue"].outputs["arn"]
    assert (back["Action"], back["Resource"]) == (
        ["sqs:SendMessage"],
        deployed["PokerHandsQueue"].outputs["arn"],
    )
    assert send_key["Resource"] == back_key["Resource"] == KEY


def test_any_archive_of_pulumi_can_be_deployed(source: Path) -> None:
    archive = pulumi.FileArchive(str(source))
    deployed = deploy_consumer(source, {"function.code": archive})
    assert deployed["PokerHandsConsumer"].inputs["code"].path == str(source)


def without(inputs: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in inputs.items() if name not in names}


def urns(deployed: Deployment, *children: str) -> set[str]:
    return {deployed[f"PokerHands{each}"].urn for each in children}


def redrive_policy(deployed: Deployment) -> dict[str, Any]:
    policy: dict[str, Any] = json.loads(deployed["PokerHandsQueue"].inputs["redrivePolicy"])
    return policy


def visibility(deployed: Deployment) -> float:
    seconds: float = deployed["PokerHandsQueue"].inputs["visibilityTimeoutSeconds"]
    return seconds
