"""Builds the JSON policy documents of the role and the queues, from plain strings and numbers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_VERSION = "2012-10-17"  # the current version of IAM's policy language
_SERVICES = {"sns": "sns.amazonaws.com", "events": "events.amazonaws.com", "s3": "s3.amazonaws.com"}


def trust() -> str:
    """Build the role's trust policy: only Lambda may assume the role."""
    return _document(
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    )


def consumer(
    *,
    queue_arn: str,
    log_group_arn: str,
    kms_key: str | None = None,
    tracing: bool = False,
    statements: Sequence[Mapping[str, Any]] = (),
) -> str:
    """Build the role's permissions: consume this queue and write to this log group.

    `logs:CreateLogGroup` is left out on purpose: an invocation that runs late must not create the
    log group again after the stack was destroyed.

    Args:
        queue_arn: The queue.
        log_group_arn: The log group.
        kms_key: The key that encrypts the queue, as SQS names it, if it is not one of SQS's own.
        tracing: Whether the function sends traces to X-Ray, which has no ARNs for them.
        statements: Further statements.
    """
    return _document(
        _allow("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", on=queue_arn),
        _allow(
            *("logs:CreateLogStream", "logs:PutLogEvents"),
            on=f"{log_group_arn}:*",  # the group's log streams
        ),
        *_allow_key("kms:Decrypt", queue_arn=queue_arn, key=kms_key),
        *([_allow("xray:PutTraceSegments", "xray:PutTelemetryRecords", on="*")] if tracing else []),
        *statements,
    )


def network_interfaces() -> str:
    """Build the permissions that a function in a VPC needs before it can be created.

    AWS's page "Giving Lambda functions access to resources in an Amazon VPC" has these statements;
    Lambda refuses a role that may not do this on every resource.
    """
    return _document(
        _allow(
            "ec2:CreateNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:DeleteNetworkInterface",
            "ec2:AssignPrivateIpAddresses",
            "ec2:UnassignPrivateIpAddresses",
            on="*",
        )
    )


def queue_access(*, queue_arn: str, producers: Sequence[str], enforce_ssl: bool) -> str:
    """Build the queue's policy: who may send, and how.

    Args:
        queue_arn: The queue.
        producers: ARNs of IAM roles and users, SNS topics, EventBridge rules and S3 buckets. If
            there are any, other principals are denied, even if their own policies allow them.
        enforce_ssl: Whether requests over plain HTTP are denied.
    """
    principals = [arn for arn in producers if _service(arn) == "iam"]
    sources = [arn for arn in producers if _service(arn) != "iam"]
    return _document(
        *([_deny_plain_http(queue_arn)] if enforce_ssl else []),
        *([_deny_other_senders(queue_arn, principals)] if producers else []),
        *(
            [{**_allow("sqs:SendMessage", on=queue_arn), "Principal": {"AWS": principals}}]
            if principals
            else []
        ),
        *(_allow_source(queue_arn, arn) for arn in sources),
    )


def send(*, queue_arn: str, kms_key: str | None = None) -> str:
    """Build a policy for a producer's role: send messages to the queue."""
    return _document(
        _allow("sqs:SendMessage", "sqs:GetQueueUrl", "sqs:GetQueueAttributes", on=queue_arn),
        *_allow_key("kms:GenerateDataKey", "kms:Decrypt", queue_arn=queue_arn, key=kms_key),
    )


def move_back(
    *,
    queue_arn: str,
    dead_letter_queue_arn: str,
    kms_key: str | None = None,
    dead_letter_kms_key: str | None = None,
) -> str:
    """Build a policy for a redrive: move messages from the dead-letter queue to the queue.

    Args:
        queue_arn: The queue.
        dead_letter_queue_arn: The dead-letter queue.
        kms_key: The key that encrypts the queue, as for `consumer`.
        dead_letter_kms_key: The one of the dead-letter queue, if it is another.
    """
    return _document(
        _allow(
            "sqs:StartMessageMoveTask",
            "sqs:CancelMessageMoveTask",
            "sqs:ListMessageMoveTasks",
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            on=dead_letter_queue_arn,
        ),
        _allow("sqs:SendMessage", on=queue_arn),
        *_allow_key("kms:GenerateDataKey", "kms:Decrypt", queue_arn=queue_arn, key=kms_key),
        *_allow_key("kms:Decrypt", queue_arn=dead_letter_queue_arn, key=dead_letter_kms_key),
    )


def redrive(*, dead_letter_queue_arn: str, max_receive_count: int) -> str:
    """Build the queue's redrive policy: how many receives, then to which dead-letter queue."""
    receives = int(max_receive_count)  # from another resource, the engine passes on a float
    return json.dumps({"deadLetterTargetArn": dead_letter_queue_arn, "maxReceiveCount": receives})


def redrive_allow(*, queue_arn: str) -> str:
    """Build the dead-letter queue's redrive allow policy: only this queue may use it."""
    return json.dumps({"redrivePermission": "byQueue", "sourceQueueArns": [queue_arn]})


def _allow(*actions: str, on: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": on}


def _allow_key(*actions: str, queue_arn: str, key: str | None) -> list[dict[str, Any]]:
    """Allow the use of a queue's key, which SQS names by id, ARN or alias.

    IAM knows keys by ARN only, and an alias by a condition. AWS's own key needs no permission: it
    lets in whoever may use SQS.
    """
    if not key or "alias/aws/" in key:
        return []
    near = key if key.startswith("arn:") else queue_arn.replace(":sqs:", ":kms:", 1)
    keys = ":".join([*near.split(":")[:5], "key/"])
    _, is_alias, alias = key.partition("alias/")
    if is_alias:
        names = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": f"alias/{alias}"}}
        return [{**_allow(*actions, on=f"{keys}*"), "Condition": names}]
    return [_allow(*actions, on=key if key.startswith("arn:") else keys + key)]


def _deny_plain_http(queue_arn: str) -> dict[str, Any]:
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": queue_arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def _deny_other_senders(queue_arn: str, principals: Sequence[str]) -> dict[str, Any]:
    """Deny all senders but these. Services are not denied here: only named sources are allowed."""
    condition: dict[str, Any] = {"Bool": {"aws:PrincipalIsAWSService": "false"}}
    if principals:
        condition["ArnNotEquals"] = {"aws:PrincipalArn": list(principals)}
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:SendMessage",
        "Resource": queue_arn,
        "Condition": condition,
    }


def _allow_source(queue_arn: str, source_arn: str) -> dict[str, Any]:
    """Allow a service to send for one of its resources, in the queue's account if it is a bucket.

    The ARN of a bucket has no account: without the second condition, whoever takes the bucket's
    name over when it is deleted could send.
    """
    service = _service(source_arn)
    condition: dict[str, Any] = {"ArnEquals": {"aws:SourceArn": source_arn}}
    if service == "s3":
        condition["StringEquals"] = {"aws:SourceAccount": queue_arn.split(":")[4]}
    return {
        **_allow("sqs:SendMessage", on=queue_arn),
        "Principal": {"Service": _SERVICES.get(service, service)},
        "Condition": condition,
    }


def _service(arn: str) -> str:
    return "".join(arn.split(":")[2:3])  # the rules reject an invalid ARN


def _document(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": _VERSION, "Statement": [dict(each) for each in statements]})
