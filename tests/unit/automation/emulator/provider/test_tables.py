"""The tables against the official provider's schema: every property must be in one of them.

record_schema.py recorded that schema in ``official-schema.json``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from botocore.session import Session

from automation.emulator.provider.resources import RESOURCE_TYPES
from automation.emulator.provider.resources.runtimes import BLOCKED, SUPPORTED
from automation.emulator.provider.schema import Kind, Property
from tests.unit.automation.emulator.provider import python_sdk
from tests.unit.automation.emulator.provider.official import (
    DOCUMENT,
    OFFICIAL,
    SUPPORTED_PROPERTIES,
    levels,
)

FUNCTION = "aws:lambda/function:Function"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"

KINDS = {
    "archive": Kind.ARCHIVE,
    "boolean": Kind.BOOLEAN,
    "integer": Kind.INTEGER,
    "list of strings": Kind.STRINGS,
    "number": Kind.NUMBER,
    "map of strings": Kind.STRING_MAP,
    "object": Kind.BLOCK,
    "set of objects": Kind.BLOCK_SET,
    "set of strings": Kind.STRING_SET,
    "string": Kind.STRING,
}
# Where a table differs from the official schema: type, property and fact; our value and the reason.
DEVIATIONS: dict[tuple[str, str, str], tuple[object, str]] = {
    **{
        (token, "region", "computed"): (False, "checking fills in the configured region")
        for token, official in OFFICIAL.items()
        if "region" in official["inputs"]
    },
    (FUNCTION, "code", "required"): (True, "the other sources of code are unsupported"),
    (FUNCTION, "handler", "required"): (True, "zip packages need it; others are unsupported"),
    (FUNCTION, "runtime", "required"): (True, "zip packages need it; others are unsupported"),
    (MAPPING, "eventSourceArn", "required"): (True, "the other sources of events are unsupported"),
    **{
        (ALARM, name, "required"): (True, "the other kinds of alarms are unsupported")
        for name in ("comparisonOperator", "evaluationPeriods", "metricName")
    },
}
# Unsupported inputs that are outputs all the same.
ONLY_OUTPUTS = {FUNCTION: {"codeSha256"}}  # the provider computes it from the code


def official_facts(official: Mapping[str, Any]) -> dict[str, object]:
    """Return what the official schema says of a property, in terms of `Property`."""
    json_kind = Kind.DOCUMENT if official.get("document") else Kind.JSON
    return {
        "kind": json_kind if official.get("json") else KINDS[official["type"]],
        "required": official.get("required", False),
        "default": repr(official.get("default")),  # False is not 0
        "computed": official.get("computed", official.get("autonamed", False)),
        "forces_new": official.get("forceNew", False),
        "max_items": official.get("maxItems"),
    }


def facts(entry: Property) -> dict[str, object]:
    """Return the same facts of a property in our table."""
    return {
        "kind": entry.kind,
        "required": entry.required,
        "default": repr(entry.default),
        "computed": entry.computed,
        "forces_new": entry.forces_new,
        "max_items": entry.max_items,
    }


def expected_facts(token: str, path: str, official: dict[str, object]) -> dict[str, object]:
    """Return the official facts with our deviations applied."""
    return {
        fact: DEVIATIONS.get((token, path, fact), (value, ""))[0]
        for fact, value in official.items()
    }


def test_the_types_are_those_of_the_record() -> None:
    assert RESOURCE_TYPES.keys() == OFFICIAL.keys() == python_sdk.CLASSES.keys()
    for token, (resource, _) in python_sdk.CLASSES.items():
        assert vars(resource)["pulumi_type"] == token


def test_the_record_is_of_the_installed_pulumi_aws() -> None:
    assert DOCUMENT["sources"]["pulumi-aws"] == python_sdk.VERSION, "run record_schema.py again"


@pytest.mark.parametrize("token", OFFICIAL)
def test_the_record_agrees_with_the_installed_pulumi_aws(token: str) -> None:
    def inputs_of(official: Mapping[str, Any]) -> dict[str, python_sdk.Input]:
        return {
            name: python_sdk.Input(
                type=each["type"].replace("set of", "list of"),
                required=each.get("required", False),
                document=each.get("document", False),
                fields=inputs_of(each.get("fields", {})),
            )
            for name, each in official.items()
        }

    _, arguments = python_sdk.CLASSES[token]
    assert inputs_of(OFFICIAL[token]["inputs"]) == python_sdk.inputs(arguments)
    assert set(OFFICIAL[token]["outputs"]) == python_sdk.outputs(token)


@pytest.mark.parametrize("token", OFFICIAL)
def test_every_input_is_served_or_refused_with_a_reason(token: str) -> None:
    for level in levels(token):
        assert level.table.keys().isdisjoint(level.unsupported), level.prefix
        assert level.table.keys() | level.unsupported.keys() == level.official.keys(), level.prefix
        assert all(level.unsupported.values()), level.prefix


@pytest.mark.parametrize("token", OFFICIAL)
def test_every_output_is_served(token: str) -> None:
    resource_type = RESOURCE_TYPES[token]
    only_outputs = ONLY_OUTPUTS.get(token, set())
    assert only_outputs <= resource_type.unsupported.keys()
    assert set(resource_type.outputs) == {*OFFICIAL[token]["outputs"], *only_outputs}


@pytest.mark.parametrize(("token", "path"), SUPPORTED_PROPERTIES)
def test_a_property_is_as_the_official_provider_has_it(token: str, path: str) -> None:
    entry, official = SUPPORTED_PROPERTIES[token, path]
    assert facts(entry) == expected_facts(token, path, official_facts(official))


@pytest.mark.parametrize(
    ("token", "path"),
    [key for key, (_, official) in SUPPORTED_PROPERTIES.items() if "range" in official],
)
def test_a_number_is_taken_up_to_its_official_limits_and_no_further(token: str, path: str) -> None:
    entry, official = SUPPORTED_PROPERTIES[token, path]
    limits: Any = expected_facts(token, path, {"range": official["range"]})["range"]
    for limit, beyond in zip(limits, (-1, 1), strict=True):
        if limit is not None:
            assert entry.check(limit) is None
            assert entry.check(limit + beyond) is not None


@pytest.mark.parametrize(
    ("token", "path"),
    [key for key, (_, official) in SUPPORTED_PROPERTIES.items() if "oneOf" in official],
)
def test_of_the_numbers_only_the_official_choices_are_taken(token: str, path: str) -> None:
    entry, official = SUPPORTED_PROPERTIES[token, path]
    numbers = range(-1, max(official["oneOf"]) + 2)
    assert [each for each in numbers if entry.check(each) is None] == official["oneOf"]


@pytest.mark.parametrize("token", OFFICIAL)
def test_properties_exclude_each_other_as_in_the_official_provider(token: str) -> None:
    resource_type = RESOURCE_TYPES[token]
    official = {
        frozenset({name, other})
        for name in resource_type.properties
        for other in OFFICIAL[token]["inputs"][name].get("conflictsWith", [])
        if other in resource_type.properties
    }
    assert {frozenset(pair) for pair in resource_type.conflicts} == official


@pytest.mark.parametrize(("token", "path", "fact"), DEVIATIONS)
def test_each_listed_deviation_differs_from_the_official_value(
    token: str, path: str, fact: str
) -> None:
    _, official = SUPPORTED_PROPERTIES[token, path]
    value, reason = DEVIATIONS[token, path, fact]
    assert reason
    assert {**official_facts(official), "range": official.get("range")}[fact] != value


def test_each_runtime_that_lambda_ever_had_is_either_supported_or_blocked() -> None:
    model: Any = Session().get_service_model("lambda")
    assert set(model.shape_for("Runtime").enum) == SUPPORTED | BLOCKED
    assert SUPPORTED.isdisjoint(BLOCKED)
