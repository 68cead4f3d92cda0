"""The policy documents, and a linter of them: no wildcard where a resource can be named."""

from __future__ import annotations

import json
from typing import Any

import pytest

from components import policies
from tests.unit.components.building import statements

ACCOUNT = "123456789012"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:orders"
DEAD = f"arn:aws:sqs:us-east-1:{ACCOUNT}:dead"
GROUP = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/lambda/orders"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/sender"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:topic"
RULE = f"arn:aws:events:us-east-1:{ACCOUNT}:rule/nightly"
BUCKET = "arn:aws:s3:::orders"
# Actions for which no resource can be named, or Lambda refuses a role that names one. Sources:
# docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html, and
# docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html, "Required IAM permissions".
ON_EVERY_RESOURCE = {
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
}
ALL_PRODUCERS = [ROLE, TOPIC, RULE, BUCKET]
DOCUMENTS = {
    "trust": policies.trust(),
    "consumer": policies.consumer(queue_arn=QUEUE, log_group_arn=GROUP),
    "consumer at its widest": policies.consumer(
        queue_arn=QUEUE, log_group_arn=GROUP, kms_key=KEY, tracing=True
    ),
    "network interfaces": policies.network_interfaces(),
    "queue access": policies.queue_access(
        queue_arn=QUEUE, producers=ALL_PRODUCERS, enforce_ssl=True
    ),
    "send": policies.send(queue_arn=QUEUE, kms_key=KEY),
    "move back": policies.move_back(queue_arn=QUEUE, dead_letter_queue_arn=DEAD, kms_key=KEY),
}


def as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def faults(document: str) -> list[str]:
    """What is too broad in a policy; a denial may be broad."""
    found = []
    for statement in statements(document):
        if statement["Effect"] == "Deny":
            continue
        actions = as_list(statement["Action"])
        found += [action for action in actions if "*" in action]
        if "*" in json.dumps(statement.get("Principal", "")):
            found.append("any principal")
        for resource in as_list(statement.get("Resource", [])):
            streams_of_a_group = f"{GROUP}:*"
            nameless = resource == "*" and ON_EVERY_RESOURCE.issuperset(actions)
            if "*" in resource and resource != streams_of_a_group and not nameless:
                found.append(f"{actions} on {resource}")
    return found


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_wildcard_stands_where_a_resource_can_be_named(name: str) -> None:
    assert json.loads(DOCUMENTS[name])["Version"] == "2012-10-17"
    assert faults(DOCUMENTS[name]) == []


@pytest.mark.parametrize(
    "change",
    [
        {"Resource": "*"},
        {"Resource": [QUEUE, "arn:aws:sqs:*:*:*"]},
        {"Action": "sqs:*"},
        {"Action": ["xray:PutTraceSegments", "sqs:SendMessage"], "Resource": "*"},
        {"Principal": {"AWS": "*"}},
    ],
)
def test_the_linter_finds_a_wildcard(change: dict[str, Any]) -> None:
    statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": QUEUE, **change}
    assert faults(json.dumps({"Statement": [statement]}))


def test_the_consumer_needs_only_the_queue_and_the_log_group() -> None:
    actions = {a for each in statements(DOCUMENTS["consumer"]) for a in each["Action"]}
    assert {action.partition(":")[0] for action in actions} == {"sqs", "logs"}
    assert "logs:CreateLogGroup" not in actions


def test_plain_http_is_refused_for_everyone() -> None:
    (deny,) = statements(policies.queue_access(queue_arn=QUEUE, producers=[], enforce_ssl=True))
    assert deny == {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": QUEUE,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def test_named_principals_may_send_and_no_other_may() -> None:
    deny, allow = statements(
        policies.queue_access(queue_arn=QUEUE, producers=[ROLE], enforce_ssl=False)
    )
    assert deny["Action"] == "sqs:SendMessage"
    assert deny["Condition"] == {
        "Bool": {"aws:PrincipalIsAWSService": "false"},
        "ArnNotEquals": {"aws:PrincipalArn": [ROLE]},
    }
    assert allow["Principal"] == {"AWS": [ROLE]}
    assert allow["Resource"] == QUEUE


@pytest.mark.parametrize(
    ("source", "service"),
    [
        (TOPIC, "sns.amazonaws.com"),
        (RULE, "events.amazonaws.com"),
        (BUCKET, "s3.amazonaws.com"),
    ],
)
def test_a_service_may_send_for_the_named_source_only(source: str, service: str) -> None:
    deny, allow = statements(
        policies.queue_access(queue_arn=QUEUE, producers=[source], enforce_ssl=False)
    )
    assert deny["Condition"] == {"Bool": {"aws:PrincipalIsAWSService": "false"}}
    assert allow["Principal"] == {"Service": service}
    assert allow["Condition"]["ArnEquals"] == {"aws:SourceArn": source}
    same_account = allow["Condition"].get("StringEquals")
    assert same_account == ({"aws:SourceAccount": ACCOUNT} if source == BUCKET else None)


def test_the_extra_statements_are_kept_as_they_are() -> None:
    extra = {"Sid": "Own", "Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{BUCKET}/a"}
    document = policies.consumer(queue_arn=QUEUE, log_group_arn=GROUP, statements=[extra])
    assert statements(document)[-1] == extra
