"""The rule of every argument, with the page of AWS's documentation that it comes from.

docs/arguments.md is generated from this table and from the defaults in arguments.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from components.rules import (
    Rule,
    arn,
    boolean,
    each,
    filter_pattern,
    integer,
    named,
    one_of,
    optional,
    statement,
    tags,
    text,
    variables,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

AWS = "https://docs.aws.amazon.com"
QUEUE_ATTRIBUTES = f"{AWS}/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html"
QUEUE_POLICIES = (
    f"{AWS}/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-basic-examples-of-sqs-policies.html"
)
CODE_SIZE = f"{AWS}/lambda/latest/dg/gettingstarted-limits.html"
CREATE_FUNCTION = f"{AWS}/lambda/latest/api/API_CreateFunction.html"
RUNTIMES = f"{AWS}/lambda/latest/dg/lambda-runtimes.html"
ENVIRONMENT = f"{AWS}/lambda/latest/dg/configuration-envvars.html"
TRACING = f"{AWS}/lambda/latest/dg/services-xray.html"
CONCURRENCY = f"{AWS}/lambda/latest/api/API_PutFunctionConcurrency.html"
LOGGING = f"{AWS}/lambda/latest/api/API_LoggingConfig.html"
RETENTION = f"{AWS}/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"
VPC = f"{AWS}/lambda/latest/api/API_VpcConfig.html"
CREATE_MAPPING = f"{AWS}/lambda/latest/api/API_CreateEventSourceMapping.html"
SCALING = f"{AWS}/lambda/latest/api/API_ScalingConfig.html"
FILTERING = f"{AWS}/lambda/latest/dg/invocation-eventfiltering.html"
ALARM = f"{AWS}/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"
CREATE_ROLE = f"{AWS}/IAM/latest/APIReference/API_CreateRole.html"
STATEMENTS = f"{AWS}/IAM/latest/UserGuide/reference_policies_elements.html"
ATTACH = f"{AWS}/IAM/latest/APIReference/API_AttachRolePolicy.html"
TAGS = f"{AWS}/IAM/latest/UserGuide/id_tags.html"

MOST_CODE, MOST_ZIPPED = 262_144_000, 52_428_800  # bytes: 250 and 50 MB, see CODE_SIZE
MOST_RECEIVES = 1_000
RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
RESERVED_VARIABLES = frozenset(
    {
        *("_HANDLER", "_X_AMZN_TRACE_ID", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID"),
        *("AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"),
        *("AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION"),
        *("AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME"),
        *("AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_RUNTIME_API", "AWS_REGION"),
        *("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT"),
    }
)
PRODUCER = text(
    r"arn:[\w-]+:(iam::\d{12}:(role|user)/[\w+=,.@/-]+|sns:[\w-]+:\d{12}:[\w.-]+"
    r"|events:[\w-]+:\d{12}:rule/[\w./-]+|s3:::[\w.-]+)",
    "the ARN of an IAM role or user, an SNS topic, an EventBridge rule or an S3 bucket",
)
QUEUE_ARN = arn("sqs", r"[\w.-]+", "the ARN of an SQS queue")
LAYER_ARN = arn("lambda", r"layer:[\w-]+:\d+", "the ARN of a layer version")
POLICY_ARN = arn("iam", r"policy/[\w+=,.@/-]+", "the ARN of a managed policy")
TOPIC_ARN = arn("sns", r"[\w.-]+", "the ARN of an SNS topic")
KEY_ARN = arn("kms", r"key/[\w-]+", "the ARN of a KMS key, not of an alias")


@dataclass(frozen=True)
class Limit:
    """The rule of one argument, and the page that it comes from."""

    rule: Rule
    source: str


LIMITS: Mapping[str, Limit] = {
    "queue.visibility_timeout_seconds": Limit(
        optional(integer("seconds", 0, 43_200)), QUEUE_ATTRIBUTES
    ),
    "queue.message_retention_seconds": Limit(integer("seconds", 60, 1_209_600), QUEUE_ATTRIBUTES),
    "queue.delay_seconds": Limit(integer("seconds", 0, 900), QUEUE_ATTRIBUTES),
    "queue.receive_wait_time_seconds": Limit(integer("seconds", 0, 20), QUEUE_ATTRIBUTES),
    "queue.max_message_size": Limit(integer("bytes", 1_024, 1_048_576), QUEUE_ATTRIBUTES),
    "queue.fifo_queue": Limit(boolean(plain=True), QUEUE_ATTRIBUTES),
    "queue.content_based_deduplication": Limit(boolean(), QUEUE_ATTRIBUTES),
    "queue.deduplication_scope": Limit(
        optional(one_of(("queue", "messageGroup"))), QUEUE_ATTRIBUTES
    ),
    "queue.fifo_throughput_limit": Limit(
        optional(one_of(("perQueue", "perMessageGroupId"))), QUEUE_ATTRIBUTES
    ),
    "queue.kms_key_arn": Limit(optional(KEY_ARN), QUEUE_ATTRIBUTES),
    "queue.kms_data_key_reuse_period_seconds": Limit(
        integer("seconds", 60, 86_400), QUEUE_ATTRIBUTES
    ),
    "queue.enforce_ssl": Limit(boolean(plain=True), QUEUE_POLICIES),
    "queue.producers": Limit(each(PRODUCER), QUEUE_POLICIES),
    "dead_letter_queue.max_receive_count": Limit(
        integer("receives", 1, MOST_RECEIVES), QUEUE_ATTRIBUTES
    ),
    "dead_letter_queue.message_retention_seconds": Limit(
        integer("seconds", 60, 1_209_600), QUEUE_ATTRIBUTES
    ),
    "dead_letter_queue.arn": Limit(optional(QUEUE_ARN), QUEUE_ATTRIBUTES),
    "dead_letter_queue.kms_key_arn": Limit(optional(KEY_ARN), QUEUE_ATTRIBUTES),
    "function.handler": Limit(
        text(r"(?=.{1,128}$)[^\s.]+(\.[^\s.]+)+", "module.function, at most 128 characters"),
        CREATE_FUNCTION,
    ),
    "function.runtime": Limit(text(r"python3\.[1-9]\d", "python3.10 or later"), RUNTIMES),
    "function.architecture": Limit(one_of(("x86_64", "arm64")), CREATE_FUNCTION),
    "function.memory_size": Limit(integer("MB", 128, 10_240), CREATE_FUNCTION),
    "function.timeout": Limit(integer("seconds", 1, 900), CREATE_FUNCTION),
    "function.ephemeral_storage": Limit(integer("MB", 512, 10_240), CREATE_FUNCTION),
    "function.environment": Limit(variables(RESERVED_VARIABLES, 4_096), ENVIRONMENT),
    "function.layers": Limit(each(LAYER_ARN, 5), CREATE_FUNCTION),
    "function.tracing": Limit(boolean(plain=True), TRACING),
    "function.reserved_concurrent_executions": Limit(
        optional(integer("executions", 0)), CONCURRENCY
    ),
    "function.log_format": Limit(one_of(("Text", "JSON")), LOGGING),
    "function.application_log_level": Limit(
        optional(one_of(("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"))), LOGGING
    ),
    "function.system_log_level": Limit(optional(one_of(("DEBUG", "INFO", "WARN"))), LOGGING),
    "function.log_retention_in_days": Limit(one_of(RETENTION_DAYS, "days"), RETENTION),
    "function.description": Limit(
        optional(text(r"(?s).{0,256}", "at most 256 characters")), CREATE_FUNCTION
    ),
    "function.subnet_ids": Limit(each(text(r"subnet-\w+", "the id of a subnet"), 16), VPC),
    "function.security_group_ids": Limit(
        each(text(r"sg-\w+", "the id of a security group"), 5), VPC
    ),
    "mapping.batch_size": Limit(integer("messages", 1, 10_000), CREATE_MAPPING),
    "mapping.maximum_batching_window_in_seconds": Limit(integer("seconds", 0, 300), CREATE_MAPPING),
    "mapping.maximum_concurrency": Limit(optional(integer("invocations", 2, 1_000)), SCALING),
    "mapping.filters": Limit(each(filter_pattern(4_096), 10), FILTERING),
    "mapping.enabled": Limit(boolean(), CREATE_MAPPING),
    "alarms.dead_letters": Limit(optional(integer("messages", 1)), ALARM),
    "alarms.oldest_message_age": Limit(optional(integer("seconds", 1, 1_209_600)), ALARM),
    "alarms.errors": Limit(optional(integer("invocations", 1)), ALARM),
    "alarms.throttles": Limit(optional(integer("invocations", 1)), ALARM),
    "alarms.topics": Limit(each(TOPIC_ARN, 5), ALARM),
    "permissions.statements": Limit(each(statement()), STATEMENTS),
    "permissions.managed_policy_arns": Limit(named(POLICY_ARN), ATTACH),
    "permissions.permissions_boundary": Limit(optional(POLICY_ARN), CREATE_ROLE),
    "permissions.path": Limit(
        text(r"/|/[!-~]{1,510}/", "a path that begins and ends with /, at most 512 characters"),
        CREATE_ROLE,
    ),
    "tags": Limit(tags(50), TAGS),
}
"""By argument, as `group.argument`."""

# The longest automatic name is the role's: IAM allows 64 characters, and `LambdaRole`, a hyphen and
# 7 random digits follow the component's name.
NAME = text(r"[A-Za-z0-9_-]{1,46}", "a string of 1 to 46 letters, digits, - and _")
