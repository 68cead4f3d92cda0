"""Checks inputs of the provider's resource types, starting from valid ones."""

from __future__ import annotations

from typing import Any

from automation.emulator.provider.checking import NamingRequest, check
from automation.emulator.provider.configuration import Configuration
from automation.emulator.provider.resources import RESOURCE_TYPES
from automation.emulator.provider.values import Archive

QUEUE = "aws:sqs/queue:Queue"
ROLE = "aws:iam/role:Role"
FUNCTION = "aws:lambda/function:Function"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
METRIC_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
NAMING = NamingRequest(logical_name="thing", seed=b"seed")
ARN = "arn:aws:sqs:us-east-1:000000000000:queue"
VALID: dict[str, dict[str, Any]] = {
    QUEUE: {},
    ROLE: {"assumeRolePolicy": "{}"},
    FUNCTION: {
        "code": Archive(hash="1"),
        "handler": "handler.handler",
        "role": "arn:aws:iam::000000000000:role/role",
        "runtime": "python3.12",
    },
    MAPPING: {"eventSourceArn": ARN, "functionName": "function"},
    LOG_GROUP: {},
    METRIC_ALARM: {
        "metricName": "Errors",
        "namespace": "AWS/Lambda",
        "statistic": "Sum",
        "comparisonOperator": "GreaterThanOrEqualToThreshold",
        "evaluationPeriods": 1,
    },
}


def checked(
    token: str,
    news: dict[str, Any],
    *,
    olds: dict[str, Any] | None = None,
    naming: NamingRequest = NAMING,
    config: Configuration | None = None,
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the checked inputs, and the reasons of the failures by property."""
    inputs, failures = check(
        RESOURCE_TYPES[token],
        olds=olds or {},
        news=news,
        naming=naming,
        config=config or Configuration(),
    )
    return inputs, {failure.property: failure.reason for failure in failures}


def reasons(token: str, **news: Any) -> dict[str, str]:
    """Return the failures of valid inputs of a type, changed by `news`."""
    return checked(token, {**VALID[token], **news})[1]
