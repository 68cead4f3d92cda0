"""What a deployer of a stack may do: a least-privilege IAM policy, made from tables.

`TYPES` has what the vendor's provider calls for each resource type that the program uses, and
`AUTOMATION` what a run, `reap` and the commands on a stack call themselves. Sources: the Service
Authorization Reference (docs.aws.amazon.com/service-authorization) for actions, resources and
conditions, and the resources of terraform-provider-aws (v6.58.0, internal/service), on which the
vendor's provider is built, for the calls.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PREFIX = "PokerHands"  # what the names of the program's resources begin with
VERSION = "2012-10-17"  # the current version of IAM's policy language

QUEUE = "arn:aws:sqs:{region}:{account}:{prefix}*"
FUNCTION = "arn:aws:lambda:{region}:{account}:function:{prefix}*"
MAPPING = "arn:aws:lambda:{region}:{account}:event-source-mapping:*"
ROLE = "arn:aws:iam::{account}:role/{prefix}*"
LOG_GROUP = "arn:aws:logs:{region}:{account}:log-group:/aws/lambda/{prefix}*"
ALARM = "arn:aws:cloudwatch:{region}:{account}:alarm:{prefix}*"
ALL = "*"  # the action has no narrower resource

OF_FUNCTION = {"ArnLike": {"lambda:FunctionArn": FUNCTION}}
TO_LAMBDA = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}


@dataclass(frozen=True, kw_only=True)
class Grant:
    """Actions on the resources of one kind.

    Attributes:
        sid: Says what for; the actions of grants with one sid are put together.
        on: Pattern of the resources' ARNs.
        actions: The actions.
        condition: When they are allowed.
    """

    sid: str
    on: str
    actions: tuple[str, ...]
    condition: Mapping[str, Any] = field(default_factory=dict)


TYPES: Mapping[str, tuple[Grant, ...]] = {
    "aws:sqs/queue:Queue": (
        Grant(
            sid="Queues",
            on=QUEUE,
            actions=(
                *("sqs:CreateQueue", "sqs:DeleteQueue", "sqs:GetQueueAttributes"),
                *("sqs:GetQueueUrl", "sqs:ListQueueTags", "sqs:SetQueueAttributes"),
                *("sqs:TagQueue", "sqs:UntagQueue"),
            ),
        ),
    ),
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": (
        Grant(sid="Queues", on=QUEUE, actions=("sqs:GetQueueAttributes", "sqs:SetQueueAttributes")),
    ),
    "aws:sqs/queuePolicy:QueuePolicy": (
        Grant(sid="Queues", on=QUEUE, actions=("sqs:GetQueueAttributes", "sqs:SetQueueAttributes")),
    ),
    "aws:iam/role:Role": (
        Grant(
            sid="Roles",
            on=ROLE,
            actions=(
                *("iam:CreateRole", "iam:DeleteRole", "iam:GetRole", "iam:UpdateRole"),
                *("iam:UpdateAssumeRolePolicy", "iam:UpdateRoleDescription"),
                *("iam:TagRole", "iam:UntagRole"),
                *("iam:ListRolePolicies", "iam:ListAttachedRolePolicies"),
                "iam:ListInstanceProfilesForRole",  # the provider does before it deletes a role
            ),
        ),
    ),
    "aws:iam/rolePolicy:RolePolicy": (
        Grant(
            sid="Roles",
            on=ROLE,
            actions=("iam:PutRolePolicy", "iam:GetRolePolicy", "iam:DeleteRolePolicy"),
        ),
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": (
        Grant(
            sid="Roles",
            on=ROLE,
            actions=(
                *("iam:AttachRolePolicy", "iam:DetachRolePolicy"),
                "iam:ListAttachedRolePolicies",
            ),
        ),
    ),
    "aws:lambda/function:Function": (
        Grant(
            sid="Functions",
            on=FUNCTION,
            actions=(
                *("lambda:CreateFunction", "lambda:DeleteFunction", "lambda:GetFunction"),
                *("lambda:GetFunctionConfiguration", "lambda:GetFunctionCodeSigningConfig"),
                *("lambda:ListVersionsByFunction", "lambda:ListTags", "lambda:TagResource"),
                *("lambda:UntagResource", "lambda:UpdateFunctionCode"),
                *("lambda:UpdateFunctionConfiguration", "lambda:GetFunctionConcurrency"),
                *("lambda:PutFunctionConcurrency", "lambda:DeleteFunctionConcurrency"),
            ),
        ),
        Grant(sid="PassRole", on=ROLE, actions=("iam:PassRole",), condition=TO_LAMBDA),
    ),
    "aws:lambda/eventSourceMapping:EventSourceMapping": (
        Grant(
            sid="CreateMappings",
            on=ALL,
            actions=("lambda:CreateEventSourceMapping",),
            condition=OF_FUNCTION,
        ),
        Grant(
            sid="Mappings",
            on=MAPPING,
            actions=(
                *("lambda:DeleteEventSourceMapping", "lambda:GetEventSourceMapping"),
                "lambda:UpdateEventSourceMapping",
            ),
            condition=OF_FUNCTION,
        ),
        Grant(
            sid="MappingTags",
            on=MAPPING,
            actions=("lambda:ListTags", "lambda:TagResource", "lambda:UntagResource"),
        ),
    ),
    "aws:cloudwatch/logGroup:LogGroup": (
        Grant(
            sid="LogGroups",
            on=LOG_GROUP,
            actions=(
                *("logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:ListTagsForResource"),
                *("logs:PutRetentionPolicy", "logs:DeleteRetentionPolicy"),
                *("logs:TagResource", "logs:UntagResource"),
            ),
        ),
        Grant(sid="Find", on=ALL, actions=("logs:DescribeLogGroups",)),
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": (
        Grant(
            sid="Alarms",
            on=ALARM,
            actions=(
                *("cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms"),
                *("cloudwatch:ListTagsForResource", "cloudwatch:TagResource"),
                "cloudwatch:UntagResource",
            ),
        ),
        # `status` finds alarms by their dimensions, so it lists all: no name would fit.
        Grant(sid="Find", on=ALL, actions=("cloudwatch:DescribeAlarms",)),
    ),
}
"""What the provider calls, by Pulumi type token."""

AUTOMATION = (
    Grant(
        sid="Messages",
        on=QUEUE,
        actions=(
            *("sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"),
            *("sqs:ChangeMessageVisibility", "sqs:PurgeQueue"),
        ),
    ),
    Grant(sid="Logs", on=LOG_GROUP, actions=("logs:FilterLogEvents",)),
    Grant(
        sid="Find",
        on=ALL,
        actions=(
            *("tag:GetResources", "lambda:ListEventSourceMappings", "iam:ListRoles"),
            "cloudwatch:GetMetricStatistics",
        ),
    ),
    Grant(sid="Roles", on=ROLE, actions=("iam:ListRoleTags",)),
)
"""What a run, `reap` and the commands on a stack call, beside the provider."""


def deployer_policy(
    *, prefix: str = PREFIX, account: str = "*", region: str = "*"
) -> dict[str, Any]:
    """Return the policy document for a person or a role that deploys.

    Args:
        prefix: What the names of the resources begin with.
        account: Id of the account; any by default.
        region: The region; any by default.
    """
    values = {"prefix": prefix, "account": account, "region": region}
    grants = [*(grant for grants in TYPES.values() for grant in grants), *AUTOMATION]
    return {"Version": VERSION, "Statement": list(_statements(grants, values))}


def _statements(grants: Iterable[Grant], values: Mapping[str, str]) -> Iterable[dict[str, Any]]:
    by_sid: dict[str, list[Grant]] = {}
    for grant in grants:
        by_sid.setdefault(grant.sid, []).append(grant)
    for sid, same in by_sid.items():
        first = same[0]
        statement: dict[str, Any] = {
            "Sid": sid,
            "Effect": "Allow",
            "Action": sorted({action for grant in same for action in grant.actions}),
            "Resource": first.on.format(**values),
        }
        if first.condition:
            statement["Condition"] = {
                operator: {key: value.format(**values) for key, value in test.items()}
                for operator, test in first.condition.items()
            }
        yield statement
