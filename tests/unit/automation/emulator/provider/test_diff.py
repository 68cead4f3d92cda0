from __future__ import annotations

import json
from typing import Any

import pytest

from automation.emulator.provider.checking import DEFAULTS
from automation.emulator.provider.diff import (
    delete_before_replace,
    differences,
    inputs_from_state,
)
from automation.emulator.provider.resources import RESOURCE_TYPES
from automation.emulator.provider.values import UNKNOWN, Archive

QUEUE = RESOURCE_TYPES["aws:sqs/queue:Queue"]
ROLE = RESOURCE_TYPES["aws:iam/role:Role"]
FUNCTION = RESOURCE_TYPES["aws:lambda/function:Function"]
MAPPING = RESOURCE_TYPES["aws:lambda/eventSourceMapping:EventSourceMapping"]


def changed(resource_type: Any, old: dict[str, Any], new: dict[str, Any]) -> dict[str, bool]:
    """Return the properties that differ, and whether each replaces the resource."""
    return {each.name: each.replaces for each in differences(resource_type, old, new)}


def test_equal_inputs_differ_in_nothing() -> None:
    inputs = {"name": "a", "delaySeconds": 1, "tags": {"a": "b"}, DEFAULTS: ["name"]}
    assert changed(QUEUE, inputs, {**inputs, DEFAULTS: []}) == {}


def test_some_changes_are_made_in_place_and_some_replace() -> None:
    old = {"name": "a", "delaySeconds": 1}
    assert changed(QUEUE, old, {"name": "b", "delaySeconds": 2}) == {
        "delaySeconds": False,
        "name": True,
    }


def test_a_value_not_known_yet_is_a_change() -> None:
    assert changed(QUEUE, {"redrivePolicy": "{}"}, {"redrivePolicy": UNKNOWN}) == {
        "redrivePolicy": False
    }
    arn = "arn:aws:sqs:us-east-1:000000000000:queue"
    assert changed(MAPPING, {"eventSourceArn": arn}, {"eventSourceArn": UNKNOWN}) == {
        "eventSourceArn": True
    }


def test_documents_are_compared_by_what_they_say() -> None:
    old = json.dumps({"a": 1, "b": 2})
    assert changed(QUEUE, {"redrivePolicy": old}, {"redrivePolicy": '{"b":2,"a":1}'}) == {}
    allow = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}
    policies = [
        json.dumps({"Statement": each}) for each in (allow, [{**allow, "Action": ["sqs:*"]}])
    ]
    assert changed(ROLE, {"assumeRolePolicy": policies[0]}, {"assumeRolePolicy": policies[1]}) == {}


def test_archives_are_compared_by_their_hash() -> None:
    old = {"code": Archive(hash="1", path="/here")}
    assert changed(FUNCTION, old, {"code": Archive(hash="1", path="/there")}) == {}
    assert changed(FUNCTION, old, {"code": Archive(hash="2", path="/here")}) == {"code": False}


def test_a_functions_name_and_its_arn_are_the_same() -> None:
    arn = "arn:aws:lambda:us-east-1:000000000000:function:fn"
    assert changed(MAPPING, {"functionName": arn}, {"functionName": "fn"}) == {}
    assert changed(MAPPING, {"functionName": arn}, {"functionName": "other"}) == {
        "functionName": False
    }


def test_sets_have_no_order_and_lists_have_one() -> None:
    arns = ["arn:aws:iam::aws:policy/A", "arn:aws:iam::aws:policy/B"]
    assert changed(ROLE, {"managedPolicyArns": arns}, {"managedPolicyArns": arns[::-1]}) == {}
    assert changed(FUNCTION, {"layers": arns}, {"layers": arns[::-1]}) == {"layers": False}
    filters = [{"pattern": "a"}, {"pattern": "b"}]
    old, new = ({"filterCriteria": {"filters": each}} for each in (filters, filters[::-1]))
    assert changed(MAPPING, old, new) == {}


def test_leaving_out_what_aws_chooses_by_itself_changes_nothing() -> None:
    assert changed(QUEUE, {"policy": "{}"}, {}) == {}
    assert changed(QUEUE, {"kmsMasterKeyId": "alias/key"}, {}) == {"kmsMasterKeyId": False}
    logging = {"loggingConfig": {"logFormat": "Text", "logGroup": "group"}}
    assert changed(FUNCTION, logging, {"loggingConfig": {"logFormat": "Text"}}) == {}


def test_an_empty_value_is_as_good_as_none() -> None:
    assert changed(QUEUE, {"tags": {}}, {}) == {}
    assert changed(FUNCTION, {}, {"description": ""}) == {}
    assert changed(MAPPING, {}, {"maximumBatchingWindowInSeconds": 0}) == {}
    assert changed(FUNCTION, {"timeout": 3}, {"timeout": 0}) == {"timeout": False}


def test_each_difference_tells_whether_it_adds_or_removes() -> None:
    (added,) = differences(QUEUE, {}, {"tags": {"a": "b"}})
    (removed,) = differences(QUEUE, {"tags": {"a": "b"}}, {})
    assert (added.added, added.removed) == (True, False)
    assert (removed.added, removed.removed) == (False, True)


@pytest.mark.parametrize(
    ("inputs", "first"),
    [
        ({"name": "given", DEFAULTS: []}, True),
        ({"name": "made-1234567", DEFAULTS: ["name"]}, False),
        ({"namePrefix": "pre-", DEFAULTS: []}, False),
    ],
)
def test_only_a_resource_with_a_given_name_is_deleted_before_its_successor_is_made(
    inputs: dict[str, Any], *, first: bool
) -> None:
    assert delete_before_replace(QUEUE, inputs) is first


def test_a_refresh_takes_what_drifted_and_leaves_what_is_written_otherwise() -> None:
    old = {
        "name": "a",
        "delaySeconds": 0,
        "redrivePolicy": '{"a": 1}',
        "tags": {"a": "b"},
        DEFAULTS: ["delaySeconds", "name"],
    }
    state = {
        "name": "a",
        "delaySeconds": 7,
        "redrivePolicy": '{"a":1}',
        "policy": "{}",
        "tags": {"a": "b", "by": "hand"},
    }
    assert inputs_from_state(QUEUE, old, state) == {
        "name": "a",
        "delaySeconds": 7,
        "redrivePolicy": '{"a": 1}',
        "tags": {"a": "b", "by": "hand"},
        DEFAULTS: ["name"],
    }


def test_a_refresh_forgets_what_is_gone() -> None:
    old = {"name": "a", "tags": {"a": "b"}, DEFAULTS: []}
    assert inputs_from_state(QUEUE, old, {"name": "a", "tags": {}}) == {"name": "a", DEFAULTS: []}


def test_an_import_takes_all_that_aws_tells() -> None:
    inputs = inputs_from_state(QUEUE, {}, {"name": "a", "policy": "{}", "url": "http://x"})
    assert inputs == {"name": "a", "policy": "{}", DEFAULTS: []}


def test_an_import_has_the_defaults_of_what_aws_never_tells() -> None:
    assert inputs_from_state(ROLE, {}, {"name": "a"})["forceDetachPolicies"] is False
