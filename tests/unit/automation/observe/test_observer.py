from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import Stubber

from automation.observe.observation import QueueDepth
from automation.observe.observer import Observer, dead_letter, read_source_queue
from automation.stack.outputs import read_outputs
from automation.support.clients import Clients
from automation.support.errors import ObserveError
from tests.unit.automation.operate.queues import ATTRIBUTES
from tests.unit.automation.report.results import observation
from tests.unit.automation.stack.examples import EXPORTED
from tests.unit.automation.stubs import answering


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


def test_the_source_queue_is_read_with_its_depth_and_its_settings(clients: Clients) -> None:
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
