from __future__ import annotations

import json
from typing import Any

import pytest

from automation.emulator.provider.policies import check_policy, equivalent, same_policy
from tests.unit.automation.emulator.provider.record_policies import RECORDED

OFFICIAL: list[dict[str, Any]] = json.loads(RECORDED.read_text(encoding="utf-8"))["cases"]
ALLOW = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}


def policy(*statements: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.mark.parametrize("case", OFFICIAL, ids=[case["name"] for case in OFFICIAL])
def test_policies_are_equivalent_as_the_official_library_has_it(case: dict[str, Any]) -> None:
    one, other = case["policies"]
    assert equivalent(one, other) is case["equivalent"]
    assert equivalent(other, one) is case["equivalent"]


# Of these, the library's tests have none. Measured by calling its v1.7.0 with each.
@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({}, {"Principal": None}, True),
        ({}, {"Principal": "*"}, True),
        ({}, {"Principal": []}, True),
        ({"Principal": "*"}, {"Principal": {"AWS": "*"}}, False),
        ({"Principal": "*"}, {"Principal": "123456789012"}, True),
        ({"Principal": ["*"]}, {"Principal": {"AWS": ["*"]}}, False),
        ({"Principal": {"AWS": []}}, {}, True),
        ({"Principal": 5}, {"Principal": {}}, True),
        ({"Condition": None}, {}, True),
        ({"Condition": {}}, {}, False),
        ({"Condition": "x"}, {}, False),
        ({"Condition": {"Bool": None}}, {"Condition": {"Bool": {}}}, True),
        ({"Condition": {"Bool": {"k": 5}}}, {"Condition": {"Bool": {"k": ["5"]}}}, True),
        ({"Condition": {"Bool": {"k": {}}}}, {"Condition": {"Bool": {"k": {}}}}, True),
        ({"Effect": "allow"}, {}, True),
        ({"Sid": ""}, {}, True),
        ({"Sid": 1}, {}, False),
        ({"NotAction": []}, {}, True),
        ({"Action": ["sqs:*", "sqs:*"]}, {}, False),
        ({"Unheard": 1}, {}, True),
    ],
)
def test_statements_of_odd_shapes_are_compared_as_by_the_official_library(
    one: dict[str, Any], other: dict[str, Any], *, same: bool
) -> None:
    first, second = policy({**ALLOW, **one}), policy({**ALLOW, **other})
    assert equivalent(first, second) is same
    assert equivalent(second, first) is same


@pytest.mark.parametrize(
    "text",
    ["", " ", "{}", "[]", "null", "5", '"x"', "{", '{"Statement":"x"}', '{"Statement":[null]}'],
)
def test_a_policy_of_any_shape_is_the_same_as_itself_and_not_as_another(text: str) -> None:
    assert same_policy(text, text)
    assert not same_policy(text, policy(ALLOW))
    assert not same_policy(policy(ALLOW), text)


def test_a_policy_is_an_object() -> None:
    assert check_policy(policy(ALLOW)) is None
    assert check_policy("\n" + policy(ALLOW)) is None  # the official provider trims it
    assert "JSON of type list" in str(check_policy("[]"))
    assert "JSON of type str" in str(check_policy(json.dumps(policy(ALLOW))))
    assert "'Version' stands twice" in str(check_policy('{"Version": "a", "Version": "b"}'))
