from __future__ import annotations

import json

import pytest

from automation.emulator.provider.documents import same_document, same_policy, text_of


def policy(*statements: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


READ = {"Effect": "Allow", "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage"], "Resource": "*"}


def test_white_space_and_the_order_of_keys_say_nothing() -> None:
    assert same_document('{"a": 1, "b": 2}', '{"b":2,"a":1}')
    assert not same_document('{"a": 1}', '{"a": 2}')
    assert not same_document('{"a": [1, 2]}', '{"a": [2, 1]}')


@pytest.mark.parametrize(
    "other",
    [
        policy({**READ, "Action": ["sqs:DeleteMessage", "sqs:ReceiveMessage"]}),
        policy({**READ, "Resource": ["*"]}),
        json.dumps({"Version": "2012-10-17", "Statement": READ}),
    ],
)
def test_policies_that_allow_the_same_are_the_same(other: str) -> None:
    assert same_policy(policy(READ), other)


@pytest.mark.parametrize(
    "other",
    [
        policy({**READ, "Effect": "Deny"}),
        policy({**READ, "Action": ["sqs:ReceiveMessage"]}),
        policy({**READ, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}),
        policy(READ, {**READ, "Effect": "Deny"}),
        policy(),
    ],
)
def test_policies_that_allow_something_else_differ(other: str) -> None:
    assert not same_policy(policy(READ), other)


def test_statements_principals_and_conditions_have_no_order() -> None:
    one = {**READ, "Principal": {"AWS": ["a", "b"]}, "Condition": {"Bool": {"k": True}}}
    other = {**READ, "Principal": {"AWS": ["b", "a"]}, "Condition": {"Bool": {"k": ["true"]}}}
    deny = {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}
    assert same_policy(policy(one, deny), policy({**deny, "Principal": {"AWS": "*"}}, other))


def test_a_document_may_come_as_an_object() -> None:
    assert json.loads(text_of({"a": [1]})) == {"a": [1]}
    assert text_of('{"a":1}') == '{"a":1}'


def test_text_that_is_no_document_is_an_error() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        text_of("{")
