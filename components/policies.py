"""Builds the JSON policy documents of the role and the queues, from plain strings and numbers."""

from __future__ import annotations

import json
from typing import Any

_VERSION = "2012-10-17"  # the current version of IAM's policy language


def trust() -> str:
    """Build the role's trust policy: only Lambda may assume the role."""
    return _document(
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    )


def consumer(*, queue_arn: str, log_group_arn: str) -> str:
    """Build the role's permissions: consume this queue and write to this log group.

    `logs:CreateLogGroup` is left out on purpose: an invocation that runs late must not create the
    log group again after the stack was destroyed.
    """
    return _document(
        {
            "Effect": "Allow",
            "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            "Resource": queue_arn,
        },
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": f"{log_group_arn}:*",  # the group's log streams
        },
    )


def redrive(*, dead_letter_queue_arn: str, max_receive_count: int) -> str:
    """Build the queue's redrive policy: how many receives, then to which dead-letter queue."""
    return json.dumps(
        {"deadLetterTargetArn": dead_letter_queue_arn, "maxReceiveCount": max_receive_count}
    )


def redrive_allow(*, queue_arn: str) -> str:
    """Build the dead-letter queue's redrive allow policy: only this queue may use it."""
    return json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [queue_arn]})


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": _VERSION, "Statement": statements})
