from __future__ import annotations

import json

import pytest

from automation.emulator.provider.documents import json_text, same_document, text_of


def test_white_space_and_the_order_of_keys_say_nothing() -> None:
    assert same_document('{"a": 1, "b": 2}', '{"b":2,"a":1}')
    assert not same_document('{"a": 1}', '{"a": 2}')
    assert not same_document('{"a": [1, 2]}', '{"a": [2, 1]}')
    assert same_document('{"a": 1.0}', '{"a": 1}')
    assert not same_document('{"a": true}', '{"a": 1}')


def test_an_empty_text_is_no_document() -> None:
    assert same_document("", " ")
    assert not same_document("", "{}")
    assert json_text("") == ""


def test_a_document_may_come_as_an_object() -> None:
    assert json.loads(text_of({"a": [1]})) == {"a": [1]}
    assert text_of('{"a":1}') == '{"a":1}'


def test_text_that_is_no_document_is_an_error() -> None:
    with pytest.raises(ValueError, match="Expecting"):
        text_of("{")
    with pytest.raises(ValueError, match="NaN is not JSON"):
        json_text("[NaN]")


def test_where_a_text_is_wanted_an_object_is_an_error() -> None:
    with pytest.raises(TypeError):
        json_text({"a": 1})
