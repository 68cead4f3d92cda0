"""Resource properties that are derived from several arguments or are set conditionally."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pulumi

from components.arguments import FunctionArgs, MappingArgs, QueueArgs, QueueConsumerArgs
from components.combinations import default_visibility_timeout
from components.limits import MOST_RECEIVES

if TYPE_CHECKING:
    import pulumi_aws as aws


def visibility_timeout(args: QueueConsumerArgs) -> pulumi.Input[int]:
    """Return the visibility timeout, in seconds: the one that is given, or AWS's advice."""
    if isinstance(args.queue, QueueArgs) and args.queue.visibility_timeout_seconds is not None:
        return args.queue.visibility_timeout_seconds
    return pulumi.Output.all(
        timeout=args.function.timeout, window=args.mapping.maximum_batching_window_in_seconds
    ).apply(lambda known: default_visibility_timeout(**known))


def kms_key(args: QueueConsumerArgs) -> pulumi.Input[str | None] | None:
    """Return the key that encrypts the queue, if it is not one of SQS's own."""
    if isinstance(args.queue, QueueArgs):
        return args.queue.kms_key_arn
    return args.queue.kms_master_key_id


def encryption(queue: QueueArgs) -> dict[str, Any]:
    """Return the properties of a queue that say with which keys it is encrypted."""
    if queue.kms_key_arn is None:
        return {"sqs_managed_sse_enabled": True}
    return {
        "kms_master_key_id": queue.kms_key_arn,
        "kms_data_key_reuse_period_seconds": queue.kms_data_key_reuse_period_seconds,
    }


def environment(function: FunctionArgs) -> Any:
    """Return the environment of a function; None without variables."""
    return {"variables": function.environment} if function.environment else None


def vpc(function: FunctionArgs) -> Any:
    """Return the VPC of a function; None outside of one."""
    if not function.subnet_ids:
        return None
    return {
        "subnet_ids": function.subnet_ids,
        "security_group_ids": function.security_group_ids,
    }


def max_receive_count(args: QueueConsumerArgs) -> pulumi.Input[int]:
    """Return after how many receives a message is a dead letter; the most if there are none."""
    if isinstance(args.queue, QueueArgs):
        return args.dead_letter_queue.max_receive_count
    return _redrive_policy(args.queue).apply(
        lambda policy: int(policy.get("maxReceiveCount", MOST_RECEIVES))
    )


def managed_policies(args: QueueConsumerArgs) -> Mapping[str, pulumi.Input[str]]:
    """Return the managed policies to attach, by name; in a list, the ARN has the name.

    That is its account and its path: AWS and the account may have a policy of the same name.
    """
    arns = args.permissions.managed_policy_arns
    if isinstance(arns, Mapping):
        return arns
    return {"/".join(arn.split(":")[4:]).replace("/policy/", "/", 1): arn for arn in arns}


def existing_dead_letter_queue(args: QueueConsumerArgs) -> pulumi.Input[str | None] | None:
    """Return the ARN of the dead-letter queue, if it is not made here.

    That is the one that is given, or the one in the existing queue's redrive policy, if it has one.
    """
    if isinstance(args.queue, QueueArgs) or args.dead_letter_queue.arn is not None:
        return args.dead_letter_queue.arn
    return _redrive_policy(args.queue).apply(lambda policy: policy.get("deadLetterTargetArn"))


def _redrive_policy(queue: aws.sqs.Queue) -> pulumi.Output[dict[str, Any]]:
    """Return an existing queue's redrive policy, empty if it has none."""
    return queue.redrive_policy.apply(lambda policy: json.loads(policy or "{}"))


def neighbour_url(*, queue_url: str, arn: str | None) -> str | None:
    """Return the URL of the queue with this ARN, from that of one in the same account and region.

    A queue and its dead-letter queue are in the same account and region:
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
    """
    return arn and f"{queue_url.rpartition('/')[0]}/{queue_name(arn)}"


def queue_name(arn: str | None) -> str | None:
    """Return the name of the queue with this ARN."""
    return arn and arn.rpartition(":")[2]


def scaling(mapping: MappingArgs) -> Any:
    """Return the limit of a mapping's concurrency; None without one."""
    if mapping.maximum_concurrency is None:
        return None
    return {"maximum_concurrency": mapping.maximum_concurrency}


def filter_criteria(mapping: MappingArgs) -> Any:
    """Return the filters of a mapping; None without filters."""
    patterns = [
        pulumi.Output.from_input(each).apply(
            lambda known: known if isinstance(known, str) else json.dumps(known)
        )
        for each in mapping.filters
    ]
    return {"filters": [{"pattern": pattern} for pattern in patterns]} if patterns else None
