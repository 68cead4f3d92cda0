"""When a run stops looking, what it reads from a queue, and what it finds left behind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError
from botocore.stub import Stubber

from automation.clients import Clients, aws_errors, make_clients
from automation.errors import ObserveError
from automation.leftovers import LOOKS, leftovers
from automation.observation import QueueDepth
from automation.observe import Observer, dead_letter, read_source_queue
from automation.outputs import read_outputs
from automation.progress import Resource
from automation.result import Narrator, RunOptions
from automation.run import Run, Settled
from automation.scenario import TEN_HANDS
from tests.unit.automation.results import EMPTY, observation, verdict
from tests.unit.automation.test_outputs import EXPORTED
from tests.unit.components.test_program import run_program

BUSY = QueueDepth(visible=0, in_flight=1, delayed=0)
FAILED = verdict(observation(log=[]))
ENVIRONMENT = {
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}


@pytest.fixture(scope="module")
def clients() -> Clients:
    return make_clients(ENVIRONMENT, "us-east-1")


@contextmanager
def answering(client: Any, *answers: tuple[str, Any]) -> Iterator[None]:
    """A client whose next calls are these, each answered by a response or by an error's code."""
    with Stubber(client) as stubber:
        for operation, answer in answers:
            if isinstance(answer, str):
                stubber.add_client_error(operation, answer, "so it says", 400)
            else:
                stubber.add_response(operation, answer)
        yield
        stubber.assert_no_pending_responses()


# When a verdict is final.


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr("automation.run.time.monotonic", lambda: now[0])
    return now


def test_a_verdict_that_passes_is_final_at_once(clock: list[float]) -> None:
    assert clock
    assert Settled(3.0)(verdict())


def test_a_verdict_that_fails_is_final_once_the_queue_has_been_empty_for_long_enough(
    clock: list[float],
) -> None:
    settled = Settled(3.0)

    for now, final in [(100.0, False), (102.9, False), (103.0, True)]:
        clock[0] = now
        assert settled(FAILED) is final, now


def test_a_message_that_comes_back_starts_the_time_anew(clock: list[float]) -> None:
    settled = Settled(3.0)

    for now, source, final in [
        (100.0, EMPTY, False),
        (102.0, BUSY, False),
        (104.0, EMPTY, False),
        (106.9, EMPTY, False),
        (107.0, EMPTY, True),
    ]:
        clock[0] = now
        assert settled(replace(FAILED, source=source)) is final, now


@pytest.mark.parametrize("where", ["visible", "in_flight", "delayed"])
def test_a_queue_that_holds_anything_never_settles(where: str, clock: list[float]) -> None:
    source = replace(EMPTY, **{where: 1})
    settled = Settled(3.0)

    for now in (100.0, 1000.0):
        clock[0] = now
        assert not settled(replace(FAILED, source=source))


def test_when_the_time_is_up_a_person_is_told_and_what_was_seen_last_is_judged() -> None:
    class Listening(Narrator):
        def __init__(self) -> None:
            self.said: list[str] = []

        def say(self, line: str) -> None:
            self.said.append(line)

    narrator = Listening()
    looks: list[int] = []
    run = Run(RunOptions(target="local", scenario=TEN_HANDS), {}, narrator)

    def look() -> Any:
        looks.append(1)
        return FAILED

    run._until_timeout("the outcome", look, lambda _: False, within=0.01, poll=0.001)

    assert len(looks) > 1
    assert narrator.said == [f"waited 0 s for the outcome; last seen: {FAILED.progress}"]


# What is read from the queues.


def test_a_dead_letter_is_read_with_its_body_and_the_time_it_was_sent() -> None:
    read = dead_letter(
        {
            "MessageId": "m-1",
            "Body": '{"a": "é"}',
            "Attributes": {"SentTimestamp": "1776247200123"},
        }
    )

    assert (read.message_id, read.body) == ("m-1", '{"a": "é"}')
    assert read.sent_at == datetime(2026, 4, 15, 10, 0, 0, 123000, UTC)


ATTRIBUTES = {
    "ApproximateNumberOfMessages": "1",
    "ApproximateNumberOfMessagesNotVisible": "2",
    "ApproximateNumberOfMessagesDelayed": "3",
    "VisibilityTimeout": "60",
    "RedrivePolicy": '{"deadLetterTargetArn": "arn:dlq", "maxReceiveCount": "4"}',
}


def test_the_source_queue_tells_its_depth_and_its_timing(clients: Clients) -> None:
    with answering(clients.sqs, ("get_queue_attributes", {"Attributes": ATTRIBUTES})):
        source = read_source_queue(clients.sqs, "http://127.0.0.1:9/0/q")

    assert source.depth == QueueDepth(visible=1, in_flight=2, delayed=3)
    assert (source.visibility_timeout, source.max_receive_count) == (60, 4)


def test_a_queue_that_dead_letters_nothing_is_refused(clients: Clients) -> None:
    without = {key: value for key, value in ATTRIBUTES.items() if key != "RedrivePolicy"}

    with (
        answering(clients.sqs, ("get_queue_attributes", {"Attributes": without})),
        pytest.raises(ObserveError, match="/0/q has no redrive policy"),
    ):
        read_source_queue(clients.sqs, "http://127.0.0.1:9/0/q")


def letter(message_id: str, handle: str) -> dict[str, Any]:
    attributes = {"SentTimestamp": "1776247200000"}
    return {
        "MessageId": message_id,
        "Body": "b",
        "ReceiptHandle": handle,
        "Attributes": attributes,
    }


def test_a_look_reads_every_dead_letter_and_every_page_of_the_log(clients: Clients) -> None:
    observer = Observer(clients, read_outputs("dev", EXPORTED), skew=0.0)
    event = {"timestamp": 1776247200500, "logStreamName": "s", "message": "line"}

    with (
        answering(
            clients.sqs,
            ("get_queue_attributes", {"Attributes": ATTRIBUTES}),
            ("receive_message", {"Messages": [letter("m-1", "h1")]}),
            ("receive_message", {"Messages": [letter("m-2", "h2")]}),
            ("receive_message", {}),
        ),
        answering(
            clients.logs,
            ("filter_log_events", {"events": [event], "nextToken": "more"}),
            ("filter_log_events", {"events": [event]}),
        ),
    ):
        seen = observer.observe(observation().sent)

    assert [each.message_id for each in seen.dead_letters] == ["m-1", "m-2"]
    assert [each.text for each in seen.events] == ["line", "line"]
    assert seen.max_receive_count == 4


def test_a_dead_letter_that_was_read_once_is_seen_by_every_later_look(clients: Clients) -> None:
    observer = Observer(clients, read_outputs("dev", EXPORTED), skew=0.0)
    depth = ("get_queue_attributes", {"Attributes": ATTRIBUTES})

    for found in ([letter("m-1", "h1")], []):
        received = [("receive_message", {"Messages": found})] if found else []
        with (
            answering(clients.sqs, depth, *received, ("receive_message", {})),
            answering(clients.logs, ("filter_log_events", {"events": []})),
        ):
            seen = observer.observe(observation().sent)
        assert [each.message_id for each in seen.dead_letters] == ["m-1"]


def test_only_dead_letters_of_the_run_are_removed(clients: Clients) -> None:
    observer = Observer(clients, read_outputs("dev", EXPORTED), skew=0.0)
    letters = [letter("m-1", "h1"), letter("someone-elses", "h2")]
    with (
        answering(
            clients.sqs,
            ("get_queue_attributes", {"Attributes": ATTRIBUTES}),
            ("receive_message", {"Messages": letters}),
            ("receive_message", {}),
        ),
        answering(clients.logs, ("filter_log_events", {"events": []})),
    ):
        observer.observe(observation().sent)

    with Stubber(clients.sqs) as stubber:
        deleted = {"QueueUrl": EXPORTED["dead_letter_queue_url"], "ReceiptHandle": "h1"}
        stubber.add_response("delete_message", {}, deleted)
        observer.remove_dead_letters(["m-1", "m-9"])
        stubber.assert_no_pending_responses()


# What is left behind.


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


@pytest.mark.parametrize(
    "error",
    [
        NoCredentialsError(),
        EndpointConnectionError(endpoint_url="http://127.0.0.1:9"),
        ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetRole"),
    ],
)
def test_what_the_services_refuse_says_what_was_being_done(error: Exception) -> None:
    with pytest.raises(ObserveError, match="while proving stack dev: "):  # noqa: SIM117
        with aws_errors("proving stack dev"):
            raise error


def test_a_profile_that_does_not_exist_is_told_and_is_no_crash() -> None:
    with pytest.raises(ObserveError, match="nobody"):
        make_clients({"AWS_PROFILE": "nobody", "AWS_CONFIG_FILE": "/dev/null"}, "us-east-1")
