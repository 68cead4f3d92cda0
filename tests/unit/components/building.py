"""Builds arguments from values by argument, as in `{"queue.delay_seconds": 5}`; `WIDE` has all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws

from components import FunctionArgs, QueueConsumer, QueueConsumerArgs
from components.testing import Deployment, deploy

ACCOUNT = "123456789012"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:alarms"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/sender"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary"
LAYER = f"arn:aws:lambda:us-east-1:{ACCOUNT}:layer:tools:1"
LESSONS_POLICY = aws.iam.ManagedPolicy.AWS_LAMBDA_SQS_QUEUE_EXECUTION_ROLE
READ = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::orders/*"}
WIDE: dict[str, Any] = {
    "queue.visibility_timeout_seconds": 130,
    "queue.message_retention_seconds": 600,
    "queue.delay_seconds": 1,
    "queue.receive_wait_time_seconds": 20,
    "queue.max_message_size": 1_048_576,
    "queue.kms_key_arn": KEY,
    "queue.kms_data_key_reuse_period_seconds": 60,
    "queue.enforce_ssl": True,
    "queue.producers": [ROLE, TOPIC, "arn:aws:s3:::orders"],
    "dead_letter_queue.max_receive_count": 5,
    "dead_letter_queue.message_retention_seconds": 700,
    "function.runtime": "python3.13",
    "function.architecture": "arm64",
    "function.memory_size": 256,
    "function.timeout": 20,
    "function.ephemeral_storage": 1_024,
    "function.environment": {"LEVEL": "high", "TOKEN": pulumi.Output.secret("sesame")},
    "function.layers": [LAYER],
    "function.tracing": True,
    "function.reserved_concurrent_executions": 10,
    "function.log_format": "JSON",
    "function.application_log_level": "DEBUG",
    "function.system_log_level": "WARN",
    "function.log_retention_in_days": 1,
    "function.description": "Processes orders",
    "function.subnet_ids": ["subnet-1", "subnet-2"],
    "function.security_group_ids": ["sg-1"],
    "mapping.batch_size": 100,
    "mapping.maximum_batching_window_in_seconds": 5,
    "mapping.maximum_concurrency": 10,
    "mapping.filters": [{"body": {"kind": ["order"]}}, '{"body": {"kind": ["refund"]}}'],
    "mapping.enabled": False,
    "alarms.dead_letters": 2,
    "alarms.oldest_message_age": 300,
    "alarms.errors": 3,
    "alarms.throttles": 4,
    "alarms.topics": [TOPIC],
    "permissions.statements": [READ],
    "permissions.managed_policy_arns": [LESSONS_POLICY],
    "permissions.permissions_boundary": BOUNDARY,
    "permissions.path": "/orders/",
}


def arguments(source: Path, values: Mapping[str, Any]) -> QueueConsumerArgs:
    args = QueueConsumerArgs(function=FunctionArgs(code=source))
    for path, value in values.items():
        group, _, name = path.rpartition(".")
        change = {group: replace(getattr(args, group), **{name: value})} if group else {name: value}
        args = replace(args, **change)
    return args


def deploy_consumer(
    source: Path,
    values: Mapping[str, Any] | None = None,
    opts: pulumi.ResourceOptions | None = None,
) -> Deployment:
    args = arguments(source, values or {})
    return deploy(lambda: QueueConsumer("PokerHands", args, opts))


def statements(document: str) -> list[dict[str, Any]]:
    """The statements of a policy document."""
    listed: list[dict[str, Any]] = json.loads(document)["Statement"]
    return listed
