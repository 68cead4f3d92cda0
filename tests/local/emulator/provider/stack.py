"""Valid inputs for each resource type."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from automation.emulator.provider.values import Archive, Asset

if TYPE_CHECKING:
    from tests.local.emulator.provider.driver import Driver, Resource

QUEUE = "aws:sqs/queue:Queue"
REDRIVE_ALLOW_POLICY = "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy"
QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
ROLE_POLICY_ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
FUNCTION = "aws:lambda/function:Function"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
METRIC_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
ACCOUNT = "000000000000"


def policy(*actions: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def sending(queue_arn: str) -> dict[str, Any]:
    """A policy of a queue that lets one role send."""
    principal = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sqs:SendMessage"}
    return {"Version": "2012-10-17", "Statement": [{**statement, "Resource": queue_arn}]}


TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def code(text: str) -> Archive:
    """An archive as the engine sends it, with a hash of its content."""
    return Archive(hash=text, assets={"handler.py": Asset(hash=text, text=text)})


HANDLER = "def handler(event, context):\n    return {'answer': 1}\n"


class Stack:
    """Valid inputs for each resource type, and the resources that they refer to."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver

    def role(self) -> Resource:
        return self.driver.create(ROLE, "role", assumeRolePolicy=TRUST)

    def function(self, **news: Any) -> Resource:
        return self.driver.create(FUNCTION, "function", **self.function_inputs(), **news)

    def function_inputs(self) -> dict[str, Any]:
        return {
            "code": code(HANDLER),
            "handler": "handler.handler",
            "role": self.role().state["arn"],
            "runtime": "python3.12",
        }

    def inputs(self, token: str) -> dict[str, Any]:
        """Valid inputs for a type; a queue and a log group need none."""
        return INPUTS[token](self) if token in INPUTS else {}

    def queue(self) -> Resource:
        return self.driver.create(QUEUE, "queue")

    def redrive_allow_policy_inputs(self) -> dict[str, Any]:
        deny = {"redrivePermission": "denyAll"}
        return {"queueUrl": self.queue().id, "redriveAllowPolicy": json.dumps(deny)}

    def queue_policy_inputs(self) -> dict[str, Any]:
        queue = self.queue()
        return {"queueUrl": queue.id, "policy": sending(queue.state["arn"])}

    def mapping_inputs(self) -> dict[str, Any]:
        arn = self.queue().state["arn"]
        return {"eventSourceArn": arn, "functionName": self.function().id}


MANAGED_POLICY = "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"
ALARM = {
    "namespace": "AWS/SQS",
    "metricName": "ApproximateNumberOfMessagesVisible",
    "dimensions": {"QueueName": "queue"},
    "statistic": "Maximum",
    "period": 60,
    "evaluationPeriods": 1,
    "threshold": 1,
    "comparisonOperator": "GreaterThanOrEqualToThreshold",
    "treatMissingData": "notBreaching",
    "alarmActions": [f"arn:aws:sns:us-east-1:{ACCOUNT}:topic"],
    "tags": {"team": "cards"},
}
INPUTS: dict[str, Callable[[Stack], dict[str, Any]]] = {
    REDRIVE_ALLOW_POLICY: Stack.redrive_allow_policy_inputs,
    QUEUE_POLICY: Stack.queue_policy_inputs,
    ROLE: lambda _: {"assumeRolePolicy": TRUST},
    ROLE_POLICY: lambda stack: {"role": stack.role().id, "policy": policy("sqs:ReceiveMessage")},
    ROLE_POLICY_ATTACHMENT: lambda stack: {"role": stack.role().id, "policyArn": MANAGED_POLICY},
    FUNCTION: Stack.function_inputs,
    MAPPING: Stack.mapping_inputs,
    METRIC_ALARM: lambda _: dict(ALARM),
}
