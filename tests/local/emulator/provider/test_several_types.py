"""Names, drift, secrets, errors and invokes, against a running emulator."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from automation.emulator.provider.values import Secret
from tests.local.emulator.provider.driver import AbortedError, Resource
from tests.local.emulator.provider.stack import (
    ACCOUNT,
    FUNCTION,
    LOG_GROUP,
    METRIC_ALARM,
    QUEUE,
    QUEUE_POLICY,
    ROLE,
    ROLE_POLICY,
    policy,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from automation.emulator.provider.aws import Aws
    from tests.local.emulator.provider.driver import Driver
    from tests.local.emulator.provider.stack import Stack


@pytest.mark.parametrize("token", [QUEUE, ROLE, ROLE_POLICY, LOG_GROUP])
def test_a_prefix_begins_the_name_of_what_is_made(driver: Driver, stack: Stack, token: str) -> None:
    inputs = stack.inputs(token)
    created = driver.create(token, "thing", namePrefix="pre-", **inputs)
    assert re.fullmatch(r"pre-[0-9a-f]{26}", created.state["name"])
    assert driver.diff(created, namePrefix="pre-", **inputs).changed == set()
    found = driver.read(created)
    assert found is not None
    assert driver.diff(found, namePrefix="pre-", **inputs).changed == set()


def by_hand_queue(aws: Aws, queue: Resource) -> None:
    aws.sqs.set_queue_attributes(QueueUrl=queue.id, Attributes={"VisibilityTimeout": "1"})
    aws.sqs.tag_queue(QueueUrl=queue.id, Tags={"by": "hand"})


def by_hand_group(aws: Aws, group: Resource) -> None:
    aws.logs.put_retention_policy(logGroupName=group.id, retentionInDays=1)


def by_hand_function(aws: Aws, function: Resource) -> None:
    aws.lambda_.update_function_configuration(FunctionName=function.id, MemorySize=512)


def by_hand_alarm(aws: Aws, alarm: Resource) -> None:
    (found,) = aws.cloudwatch.describe_alarms(AlarmNames=[alarm.id])["MetricAlarms"]
    kept = ("AlarmName", "Namespace", "MetricName", "Dimensions", "Statistic", "Period")
    needed = (*kept, "EvaluationPeriods", "ComparisonOperator", "TreatMissingData", "AlarmActions")
    same: Any = {name: value for name, value in found.items() if name in needed}
    aws.cloudwatch.put_metric_alarm(**same, Threshold=9)
    aws.cloudwatch.tag_resource(
        ResourceARN=found["AlarmArn"], Tags=[{"Key": "by", "Value": "hand"}]
    )


def by_hand_queue_policy(aws: Aws, queue_policy: Resource) -> None:
    other = json.dumps({**policy("sqs:SendMessage"), "Id": "other"})
    aws.sqs.set_queue_attributes(QueueUrl=queue_policy.id, Attributes={"Policy": other})


BY_HAND: dict[str, tuple[Callable[[Aws, Resource], None], set[str]]] = {
    QUEUE: (by_hand_queue, {"visibilityTimeoutSeconds", "tags"}),
    LOG_GROUP: (by_hand_group, {"retentionInDays"}),
    FUNCTION: (by_hand_function, {"memorySize"}),
    METRIC_ALARM: (by_hand_alarm, {"threshold", "tags"}),
    QUEUE_POLICY: (by_hand_queue_policy, {"policy"}),
}


@pytest.mark.parametrize("token", BY_HAND)
def test_what_was_changed_by_hand_is_found_and_put_right(
    driver: Driver, stack: Stack, aws: Aws, token: str
) -> None:
    change, drifted = BY_HAND[token]
    inputs = stack.inputs(token)
    created = driver.create(token, "thing", **inputs)
    change(aws, created)
    found = driver.read(created)
    assert found is not None
    assert driver.diff(found, **inputs).changed == drifted
    driver.update(found, **inputs)
    assert {name: found.state.get(name) for name in drifted} == {
        name: created.state.get(name) for name in drifted
    }


def test_secrets_stay_secret_in_inputs_and_in_whatever_repeats_them(
    driver: Driver, stack: Stack
) -> None:
    queue = driver.create(QUEUE, "queue", tags={"open": "1", "hidden": Secret("2")})
    for state in (queue.inputs["tags"], queue.state["tags"], queue.state["tagsAll"]):
        assert state == {"open": "1", "hidden": Secret("2")}
    variables = {"OPEN": "1", "HIDDEN": Secret("2")}
    function = stack.function(environment={"variables": variables})
    assert function.state["environment"] == {"variables": variables}
    found = driver.read(function)
    assert found is not None
    assert found.state["environment"] == {"variables": variables}


def test_a_resource_that_was_made_but_never_became_ready_is_recorded(
    driver: Driver, stack: Stack
) -> None:
    inputs = stack.function_inputs()
    message = r"was created, but its set-up failed: waited .* to have the State"
    with pytest.raises(AbortedError, match=message):
        driver.create(FUNCTION, "slow", within=0.01, **inputs)
    recorded = driver.init_failure()
    assert recorded.id.startswith("slow-")
    assert recorded.properties.fields["timeout"].number_value == 3
    half = Resource(FUNCTION, "slow", recorded.id)
    assert driver.read(half) is not None
    driver.delete(half)
    assert driver.read(half) is None


def test_an_error_names_the_call_the_resource_and_awss_reason(driver: Driver) -> None:
    message = r"creating IAM role policy 'p': NoSuchEntity: .* \(in PutRolePolicy\)"
    with pytest.raises(AbortedError, match=message):
        driver.create(ROLE_POLICY, "p", role="missing", policy=policy("sqs:*"))


def test_a_type_or_function_that_is_not_served_is_an_error_that_names_it(driver: Driver) -> None:
    unsupported = "does not support the resource type aws:s3/bucket:Bucket"
    with pytest.raises(AbortedError, match=unsupported):
        driver.create("aws:s3/bucket:Bucket", "bucket")
    with pytest.raises(AbortedError, match="does not support the function aws:ec2/getVpc:getVpc"):
        driver.invoke("aws:ec2/getVpc:getVpc")


def test_the_invokes_tell_who_asks_and_where(driver: Driver) -> None:
    caller = driver.invoke("aws:index/getCallerIdentity:getCallerIdentity")
    assert caller["accountId"] == ACCOUNT
    assert caller["arn"].startswith(f"arn:aws:iam::{ACCOUNT}:")
    assert driver.invoke("aws:index/getRegion:getRegion")["region"] == "us-east-1"
    assert driver.invoke("aws:index/getPartition:getPartition")["partition"] == "aws"
    with pytest.raises(AbortedError, match="serves one region"):
        driver.invoke("aws:index/getRegion:getRegion", region="eu-west-1")
