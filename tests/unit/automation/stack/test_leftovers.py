from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from automation.stack.events import Resource
from automation.stack.leftovers import LOOKS, leftovers
from automation.support.clients import Clients
from tests.unit.automation.stubs import answering
from tests.unit.components.test_program import run_program

ROLE = {
    "Path": "/",
    "RoleName": "r",
    "RoleId": "AROA12345678901234",
    "Arn": "arn:aws:iam::0:role/r",
    "CreateDate": datetime(2026, 4, 15, tzinfo=UTC),
}
FOUND: dict[str, tuple[str, str, str, Any]] = {
    "aws:sqs/queue:Queue": (
        "http://127.0.0.1:9/0/q",
        "sqs",
        "get_queue_attributes",
        {"Attributes": {"QueueArn": "arn:q"}},
    ),
    "aws:lambda/function:Function": ("f", "lambda_", "get_function", {"Configuration": {}}),
    "aws:lambda/eventSourceMapping:EventSourceMapping": (
        "0e9a2ad4-7a2b-4f5e-a2d4-5e5b0f3a9c11",
        "lambda_",
        "get_event_source_mapping",
        {"UUID": "0e9a2ad4-7a2b-4f5e-a2d4-5e5b0f3a9c11"},
    ),
    "aws:iam/role:Role": ("r", "iam", "get_role", {"Role": ROLE}),
    "aws:iam/rolePolicy:RolePolicy": (
        "r:p",
        "iam",
        "get_role_policy",
        {"RoleName": "r", "PolicyName": "p", "PolicyDocument": "{}"},
    ),
    "aws:cloudwatch/logGroup:LogGroup": (
        "/aws/lambda/f",
        "logs",
        "describe_log_groups",
        {"logGroups": [{"logGroupName": "/aws/lambda/f"}]},
    ),
}
MISSING: dict[str, Any] = {
    "aws:sqs/queue:Queue": "AWS.SimpleQueueService.NonExistentQueue",
    "aws:lambda/function:Function": "ResourceNotFoundException",
    "aws:lambda/eventSourceMapping:EventSourceMapping": "ResourceNotFoundException",
    "aws:iam/role:Role": "NoSuchEntity",
    "aws:iam/rolePolicy:RolePolicy": "NoSuchEntity",
    "aws:cloudwatch/logGroup:LogGroup": {"logGroups": [{"logGroupName": "/aws/lambda/f-older"}]},
}
PARTS = {"aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": "an attribute of the dead-letter queue"}
NO_TAGS: tuple[str, dict[str, Any]] = ("get_resources", {"ResourceTagMappingList": []})


def left(clients: Clients, kind: str, answer: Any) -> list[str]:
    """What is left of one resource when its service answers so, and nothing bears the tag."""
    identifier, service, operation, _ = FOUND[kind]
    with Stubber(clients.tagging) as tagging:
        tagging.add_response(*NO_TAGS)
        with answering(getattr(clients, service), (operation, answer)):
            return leftovers(clients, "run-1", [Resource(type=kind, id=identifier)])


def test_every_resource_of_the_program_is_looked_for_when_it_should_be_gone() -> None:
    deployed = {registration.type for registration in run_program().registrations}
    types = {name for name in deployed if name.startswith("aws:")}

    assert types
    assert types == set(LOOKS) | set(PARTS)
    assert set(FOUND) == set(MISSING) == set(LOOKS)


@pytest.mark.parametrize("kind", LOOKS)
def test_what_still_stands_is_named_by_kind_and_name(kind: str, clients: Clients) -> None:
    assert left(clients, kind, FOUND[kind][3]) == [f"{LOOKS[kind][0]} {FOUND[kind][0]}"]


@pytest.mark.parametrize("kind", LOOKS)
def test_what_is_gone_is_not_left(kind: str, clients: Clients) -> None:
    assert left(clients, kind, MISSING[kind]) == []


@pytest.mark.parametrize("kind", LOOKS)
@pytest.mark.parametrize("code", ["AccessDenied", "ExpiredToken"])
def test_a_service_that_does_not_tell_is_an_error_not_a_clean_bill(
    kind: str, code: str, clients: Clients
) -> None:
    with pytest.raises(ClientError, match=code):
        left(clients, kind, code)


def test_what_no_state_knows_of_is_found_by_its_tag(clients: Clients) -> None:
    with Stubber(clients.tagging) as stubber:
        for arns, token in ((["arn:one"], "more"), (["arn:two"], "")):
            stubber.add_response(
                "get_resources",
                {
                    "ResourceTagMappingList": [{"ResourceARN": arn} for arn in arns],
                    "PaginationToken": token,
                },
                {"TagFilters": [{"Key": "stack", "Values": ["run-1"]}]}
                | ({} if token else {"PaginationToken": "more"}),
            )
        assert leftovers(clients, "run-1", []) == ["arn:one", "arn:two"]
        stubber.assert_no_pending_responses()


UUID = "0e9a2ad4-7a2b-4f5e-a2d4-5e5b0f3a9c11"
TAGGED = {
    "arn:aws:sqs:us-east-1:000000000000:q": (
        *("sqs", "get_queue_url", {"QueueUrl": "http://127.0.0.1/q"}),
        "AWS.SimpleQueueService.NonExistentQueue",
    ),
    "arn:aws:lambda:us-east-1:000000000000:function:f": (
        *("lambda_", "get_function", {"Configuration": {"FunctionName": "f"}}),
        "ResourceNotFoundException",
    ),
    f"arn:aws:lambda:us-east-1:000000000000:event-source-mapping:{UUID}": (
        *("lambda_", "get_event_source_mapping", {"UUID": UUID}),
        "ResourceNotFoundException",
    ),
    "arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/f": (
        *("logs", "describe_log_groups", {"logGroups": [{"logGroupName": "/aws/lambda/f"}]}),
        {"logGroups": []},
    ),
}
"""By a tagged ARN: the service asked, the operation, its answer, and that when it is gone."""


@pytest.mark.parametrize("arn", TAGGED)
def test_a_tagged_thing_counts_only_while_it_answers_itself(arn: str, clients: Clients) -> None:
    service, operation, there, gone = TAGGED[arn]
    tags = {"ResourceTagMappingList": [{"ResourceARN": arn}]}
    for answer, expected in ((there, [arn]), (gone, [])):
        with Stubber(clients.tagging) as tagging:
            tagging.add_response("get_resources", tags)
            with answering(getattr(clients, service), (operation, answer)):
                assert leftovers(clients, "run-1", []) == expected
