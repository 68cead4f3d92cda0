"""The JSON documents that say who may do what; pure, so that a test can read every word."""

from __future__ import annotations

import json
from typing import Any

_VERSION = "2012-10-17"  # the policy language's present version, not a date of ours


def trust() -> str:
    """Build the trust policy of the role: Lambda may assume it, and nobody else."""
    return _document(
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    )


def consumer(*, queue_arn: str, log_group_arn: str) -> str:
    """Build the permissions of the role: what the mapping and the function do, on their own two.

    There is no `logs:CreateLogGroup` in it: after the stack's destroy a late invocation must not
    make the log group anew.
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
            "Resource": f"{log_group_arn}:*",  # the log streams of the group
        },
    )


def redrive(*, dead_letter_queue_arn: str, max_receive_count: int) -> str:
    """Build the redrive policy of the queue: after so many receives, a message is a dead letter."""
    return json.dumps(
        {"deadLetterTargetArn": dead_letter_queue_arn, "maxReceiveCount": max_receive_count}
    )


def redrive_allow(*, queue_arn: str) -> str:
    """Build the redrive allow policy of the dead-letter queue: it serves this one queue."""
    return json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [queue_arn]})


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": _VERSION, "Statement": statements})
