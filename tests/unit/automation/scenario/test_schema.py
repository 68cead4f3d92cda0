"""The JSON Schema of a scenario says what `load_scenario` says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from automation.scenario.model import PLACEHOLDERS
from automation.scenario.reading import _MESSAGE_KEYS, _SCENARIO_KEYS, TEN_HANDS, load_scenario
from automation.support.errors import ScenarioError
from automation.support.paths import CHECKOUT

SCHEMA = CHECKOUT / "docs" / "scenario.schema.json"
DOCUMENT = json.loads(SCHEMA.read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(DOCUMENT)
GOOD: dict[str, Any] = {"body": {"n": 1}, "fate": "processed", "log": "done {message_id}"}

NAMES_SQS_REFUSES = ["AWS.x", "Amazon.x", ".a", "a.", "a..b", "a b", "", "x" * 257]


def scenario(**message: Any) -> dict[str, Any]:
    return {"name": "mine", "messages": [{**GOOD, **message}]}


def without(key: str) -> dict[str, Any]:
    return {"name": "mine", "messages": [{k: v for k, v in GOOD.items() if k != key}]}


def test_the_schema_is_valid_json_schema() -> None:
    Draft202012Validator.check_schema(DOCUMENT)


def test_the_ten_hands_are_valid() -> None:
    assert VALIDATOR.is_valid(json.loads(TEN_HANDS.read_text(encoding="utf-8")))


def test_it_has_the_keys_and_placeholders_that_a_scenario_may_have() -> None:
    assert set(DOCUMENT["properties"]) == set(_SCENARIO_KEYS)
    assert set(DOCUMENT["$defs"]["message"]["properties"]) == set(_MESSAGE_KEYS)
    for name in PLACEHOLDERS:
        assert f"{{{name}}}" in DOCUMENT["$defs"]["template"]["description"]


@pytest.mark.parametrize(
    ("document", "valid"),
    [
        (scenario(), True),
        (scenario(body="text"), True),
        (scenario(body=None), True),
        ({**scenario(), "$schema": "schema.json", "invocation": "got {records}"}, True),
        ({"name": "mine", "messages": [{"body": 1, "fate": "dead-lettered"}]}, True),
        (scenario(log="{not a placeholder} {} {UPPER}"), True),
        (scenario(message_group_id="table-1", message_deduplication_id="!~"), True),
        (scenario(message_attributes={"a.b-C_1": "text", "n": 1.5}), True),
        (scenario(message_attributes={}), True),
        (scenario(message_group_id="two words"), False),
        (scenario(message_deduplication_id=""), False),
        (scenario(message_group_id="x" * 129), False),
        (scenario(message_attributes={str(number): "x" for number in range(11)}), False),
        (scenario(message_attributes=["a"]), False),
        *((scenario(message_attributes={name: "x"}), False) for name in NAMES_SQS_REFUSES),
        *((scenario(message_attributes={"a": value}), False) for value in ("", True, None, [1])),
        ([], False),
        ({"name": "mine"}, False),
        ({"messages": [GOOD]}, False),
        ({"name": " ", "messages": [GOOD]}, False),
        ({"name": "mine", "messages": []}, False),
        ({"name": "mine", "messages": {}}, False),
        ({**scenario(), "other": 1}, False),
        ({**scenario(), "$schema": 1}, False),
        ({**scenario(), "invocation": ""}, False),
        (scenario(other=1), False),
        (without("body"), False),
        (without("fate"), False),
        (without("log"), False),
        (scenario(fate="eaten"), False),
        (scenario(body=""), False),
        (scenario(log="two\nlines"), False),
        (scenario(log=" "), False),
        (scenario(log=None), False),
        (scenario(log="{message}"), False),
        (scenario(log="{message_id} {messageid}"), False),
    ],
)
def test_it_accepts_and_refuses_what_a_run_does(
    tmp_path: Path, document: Any, *, valid: bool
) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    try:
        load_scenario(path)
        loaded = True
    except ScenarioError:
        loaded = False

    assert VALIDATOR.is_valid(document) == loaded == valid
