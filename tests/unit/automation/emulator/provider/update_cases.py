"""The updates that record_diffs.py has the official provider plan.

A deployed resource (`BASES`) gets the inputs of another, or loses one input, or has one set to
another value (`VALUES`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

QUEUE = "aws:sqs/queue:Queue"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
FUNCTION = "aws:lambda/function:Function"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"

Properties = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Base:
    """A deployed resource: its inputs, and the further properties of its state."""

    inputs: Properties
    outputs: Properties


@dataclass(frozen=True, kw_only=True)
class Case:
    """An update of a base.

    Attributes:
        token: The resource's type.
        base: The name of the base.
        set: The inputs that the update sets.
        remove: The inputs that it no longer sets.
    """

    token: str
    base: str
    set: Properties = field(default_factory=dict)
    remove: tuple[str, ...] = ()


def policy(*actions: str, indent: int | None = None) -> str:
    """Return a policy that allows actions."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=indent)


def redrive(receives: int, indent: int | None = None) -> str:
    """Return a redrive policy as SQS returns it."""
    document = {"deadLetterTargetArn": QUEUE_ARN, "maxReceiveCount": receives}
    return json.dumps(document, separators=(",", ":"), indent=indent)


def managed(name: str) -> str:
    """Return the ARN of a managed policy."""
    return f"arn:aws:iam::aws:policy/{name}"


def layer(name: str) -> str:
    """Return the ARN of a layer."""
    return f"arn:aws:lambda:us-east-1:123456789012:layer:{name}:1"


def filters(*bodies: str) -> Properties:
    """Return filter criteria."""
    return {"filters": [{"pattern": each} for each in bodies]}


QUEUE_ARN = "arn:aws:sqs:us-east-1:123456789012:q"
FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:fn"
ROLE_ARN = "arn:aws:iam::123456789012:role/r"
ONE_STATEMENT = json.dumps(
    {"Version": "2012-10-17", "Statement": json.loads(policy("sqs:*"))["Statement"][0]}
)
UNIQUE = "0123456789abcdef0123456789"  # what follows a prefix
TAGS = {"a": "1"}

ROLE_INPUTS = {"name": "r", "assumeRolePolicy": policy("sts:AssumeRole")}
FUNCTION_INPUTS = {
    "name": "fn",
    "code": "a.zip",
    "handler": "h.h",
    "role": ROLE_ARN,
    "runtime": "python3.12",
}
ALARM_INPUTS = {
    "name": "a",
    "comparisonOperator": "GreaterThanThreshold",
    "evaluationPeriods": 1,
    "metricName": "Errors",
    "namespace": "AWS/Lambda",
    "period": 60,
    "statistic": "Sum",
    "threshold": 0,
}
TOPICS = [f"arn:aws:sns:us-east-1:123456789012:{name}" for name in "abc"]
MAPPING_INPUTS = {"eventSourceArn": QUEUE_ARN, "functionName": "fn"}
QUEUE_OUTPUTS = {"kmsDataKeyReusePeriodSeconds": 300, "sqsManagedSseEnabled": True}
FUNCTION_OUTPUTS = {
    "architectures": ["x86_64"],
    "description": "",
    "ephemeralStorage": {"size": 512},
    "layers": [],
    "loggingConfig": {"logFormat": "Text", "logGroup": "/aws/lambda/fn"},
    "tracingConfig": {"mode": "PassThrough"},
}
MAPPING_OUTPUTS = {
    "batchSize": 10,
    "functionResponseTypes": [],
    "maximumBatchingWindowInSeconds": 0,
}

BASES: Mapping[str, Mapping[str, Base]] = {
    QUEUE: {
        "minimal": Base(inputs={"name": "q"}, outputs=QUEUE_OUTPUTS),
        "full": Base(
            inputs={
                "name": "q",
                "delaySeconds": 5,
                "maxMessageSize": 2048,
                "messageRetentionSeconds": 60,
                "policy": policy("sqs:*"),
                "receiveWaitTimeSeconds": 20,
                "redriveAllowPolicy": '{"redrivePermission":"denyAll"}',
                "redrivePolicy": redrive(3),
                "sqsManagedSseEnabled": True,
                "tags": TAGS,
                "visibilityTimeoutSeconds": 60,
            },
            outputs=QUEUE_OUTPUTS,
        ),
        "with a key": Base(
            inputs={
                "name": "q",
                "kmsMasterKeyId": "alias/k",
                "kmsDataKeyReusePeriodSeconds": 600,
            },
            outputs={"sqsManagedSseEnabled": False},
        ),
        "fifo": Base(
            inputs={
                "name": "q.fifo",
                "contentBasedDeduplication": True,
                "deduplicationScope": "messageGroup",
                "fifoQueue": True,
                "fifoThroughputLimit": "perMessageGroupId",
            },
            outputs=QUEUE_OUTPUTS,
        ),
        "prefixed": Base(
            inputs={"namePrefix": "q-"}, outputs={**QUEUE_OUTPUTS, "name": f"q-{UNIQUE}"}
        ),
    },
    ROLE: {
        "minimal": Base(inputs=ROLE_INPUTS, outputs={"managedPolicyArns": []}),
        "full": Base(
            inputs={
                **ROLE_INPUTS,
                "description": "d",
                "forceDetachPolicies": True,
                "managedPolicyArns": [managed("A"), managed("B")],
                "maxSessionDuration": 7200,
                "path": "/t/",
                "permissionsBoundary": managed("B"),
                "tags": TAGS,
            },
            outputs={},
        ),
        "prefixed": Base(
            inputs={"namePrefix": "r-", "assumeRolePolicy": policy("sts:AssumeRole")},
            outputs={"name": f"r-{UNIQUE}", "managedPolicyArns": []},
        ),
    },
    ROLE_POLICY: {
        "minimal": Base(inputs={"name": "p", "role": "r", "policy": policy("sqs:*")}, outputs={}),
        "prefixed": Base(
            inputs={"namePrefix": "p-", "role": "r", "policy": policy("sqs:*")},
            outputs={"name": f"p-{UNIQUE}"},
        ),
    },
    FUNCTION: {
        "minimal": Base(inputs=FUNCTION_INPUTS, outputs=FUNCTION_OUTPUTS),
        "full": Base(
            inputs={
                **FUNCTION_INPUTS,
                "architectures": ["arm64"],
                "deadLetterConfig": {"targetArn": QUEUE_ARN},
                "description": "d",
                "environment": {"variables": {"A": "1", "B": "2"}},
                "ephemeralStorage": {"size": 1024},
                "layers": [layer("a"), layer("b")],
                "loggingConfig": {"logFormat": "Text", "logGroup": "g"},
                "memorySize": 256,
                "publish": True,
                "reservedConcurrentExecutions": 5,
                "skipDestroy": True,
                "sourceCodeHash": "h",
                "tags": TAGS,
                "timeout": 10,
                "tracingConfig": {"mode": "Active"},
            },
            outputs={},
        ),
    },
    MAPPING: {
        "minimal": Base(
            inputs=MAPPING_INPUTS, outputs={**MAPPING_OUTPUTS, "functionName": FUNCTION_ARN}
        ),
        "full": Base(
            inputs={
                **MAPPING_INPUTS,
                "batchSize": 5,
                "enabled": False,
                "filterCriteria": filters('{"a":[1]}', '{"b":[1]}'),
                "functionResponseTypes": ["ReportBatchItemFailures"],
                "maximumBatchingWindowInSeconds": 5,
                "scalingConfig": {"maximumConcurrency": 5},
                "tags": TAGS,
            },
            outputs={"functionName": FUNCTION_ARN},
        ),
    },
    LOG_GROUP: {
        "minimal": Base(inputs={"name": "g"}, outputs={"logGroupClass": "STANDARD"}),
        "full": Base(
            inputs={
                "name": "g",
                "logGroupClass": "INFREQUENT_ACCESS",
                "retentionInDays": 14,
                "skipDestroy": True,
                "tags": TAGS,
            },
            outputs={},
        ),
        "prefixed": Base(
            inputs={"namePrefix": "g-"},
            outputs={"name": f"g-{UNIQUE}", "logGroupClass": "STANDARD"},
        ),
    },
    ATTACHMENT: {
        "minimal": Base(inputs={"role": "r", "policyArn": managed("A")}, outputs={}),
    },
    ALARM: {
        "minimal": Base(inputs=ALARM_INPUTS, outputs={}),
        "full": Base(
            inputs={
                **ALARM_INPUTS,
                "actionsEnabled": False,
                "alarmActions": TOPICS[:2],
                "alarmDescription": "d",
                "datapointsToAlarm": 1,
                "dimensions": {"FunctionName": "fn", "Resource": "fn"},
                "insufficientDataActions": TOPICS[:1],
                "okActions": TOPICS[:2],
                "tags": TAGS,
                "threshold": 5,
                "treatMissingData": "notBreaching",
                "unit": "Count",
            },
            outputs={},
        ),
    },
}
VALUES: Mapping[str, Mapping[str, list[Any]]] = {
    QUEUE: {
        "contentBasedDeduplication": [False],
        "deduplicationScope": ["queue", "messageGroup"],
        "delaySeconds": [0, 5, 6],
        "fifoThroughputLimit": ["perQueue", "perMessageGroupId"],
        "kmsDataKeyReusePeriodSeconds": [300, 600],
        "kmsMasterKeyId": ["", "alias/k", "alias/k2"],
        "maxMessageSize": [2048, 262_144],
        "policy": ["", policy("sqs:*"), ONE_STATEMENT, policy("sns:*")],
        "redriveAllowPolicy": ["{}", '{ "redrivePermission": "denyAll" }'],
        "redrivePolicy": ["", redrive(3), redrive(3, indent=1), redrive(4)],
        "sqsManagedSseEnabled": [False, True],
        "tags": [{}, TAGS, {"a": "2", "b": "1"}],
        "visibilityTimeoutSeconds": [30, 31, 60],
    },
    ROLE: {
        "assumeRolePolicy": [
            policy("sts:AssumeRole", indent=2),
            policy("sts:TagSession"),
            ONE_STATEMENT,
        ],
        "description": ["", "d", "e"],
        "forceDetachPolicies": [False, True],
        "managedPolicyArns": [
            [],
            [managed("A")],
            [managed("B"), managed("A")],
            [managed("C"), managed("A")],
        ],
        "maxSessionDuration": [3600, 7200],
        "path": ["/", "/t/"],
        "permissionsBoundary": ["", managed("B"), managed("C")],
        "tags": [{}, TAGS, {"b": "1"}],
    },
    ROLE_POLICY: {
        "policy": [policy("sqs:*", indent=2), ONE_STATEMENT, policy("sns:*")],
        "role": ["other"],
    },
    FUNCTION: {
        "architectures": [["x86_64"], ["arm64"]],
        "code": ["b.zip"],
        "deadLetterConfig": [{"targetArn": QUEUE_ARN}, {"targetArn": f"{QUEUE_ARN}2"}],
        "description": ["", "d", "e"],
        "environment": [
            {},
            {"variables": {}},
            {"variables": {"A": "1"}},
            {"variables": {"A": "1", "B": "2"}},
            {"variables": {"A": "2", "B": "2", "C": ""}},
        ],
        "ephemeralStorage": [{}, {"size": 512}, {"size": 1024}],
        "handler": ["h.g"],
        "layers": [[], [layer("a")], [layer("a"), layer("b")], [layer("b"), layer("a")]],
        "loggingConfig": [
            {"logFormat": "Text"},
            {"logFormat": "Text", "logGroup": "g"},
            {"logFormat": "Text", "logGroup": "/aws/lambda/fn"},
        ],
        "memorySize": [128, 256],
        "publish": [False, True],
        "reservedConcurrentExecutions": [-1, 0, 5],
        "role": [f"{ROLE_ARN}2"],
        "runtime": ["python3.13"],
        "skipDestroy": [False, True],
        "sourceCodeHash": ["", "h", "i"],
        "tags": [{}, TAGS],
        "timeout": [3, 10],
        "tracingConfig": [{"mode": "PassThrough"}, {"mode": "Active"}],
    },
    MAPPING: {
        "batchSize": [1, 5, 10],
        "enabled": [False, True],
        "eventSourceArn": [f"{QUEUE_ARN}2"],
        "filterCriteria": [
            {},
            filters(),
            filters('{"a":[1]}'),
            filters('{"b":[1]}', '{"a":[1]}'),
            filters('{"a": [1]}', '{"b":[1]}'),
        ],
        "functionName": [FUNCTION_ARN, "other", f"{FUNCTION_ARN}:alias", "fn:alias"],
        "functionResponseTypes": [[], ["ReportBatchItemFailures"]],
        "maximumBatchingWindowInSeconds": [0, 5, 6],
        "scalingConfig": [{}, {"maximumConcurrency": 5}, {"maximumConcurrency": 6}],
        "tags": [{}, TAGS],
    },
    LOG_GROUP: {
        "logGroupClass": ["STANDARD", "INFREQUENT_ACCESS"],
        "retentionInDays": [0, 7, 14],
        "skipDestroy": [False, True],
        "tags": [{}, TAGS],
    },
    ATTACHMENT: {"role": ["other"], "policyArn": [managed("A"), managed("B")]},
    ALARM: {
        "actionsEnabled": [True, False],
        "alarmActions": [[], TOPICS[:1], TOPICS[1::-1], TOPICS[1:]],
        "alarmDescription": ["", "d", "e"],
        "comparisonOperator": ["GreaterThanOrEqualToThreshold"],
        "datapointsToAlarm": [1, 2],
        "dimensions": [
            {},
            {"FunctionName": "fn"},
            {"FunctionName": "other", "Resource": "fn", "Added": "x"},
        ],
        "evaluationPeriods": [1, 2],
        "metricName": ["Throttles"],
        "namespace": ["AWS/SQS"],
        "okActions": [[], TOPICS[:1]],
        "period": [60, 300],
        "statistic": ["Sum", "Maximum"],
        "tags": [{}, TAGS],
        "threshold": [0, 1.5, 5],
        "treatMissingData": ["missing", "notBreaching"],
        "unit": ["Count", "Percent"],
    },
}
# The official provider refuses an update without these before it plans it.
NEEDED = {
    QUEUE: {"name", "namePrefix", "fifoQueue"},
    ROLE: {"name", "namePrefix", "assumeRolePolicy"},
    ROLE_POLICY: {"name", "namePrefix", "policy", "role"},
    FUNCTION: {"name", "code", "handler", "role", "runtime"},
    MAPPING: {"eventSourceArn", "functionName"},
    LOG_GROUP: {"name", "namePrefix"},
    ATTACHMENT: {"role", "policyArn"},
    ALARM: ALARM_INPUTS.keys() - {"period", "threshold"},
}


def cases() -> Iterator[Case]:
    """Yield every case."""
    for token, bases in BASES.items():
        for name, base in bases.items():
            for other in bases.values():
                removed = tuple(key for key in base.inputs if key not in other.inputs)
                yield Case(token=token, base=name, set=other.inputs, remove=removed)
            for key in base.inputs.keys() - NEEDED[token]:
                yield Case(token=token, base=name, remove=(key,))
            for key, values in VALUES[token].items():
                for value in values:
                    yield Case(token=token, base=name, set={key: value})
            if "name" in base.inputs:
                yield Case(token=token, base=name, set={"name": "other"})
            if "name" in base.outputs:
                given = {"name": base.outputs["name"]}
                yield Case(token=token, base=name, set=given, remove=("namePrefix",))
                yield Case(token=token, base=name, set={"namePrefix": "x-"})
