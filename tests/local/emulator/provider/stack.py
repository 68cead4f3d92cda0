"""Valid inputs for each resource type."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from automation.emulator.provider.values import Archive, Asset

if TYPE_CHECKING:
    from tests.local.emulator.provider.driver import Driver, Resource

QUEUE = "aws:sqs/queue:Queue"
REDRIVE_ALLOW_POLICY = "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
FUNCTION = "aws:lambda/function:Function"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
ACCOUNT = "000000000000"


def policy(*actions: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


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
        match token:
            case "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy":
                queue = self.driver.create(QUEUE, "queue")
                deny = {"redrivePermission": "denyAll"}
                return {"queueUrl": queue.id, "redriveAllowPolicy": json.dumps(deny)}
            case "aws:iam/role:Role":
                return {"assumeRolePolicy": TRUST}
            case "aws:iam/rolePolicy:RolePolicy":
                return {"role": self.role().id, "policy": policy("sqs:ReceiveMessage")}
            case "aws:lambda/function:Function":
                return self.function_inputs()
            case "aws:lambda/eventSourceMapping:EventSourceMapping":
                queue = self.driver.create(QUEUE, "queue")
                arn = queue.state["arn"]
                return {"eventSourceArn": arn, "functionName": self.function().id}
        return {}
