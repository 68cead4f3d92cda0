from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from automation.stack.events import Resource
from automation.stack.kinds import KINDS, Item, item_of, item_of_arn, items_of
from automation.stack.leftovers import in_order, leftovers, scan, sweep
from automation.support.clients import Clients
from tests.unit.automation.stubs import answering
from tests.unit.components.building import WIDE, deploy_consumer

UUID = "0e9a2ad4-7a2b-4f5e-a2d4-5e5b0f3a9c11"
ROLE = {
    "Path": "/",
    "RoleName": "r",
    "RoleId": "AROA12345678901234",
    "Arn": "arn:aws:iam::000000000000:role/r",
    "CreateDate": datetime(2026, 4, 15, tzinfo=UTC),
}
NO_QUEUE = "AWS.SimpleQueueService.NonExistentQueue"
LOOKS: dict[str, tuple[str, str, str, Any, Any]] = {
    "queue": (
        *("http://127.0.0.1:9/0/q", "sqs", "get_queue_url", {"QueueUrl": "http://127.0.0.1:9/0/q"}),
        NO_QUEUE,
    ),
    "function": (
        *("f", "lambda_", "get_function", {"Configuration": {}}),
        "ResourceNotFoundException",
    ),
    "event source mapping": (
        *(UUID, "lambda_", "get_event_source_mapping", {"UUID": UUID}),
        "ResourceNotFoundException",
    ),
    "role": ("r", "iam", "get_role", {"Role": ROLE}, "NoSuchEntity"),
    "log group": (
        *("/aws/lambda/f", "logs", "describe_log_groups"),
        {"logGroups": [{"logGroupName": "/aws/lambda/f"}]},
        {"logGroups": [{"logGroupName": "/aws/lambda/f-older"}]},
    ),
    "alarm": (
        *("a", "cloudwatch", "describe_alarms"),
        {"MetricAlarms": [{"AlarmName": "a"}]},
        {"MetricAlarms": []},
    ),
}
"""By kind: the engine's id, the service, the operation, its response, and that when missing."""

PARTS = {
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": "an attribute of the dead-letter queue",
    "aws:sqs/queuePolicy:QueuePolicy": "an attribute of the queue",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "exists in its role only",
    "aws:iam/rolePolicy:RolePolicy": "exists in its role only",
}
ARNS = {
    "arn:aws:sqs:us-east-1:000000000000:q": Item(kind="queue", name="q"),
    "arn:aws:lambda:us-east-1:000000000000:function:f": Item(kind="function", name="f"),
    f"arn:aws:lambda:us-east-1:000000000000:event-source-mapping:{UUID}": Item(
        kind="event source mapping", name=UUID
    ),
    "arn:aws:iam::000000000000:role/path/r": Item(kind="role", name="r"),
    "arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/f:*": Item(
        kind="log group", name="/aws/lambda/f"
    ),
    "arn:aws:cloudwatch:us-east-1:000000000000:alarm:a": Item(kind="alarm", name="a"),
    "arn:aws:s3:::bucket": Item(kind="resource", name="arn:aws:s3:::bucket"),
}


def tagged(*arns: str, **tags: str) -> tuple[str, dict[str, Any]]:
    pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
    listed = [{"ResourceARN": arn, "Tags": pairs} for arn in arns]
    return "get_resources", {"ResourceTagMappingList": listed}


def mappings(*of: tuple[str, str, str]) -> tuple[str, dict[str, Any]]:
    keys = ("UUID", "FunctionArn", "EventSourceArn")
    found = [dict(zip(keys, each, strict=True)) for each in of]
    return "list_event_source_mappings", {"EventSourceMappings": found}


@pytest.fixture
def respond(clients: Clients) -> Iterator[Callable[..., None]]:
    """Sets the responses of one service's next calls; all must have been used at the end."""
    with ExitStack() as services:

        def next_calls(service: str, *responses: tuple[str, Any]) -> None:
            services.enter_context(answering(getattr(clients, service), *responses))

        yield next_calls


def look_at(kind: str, response: Any, clients: Clients, respond: Callable[..., None]) -> list[Item]:
    """What is left of one recorded resource when its service responds so."""
    identity, service, operation, _, _ = LOOKS[kind]
    respond("tagging", tagged())
    if service == "lambda_":
        respond("lambda_", mappings(), (operation, response))
    else:
        respond("lambda_", mappings())
        respond(service, (operation, response))
    return leftovers(clients, "run-1", items_of([Resource(type=KINDS[kind].type, id=identity)]))


def test_every_resource_of_a_consumer_is_of_a_known_kind_or_a_part_of_one(tmp_path: Path) -> None:
    (tmp_path / "handler.py").touch()
    deployed = deploy_consumer(tmp_path, WIDE)
    types = {each.type for each in deployed.registrations if each.type.startswith("aws:")}

    assert types == {kind.type for kind in KINDS.values()} | set(PARTS)
    assert set(LOOKS) == set(KINDS)


@pytest.mark.parametrize("arn", ARNS)
def test_an_arn_tells_kind_and_name(arn: str) -> None:
    assert item_of_arn(arn) == ARNS[arn]


def test_a_queue_is_the_same_item_by_url_name_and_arn() -> None:
    queue = Item(kind="queue", name="q")

    assert item_of("aws:sqs/queue:Queue", "http://127.0.0.1:9/0/q") == queue
    assert item_of("aws:sqs/queue:Queue", "q") == queue
    assert item_of_arn("arn:aws:sqs:us-east-1:000000000000:q") == queue
    assert items_of([Resource(type="pulumi:pulumi:Stack", id="x")]) == set()


@pytest.mark.parametrize("kind", LOOKS)
def test_what_exists_is_named_by_kind_and_name(
    kind: str, clients: Clients, respond: Callable[..., None]
) -> None:
    (found,) = look_at(kind, LOOKS[kind][3], clients, respond)

    assert str(found) == f"{kind} {KINDS[kind].name(LOOKS[kind][0])}"


@pytest.mark.parametrize("kind", LOOKS)
def test_a_missing_resource_is_no_leftover(
    kind: str, clients: Clients, respond: Callable[..., None]
) -> None:
    assert look_at(kind, LOOKS[kind][4], clients, respond) == []


@pytest.mark.parametrize("kind", LOOKS)
@pytest.mark.parametrize("code", ["AccessDenied", "ExpiredToken"])
def test_a_service_that_does_not_tell_is_an_error_not_a_clean_bill(
    kind: str, code: str, clients: Clients, respond: Callable[..., None]
) -> None:
    with pytest.raises(ClientError, match=code):
        look_at(kind, code, clients, respond)


def test_what_no_state_knows_of_is_found_by_its_tag(clients: Clients) -> None:
    with Stubber(clients.tagging) as stubber, answering(clients.lambda_, mappings()):
        for arn, token in (("arn:one", "more"), ("arn:two", "")):
            stubber.add_response(
                "get_resources",
                {"ResourceTagMappingList": [{"ResourceARN": arn}], "PaginationToken": token},
                {"TagFilters": [{"Key": "stack", "Values": ["run-1"]}]}
                | ({} if token else {"PaginationToken": "more"}),
            )
        found = leftovers(clients, "run-1", [])
        stubber.assert_no_pending_responses()

    assert [item.name for item in found] == ["arn:one", "arn:two"]


def test_a_mapping_that_nobody_recorded_is_found_by_its_function_or_its_queue(
    clients: Clients, respond: Callable[..., None]
) -> None:
    function = "arn:aws:lambda:us-east-1:000000000000:function:{}"
    queue = "arn:aws:sqs:us-east-1:000000000000:{}"
    ours = ["00000000-0000-0000-0000-00000000000a", "00000000-0000-0000-0000-00000000000b"]
    respond("tagging", tagged())
    respond(
        "lambda_",
        mappings(
            (ours[0], function.format("f"), queue.format("other")),
            (ours[1], function.format("other"), queue.format("q")),
            (UUID, function.format("other"), queue.format("other")),
        ),
        *(("get_event_source_mapping", {"UUID": uuid}) for uuid in ours),
        ("get_function", "ResourceNotFoundException"),
    )
    respond("sqs", ("get_queue_url", NO_QUEUE))
    planned = [
        Resource(type="aws:lambda/function:Function", id="f"),
        Resource(type="aws:sqs/queue:Queue", id="q"),
    ]

    found = leftovers(clients, "run-1", items_of(planned))

    assert {item.name for item in found} == set(ours)


def test_a_scan_lists_what_the_tagging_service_does_not_know(
    clients: Clients, respond: Callable[..., None]
) -> None:
    tags = {"stack": "run-1", "expires-at": "2026-04-15T12:00:00Z"}
    arn = "arn:aws:sqs:us-east-1:000000000000:q"
    respond("tagging", tagged(arn, **tags))
    respond(
        "iam",
        ("list_roles", {"Roles": [ROLE, {**ROLE, "Path": "/aws-service-role/x/"}]}),
        ("list_role_tags", {"Tags": [{"Key": key, "Value": tags[key]} for key in tags]}),
        ("get_role", {"Role": ROLE}),
    )
    respond("sqs", ("get_queue_url", {"QueueUrl": "http://127.0.0.1:9/0/q"}))

    found = scan(clients, "expires-at", set(KINDS) - {"role"})

    assert found == {Item(kind="queue", name="q"): tags, Item(kind="role", name="r"): tags}


AT = "arn:aws:{}:us-east-1:000000000000:{}"
LISTS: dict[str, tuple[str, tuple[str, Any], str, str, Any]] = {
    "queue": (
        "sqs",
        ("list_queues", {"QueueUrls": ["http://127.0.0.1:9/0/a", "http://127.0.0.1:9/0/b"]}),
        "list_queue_tags",
        NO_QUEUE,
        {"Tags": {"k": "v"}},
    ),
    "function": (
        "lambda_",
        (
            "list_functions",
            {
                "Functions": [
                    {"FunctionName": name, "FunctionArn": AT.format("lambda", f"function:{name}")}
                    for name in "ab"
                ]
            },
        ),
        "list_tags",
        "ResourceNotFoundException",
        {"Tags": {"k": "v"}},
    ),
    "event source mapping": (
        "lambda_",
        (
            "list_event_source_mappings",
            {
                "EventSourceMappings": [
                    {
                        "UUID": uuid,
                        "EventSourceMappingArn": AT.format(
                            "lambda", f"event-source-mapping:{uuid}"
                        ),
                    }
                    for uuid in (UUID, UUID.replace("0", "1"))
                ]
            },
        ),
        "list_tags",
        "ResourceNotFoundException",
        {"Tags": {"k": "v"}},
    ),
    "role": (
        "iam",
        ("list_roles", {"Roles": [{**ROLE, "RoleName": name} for name in "ab"]}),
        "list_role_tags",
        "NoSuchEntity",
        {"Tags": [{"Key": "k", "Value": "v"}]},
    ),
    "log group": (
        "logs",
        (
            "describe_log_groups",
            {
                "logGroups": [
                    {"logGroupName": name, "arn": AT.format("logs", f"log-group:{name}:*")}
                    for name in "ab"
                ]
            },
        ),
        "list_tags_for_resource",
        "ResourceNotFoundException",
        {"tags": {"k": "v"}},
    ),
    "alarm": (
        "cloudwatch",
        (
            "describe_alarms",
            {
                "MetricAlarms": [
                    {"AlarmName": name, "AlarmArn": AT.format("cloudwatch", f"alarm:{name}")}
                    for name in "ab"
                ]
            },
        ),
        "list_tags_for_resource",
        "ResourceNotFoundException",
        {"Tags": [{"Key": "k", "Value": "v"}]},
    ),
}
"""By kind: the service, its list of two, how it reads tags, that when missing, its response."""


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_leaves_out_what_is_deleted_before_its_tags_are_read(
    kind: str, clients: Clients, respond: Callable[..., None]
) -> None:
    service, listed, read, gone, tags = LISTS[kind]
    respond(service, listed, (read, gone), (read, tags))

    ((name, found),) = KINDS[kind].list(clients)
    assert name in {"b", UUID.replace("0", "1")}
    assert found == {"k": "v"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_whose_tags_are_refused_is_an_error_not_a_clean_bill(
    kind: str, clients: Clients, respond: Callable[..., None]
) -> None:
    service, listed, read, _, _ = LISTS[kind]
    respond(service, listed, (read, "AccessDenied"))

    with pytest.raises(ClientError, match="AccessDenied"):
        list(KINDS[kind].list(clients))


def test_a_sweep_deletes_each_kind_and_goes_on_past_what_it_cannot_delete(
    clients: Clients, respond: Callable[..., None]
) -> None:
    items = {kind: Item(kind=kind, name=KINDS[kind].name(LOOKS[kind][0])) for kind in KINDS}
    respond("lambda_", ("delete_event_source_mapping", {}), ("delete_function", "AccessDenied"))
    respond("sqs", ("get_queue_url", NO_QUEUE))
    respond(
        "iam",
        ("list_role_policies", {"PolicyNames": ["p"]}),
        ("delete_role_policy", {}),
        (
            "list_attached_role_policies",
            {"AttachedPolicies": [{"PolicyArn": "arn:aws:iam::aws:policy/p"}]},
        ),
        ("detach_role_policy", {}),
        ("delete_role", {}),
    )
    respond("logs", ("delete_log_group", {}))
    respond("cloudwatch", ("delete_alarms", {}))
    unknown = Item(kind="resource", name="arn:aws:s3:::bucket")

    refused = sweep(clients, [unknown, *items.values()])

    assert set(refused) == {items["function"], unknown}
    assert "AccessDenied" in refused[items["function"]]


def test_a_function_is_deleted_before_the_role_that_it_needs() -> None:
    role, function = Item(kind="role", name="a"), Item(kind="function", name="b")

    assert in_order([role, function]) == [function, role]
