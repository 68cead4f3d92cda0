"""The arguments of a `QueueConsumer`, in groups. limits.py has the bounds of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    import pulumi
    import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class QueueArgs:
    """The queue.

    Attributes:
        visibility_timeout_seconds: How long a message stays invisible after a receive. Default:
            six times `function.timeout`, plus the batching window, as AWS recommends.
        message_retention_seconds: How long the queue keeps a message.
        delay_seconds: How long a new message stays invisible.
        receive_wait_time_seconds: How long a receive waits for a message (long polling). It is for
            other consumers: Lambda's pollers always wait.
        max_message_size: Largest message in bytes, of both queues.
        fifo_queue: Whether the queue is FIFO. A change replaces both queues, and deletes the old
            ones with their messages. With `retain_on_delete=True` in the component's options the
            old ones stay: let a consumer empty them, then delete them.
        content_based_deduplication: Whether SQS deduplicates by the body. FIFO only.
        deduplication_scope: Whether SQS deduplicates in the whole queue or in each message group.
            FIFO only.
        fifo_throughput_limit: Whether the limit holds for the queue or for each message group. FIFO
            only.
        kms_key_arn: KMS key that encrypts both queues. The role may then decrypt with it; a service
            among the producers needs a policy of the key. If you change it, messages that are in
            the queues stay encrypted with the old key: keep `kms:Decrypt` on that in
            `permissions.statements` until both are empty. Default: keys that SQS manages.
        kms_data_key_reuse_period_seconds: How long SQS reuses a data key of `kms_key_arn`.
        enforce_ssl: Whether both queues refuse requests over plain HTTP.
        producers: Who may send: ARNs of IAM roles and users, SNS topics, EventBridge rules and S3
            buckets of the queue's account. If any is given, nobody else may, whatever their own
            policies allow, and that includes a redrive. Default: principals of this account whose
            policies allow it.
    """

    visibility_timeout_seconds: pulumi.Input[int] | None = None
    message_retention_seconds: pulumi.Input[int] = 345_600
    delay_seconds: pulumi.Input[int] = 0
    receive_wait_time_seconds: pulumi.Input[int] = 0
    max_message_size: pulumi.Input[int] = 262_144
    fifo_queue: bool = False
    content_based_deduplication: pulumi.Input[bool] = False
    deduplication_scope: pulumi.Input[str] | None = None
    fifo_throughput_limit: pulumi.Input[str] | None = None
    kms_key_arn: pulumi.Input[str] | None = None
    kms_data_key_reuse_period_seconds: pulumi.Input[int] = 300
    enforce_ssl: bool = False
    producers: Sequence[pulumi.Input[str]] = ()


@dataclass(frozen=True, kw_only=True)
class DeadLetterQueueArgs:
    """The dead-letter queue, for messages that failed on every receive.

    Attributes:
        max_receive_count: Receives of a message before SQS moves it to the dead-letter queue.
        message_retention_seconds: How long the queue keeps a message. On a standard queue, SQS
            counts from when the message was first sent. Default: the maximum, 14 days.
        arn: ARN of an existing dead-letter queue to use. Its own policies are left alone. Default:
            a new queue, to which only this consumer's queue may move messages; of an existing
            queue, the one in its redrive policy.
        kms_key_arn: KMS key of an existing dead-letter queue: `move_back_policy` then allows to
            decrypt with it. A new queue is encrypted with the key of the queue.
    """

    max_receive_count: pulumi.Input[int] = 3
    message_retention_seconds: pulumi.Input[int] = 1_209_600
    arn: pulumi.Input[str] | None = None
    kms_key_arn: pulumi.Input[str] | None = None


@dataclass(frozen=True, kw_only=True)
class FunctionArgs:
    """The Lambda function. Only `code` is required.

    Attributes:
        code: Folder of the source, or any Pulumi archive. All files of a folder are deployed,
            except hidden and compiled ones; links to folders are not followed. If it has a
            `requirements.txt`, those packages are deployed with it, from wheels for Lambda.
        handler: Function that Lambda calls, as `module.function`.
        runtime: Lambda runtime.
        architecture: Instruction set: `x86_64` or `arm64`.
        memory_size: Memory in MB. CPU grows in proportion.
        timeout: Timeout of one invocation in seconds.
        ephemeral_storage: Size of `/tmp` in MB.
        environment: Environment variables. An `Output.secret` stays secret in the state.
        layers: ARNs of layer versions.
        tracing: Whether X-Ray traces invocations. The role may then send traces.
        reserved_concurrent_executions: Concurrency reserved for the function, which is also its
            maximum. Alone it throttles: set `mapping.maximum_concurrency`, too.
        log_format: Format of the log: `Text` or `JSON`.
        application_log_level: Lowest level of the function's own lines. JSON only.
        system_log_level: Lowest level of Lambda's lines. JSON only.
        log_retention_in_days: How long CloudWatch keeps the log. Default: 14, as long as the
            dead-letter queue keeps a message, so the log still says why it failed.
        description: Description of the function.
        subnet_ids: Subnets of a VPC to run in. The role may then manage network interfaces.
        security_group_ids: Security groups of the function in that VPC.
    """

    code: str | os.PathLike[str] | pulumi.Archive
    handler: pulumi.Input[str] = "handler.lambda_handler"
    runtime: pulumi.Input[str] = "python3.12"
    architecture: pulumi.Input[str] = "x86_64"
    memory_size: pulumi.Input[int] = 128
    timeout: pulumi.Input[int] = 10
    ephemeral_storage: pulumi.Input[int] = 512
    environment: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    layers: Sequence[pulumi.Input[str]] = ()
    tracing: bool = False
    reserved_concurrent_executions: pulumi.Input[int] | None = None
    log_format: pulumi.Input[str] = "Text"
    application_log_level: pulumi.Input[str] | None = None
    system_log_level: pulumi.Input[str] | None = None
    log_retention_in_days: pulumi.Input[int] = 14
    description: pulumi.Input[str] | None = None
    subnet_ids: Sequence[pulumi.Input[str]] = ()
    security_group_ids: Sequence[pulumi.Input[str]] = ()


@dataclass(frozen=True, kw_only=True)
class MappingArgs:
    """The event source mapping, which invokes the function with batches of messages.

    The function always reports which messages of a batch failed (a partial batch response).

    Attributes:
        batch_size: Most messages in a batch.
        maximum_batching_window_in_seconds: How long Lambda gathers messages for a batch.
        maximum_concurrency: Most invocations at a time. Default: no limit but the account's.
        filters: Patterns of messages to process, as objects or JSON. A message that matches none is
            deleted from the queue, not kept. Default: every message is processed.
        enabled: Whether Lambda polls the queue.
    """

    batch_size: pulumi.Input[int] = 10
    maximum_batching_window_in_seconds: pulumi.Input[int] = 0
    maximum_concurrency: pulumi.Input[int] | None = None
    filters: Sequence[pulumi.Input[Mapping[str, Any] | str]] = ()
    enabled: pulumi.Input[bool] = True


@dataclass(frozen=True, kw_only=True)
class AlarmsArgs:
    """The CloudWatch alarms. Each is raised when its metric reaches the threshold within a minute.

    Attributes:
        dead_letters: Raise an alarm at this many messages in the dead-letter queue; None for no
            alarm.
        oldest_message_age: Raise an alarm when the queue's oldest message is this many seconds old;
            None for no alarm.
        errors: Raise an alarm at this many invocations that end in an error; None for no alarm.
        throttles: Raise an alarm at this many throttled invocations; None for no alarm.
        topics: ARNs of SNS topics to tell when an alarm begins and when it ends.
    """

    dead_letters: pulumi.Input[int] | None = 1
    oldest_message_age: pulumi.Input[int] | None = None
    errors: pulumi.Input[int] | None = None
    throttles: pulumi.Input[int] | None = None
    topics: Sequence[pulumi.Input[str]] = ()


@dataclass(frozen=True, kw_only=True)
class PermissionsArgs:
    """What the function's role may do besides consuming this queue and writing to this log group.

    Attributes:
        statements: Further statements for the role's policy, in IAM's JSON.
        managed_policy_arns: ARNs of managed policies to attach, such as
            `aws.iam.ManagedPolicy.AWS_LAMBDA_SQS_QUEUE_EXECUTION_ROLE`, or a mapping of names to
            ARNs. One that comes from another resource needs a name.
        permissions_boundary: ARN of the managed policy that limits the role.
        path: Path of the role. A change replaces the role.
    """

    statements: Sequence[Mapping[str, Any]] = ()
    managed_policy_arns: Sequence[str] | Mapping[str, pulumi.Input[str]] = ()
    permissions_boundary: pulumi.Input[str] | None = None
    path: pulumi.Input[str] = "/"


@dataclass(frozen=True, kw_only=True)
class QueueConsumerArgs:
    """The arguments of a `QueueConsumer`. Only `function` is required.

    The defaults describe a small, cheap consumer. Every value is checked before anything is
    deployed, or, if it comes from another resource, as soon as it is known.

    Attributes:
        function: The function.
        queue: The queue; or an existing queue, as a resource. Then neither that queue nor its
            dead-letter queue is managed here. Name the latter in `dead_letter_queue.arn` only if
            a resource of its own, such as `aws.sqs.RedrivePolicy`, sets the redrive policy.
        dead_letter_queue: The dead-letter queue.
        mapping: The event source mapping.
        alarms: The alarms.
        permissions: What else the function may do.
        tags: Tags for every resource that takes tags.
    """

    function: FunctionArgs
    queue: QueueArgs | aws.sqs.Queue = field(default_factory=QueueArgs)
    dead_letter_queue: DeadLetterQueueArgs = field(default_factory=DeadLetterQueueArgs)
    mapping: MappingArgs = field(default_factory=MappingArgs)
    alarms: AlarmsArgs = field(default_factory=AlarmsArgs)
    permissions: PermissionsArgs = field(default_factory=PermissionsArgs)
    tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] = field(default_factory=dict)
