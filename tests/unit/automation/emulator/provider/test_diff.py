"""The plan of an update; test_official_diffs.py compares it with the official provider's."""

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
from automation.emulator.provider.messages import (
    diff_response,
    path_text,
    without_ignored,
)
from automation.emulator.provider.protocol import provider_pb2
from automation.emulator.provider.resources import RESOURCE_TYPES
from automation.emulator.provider.values import UNKNOWN, Archive

QUEUE = RESOURCE_TYPES["aws:sqs/queue:Queue"]
ROLE = RESOURCE_TYPES["aws:iam/role:Role"]
FUNCTION = RESOURCE_TYPES["aws:lambda/function:Function"]
MAPPING = RESOURCE_TYPES["aws:lambda/eventSourceMapping:EventSourceMapping"]
LOG_GROUP = RESOURCE_TYPES["aws:cloudwatch/logGroup:LogGroup"]
KINDS = provider_pb2.PropertyDiff.Kind


def changed(resource_type: Any, state: dict[str, Any], inputs: dict[str, Any]) -> dict[str, str]:
    """Return what changes: the kind of each difference by its path."""
    response = diff_response(resource_type, differences(resource_type, state, inputs), inputs)
    return {path: KINDS.Name(each.kind) for path, each in response.detailedDiff.items()}


def test_inputs_that_the_state_has_already_change_nothing() -> None:
    inputs = {"name": "a", "delaySeconds": 1, "tags": {"a": "b"}, DEFAULTS: ["name"]}
    assert changed(QUEUE, {**inputs, "url": "http://q"}, inputs) == {}


def test_some_changes_are_made_in_place_and_some_replace() -> None:
    old = {"name": "a", "delaySeconds": 1}
    assert changed(QUEUE, old, {"name": "b", "delaySeconds": 2}) == {
        "delaySeconds": "UPDATE",
        "name": "UPDATE_REPLACE",
    }


def test_a_value_that_aws_chose_already_is_no_change() -> None:
    state = {"name": "group-1", "namePrefix": "group-", "logGroupClass": "STANDARD"}
    assert changed(LOG_GROUP, state, {"name": "group-1", "logGroupClass": "STANDARD"}) == {}
    assert changed(LOG_GROUP, state, {"namePrefix": "group-"}) == {}
    assert changed(LOG_GROUP, state, {"namePrefix": "other-"}) == {"namePrefix": "UPDATE_REPLACE"}


def test_what_the_program_no_longer_sets_stays_only_if_aws_chooses_it() -> None:
    assert changed(QUEUE, {"policy": "{}"}, {}) == {}
    assert changed(QUEUE, {"kmsMasterKeyId": "alias/key"}, {}) == {"kmsMasterKeyId": "DELETE"}
    logging = {"loggingConfig": {"logFormat": "Text", "logGroup": "group"}}
    assert changed(FUNCTION, logging, {"loggingConfig": {"logFormat": "Text"}}) == {}
    assert changed(FUNCTION, logging, {}) == {}


def test_a_batch_size_that_is_no_longer_set_goes_back_to_the_default_of_queues() -> None:
    assert changed(MAPPING, {"batchSize": 10}, {}) == {}
    assert changed(MAPPING, {"batchSize": 5}, {}) == {"batchSize": "DELETE"}


def test_the_reuse_period_of_a_key_counts_only_for_a_queue_with_a_key() -> None:
    state = {"kmsDataKeyReusePeriodSeconds": 300, "sqsManagedSseEnabled": True}
    period = {"kmsDataKeyReusePeriodSeconds": 600}
    assert changed(QUEUE, state, period) == {}
    own = {"kmsMasterKeyId": "alias/key", "sqsManagedSseEnabled": False}
    assert changed(QUEUE, {**state, **own}, {**period, **own}) == {
        "kmsDataKeyReusePeriodSeconds": "UPDATE"
    }


def test_a_value_not_known_yet_is_a_change() -> None:
    assert changed(QUEUE, {"redrivePolicy": "{}"}, {"redrivePolicy": UNKNOWN}) == {
        "redrivePolicy": "UPDATE"
    }
    arn = "arn:aws:sqs:us-east-1:000000000000:queue"
    assert changed(MAPPING, {"eventSourceArn": arn}, {"eventSourceArn": UNKNOWN}) == {
        "eventSourceArn": "UPDATE_REPLACE"
    }
    environment = {"environment": {"variables": {"A": "1", "B": "1"}}}
    assert changed(FUNCTION, environment, {"environment": {"variables": {"A": UNKNOWN}}}) == {
        "environment.variables.A": "UPDATE",
        "environment.variables.B": "DELETE",
    }
    assert changed(FUNCTION, environment, {"environment": UNKNOWN}) == {"environment": "UPDATE"}


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
    assert changed(FUNCTION, old, {"code": Archive(hash="2", path="/here")}) == {"code": "UPDATE"}


def test_a_functions_name_and_its_arn_are_the_same() -> None:
    arn = "arn:aws:lambda:us-east-1:000000000000:function:fn"
    assert changed(MAPPING, {"functionName": arn}, {"functionName": "fn"}) == {}
    assert changed(MAPPING, {"functionName": "fn"}, {"functionName": arn}) == {}
    assert changed(MAPPING, {"functionName": arn}, {"functionName": "other"}) == {
        "functionName": "UPDATE"
    }


def test_sets_have_no_order_and_lists_have_one() -> None:
    arns = ["arn:aws:iam::aws:policy/A", "arn:aws:iam::aws:policy/B"]
    assert changed(ROLE, {"managedPolicyArns": arns}, {"managedPolicyArns": arns[::-1]}) == {}
    assert changed(FUNCTION, {"layers": arns}, {"layers": arns[::-1]}) == {
        "layers[0]": "UPDATE",
        "layers[1]": "UPDATE",
    }
    filters = [{"pattern": "a"}, {"pattern": "b"}]
    old, new = ({"filterCriteria": {"filters": each}} for each in (filters, filters[::-1]))
    assert changed(MAPPING, old, new) == {}


def test_an_empty_collection_is_as_good_as_none_and_an_empty_text_is_not() -> None:
    assert changed(QUEUE, {"tags": {}}, {}) == changed(QUEUE, {}, {"tags": {}}) == {}
    assert changed(FUNCTION, {}, {"environment": {"variables": {}}}) == {}
    assert changed(FUNCTION, {"description": ""}, {}) == {}
    assert changed(FUNCTION, {}, {"description": ""}) == {"description": "ADD"}
    assert changed(QUEUE, {"policy": "{}"}, {"policy": ""}) == {}
    assert changed(FUNCTION, {"timeout": 3}, {"timeout": 0}) == {"timeout": "UPDATE"}


def test_differences_point_into_objects_lists_and_sets() -> None:
    assert changed(QUEUE, {"tags": {"a": "1", "b.c": "1"}}, {"tags": {"b.c": "2", "d": "1"}}) == {
        "tags.a": "DELETE",
        'tags["b.c"]': "UPDATE",
        "tags.d": "ADD",
    }
    assert changed(FUNCTION, {"layers": ["a"]}, {"layers": ["a", "b"]}) == {"layers[1]": "ADD"}
    assert changed(ROLE, {"managedPolicyArns": ["a", "b"]}, {"managedPolicyArns": ["c", "b"]}) == {
        "managedPolicyArns[0]": "UPDATE"
    }
    filters = [{"pattern": "a"}], [{"pattern": "b"}]
    old, new = ({"filterCriteria": {"filters": each}} for each in filters)
    assert changed(MAPPING, old, new) == {"filterCriteria.filters[0].pattern": "UPDATE"}
    assert changed(MAPPING, {}, new) == {"filterCriteria": "ADD"}
    assert changed(MAPPING, new, {}) == {"filterCriteria": "DELETE"}


def test_a_path_is_written_as_the_engine_writes_it() -> None:
    assert path_text(("tags", 'a"b', 0, "c_1")) == 'tags["a\\"b"][0].c_1'


def test_changes_that_the_program_ignores_are_left_out() -> None:
    state = {"delaySeconds": 1, "tags": {"a": "1", "b": "1"}, "maxMessageSize": 1024}
    inputs = {"delaySeconds": 2, "tags": {"a": "2", "b": "2"}, "maxMessageSize": 2048}
    found = without_ignored(differences(QUEUE, state, inputs), ["tags.a", "delaySeconds"])
    assert [path_text(each.path) for each in found] == ["maxMessageSize", "tags.b"]
    assert without_ignored(differences(QUEUE, {"tags": {}}, {"tags": {"a": "1"}}), ["tags"]) == []


def test_the_response_lists_what_can_only_be_replaced_and_stays() -> None:
    state, inputs = {"name": "a", "fifoQueue": False}, {"name": "b", "fifoQueue": False}
    response = diff_response(QUEUE, differences(QUEUE, state, inputs), inputs)
    assert list(response.replaces) == ["name"]
    assert list(response.stables) == ["fifoQueue", "namePrefix", "region"]


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


def test_a_refresh_adds_no_value_that_aws_chose() -> None:
    arn = "arn:aws:lambda:us-east-1:000000000000:function:fn"
    old = {"functionName": "fn", DEFAULTS: []}
    assert inputs_from_state(MAPPING, old, {"functionName": arn, "batchSize": 10}) == old
    assert inputs_from_state(MAPPING, old, {"functionName": arn, "batchSize": 5}) == {
        **old,
        "batchSize": 5,
    }


def test_a_refresh_takes_an_encryption_that_was_turned_on_by_hand() -> None:
    old = {"sqsManagedSseEnabled": False, DEFAULTS: []}
    assert inputs_from_state(QUEUE, old, {"sqsManagedSseEnabled": True}) == {
        "sqsManagedSseEnabled": True,
        DEFAULTS: [],
    }


def test_a_refresh_keeps_an_empty_text_that_aws_does_not_tell() -> None:
    old = {"description": "", DEFAULTS: []}
    assert inputs_from_state(ROLE, old, {}) == old


def test_a_refresh_forgets_what_is_gone() -> None:
    old = {"name": "a", "tags": {"a": "b"}, DEFAULTS: []}
    assert inputs_from_state(QUEUE, old, {"name": "a", "tags": {}}) == {"name": "a", DEFAULTS: []}


def test_an_import_takes_all_that_aws_tells() -> None:
    inputs = inputs_from_state(QUEUE, {}, {"name": "a", "policy": "{}", "url": "http://x"})
    assert inputs == {"name": "a", "policy": "{}", DEFAULTS: []}


def test_an_import_has_the_defaults_of_what_aws_never_tells() -> None:
    assert inputs_from_state(ROLE, {}, {"name": "a"})["forceDetachPolicies"] is False
