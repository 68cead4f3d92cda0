"""What AWS does with each response that the emulator treats differently, by AWS's documentation."""

from __future__ import annotations

import json

import handler
import pytest

from tests.chaos.aws_contract import retried
from tests.chaos.responses import MALFORMED, Malformed

BATCH = ("id-1", "id-2", "id-3")


@pytest.mark.parametrize("malformed", MALFORMED, ids=lambda malformed: malformed.name)
def test_aws_retries_all_or_nothing_of_a_malformed_response(malformed: Malformed) -> None:
    assert retried(BATCH, malformed.on_the_wire()) == frozenset(
        BATCH if malformed.aws == "retries all" else ()
    )


def test_aws_retries_what_a_good_response_names() -> None:
    response = json.dumps({"batchItemFailures": [{"itemIdentifier": "id-2"}]})
    assert retried(BATCH, response) == {"id-2"}


def test_aws_retries_all_when_the_function_raises() -> None:
    assert retried(BATCH, None) == set(BATCH)


def test_aws_retries_all_when_the_response_is_not_json() -> None:
    assert retried(BATCH, '{"batchItemFailures": [') == set(BATCH)


def test_aws_retries_of_this_projects_handler_the_poison_alone() -> None:
    good = {"user_id": "u", "hole_cards": "AsKs", "chip_delta": 1, "result": "won"}
    bodies = (good, good | {"chip_delta": "1"}, good)
    records = [
        {"messageId": name, "body": json.dumps(body)}
        for name, body in zip(BATCH, bodies, strict=True)
    ]
    response = json.dumps(handler.lambda_handler({"Records": records}, None))
    assert retried(BATCH, response) == {"id-2"}
