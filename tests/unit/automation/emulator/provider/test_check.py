from __future__ import annotations

from typing import Any

import pytest

from automation.emulator.provider.checking import DEFAULTS, NamingRequest
from automation.emulator.provider.configuration import Configuration
from automation.emulator.provider.names import Proposal
from automation.emulator.provider.resources import RESOURCE_TYPES
from automation.emulator.provider.values import UNKNOWN
from tests.unit.automation.emulator.provider.checked import (
    FUNCTION,
    QUEUE,
    ROLE,
    VALID,
    checked,
    reasons,
)


@pytest.mark.parametrize("token", VALID)
def test_good_inputs_have_no_failures(token: str) -> None:
    assert reasons(token) == {}


def test_defaults_are_filled_in_and_listed() -> None:
    inputs, _ = checked(QUEUE, {"delaySeconds": 5})
    assert inputs["delaySeconds"] == 5
    assert inputs["visibilityTimeoutSeconds"] == 30
    assert inputs["region"] == "us-east-1"
    assert "visibilityTimeoutSeconds" in inputs[DEFAULTS]
    assert "delaySeconds" not in inputs[DEFAULTS]


def test_an_unknown_property_is_a_failure_that_names_it_and_the_type() -> None:
    failures = reasons(QUEUE, visibilityTimeOut=3)
    assert failures == {"visibilityTimeOut": f"{QUEUE} has no property 'visibilityTimeOut'"}


@pytest.mark.parametrize(
    ("token", "name"),
    [
        (token, name)
        for token, resource_type in RESOURCE_TYPES.items()
        for name in resource_type.unsupported
    ],
)
def test_a_property_that_the_emulator_cannot_serve_is_a_failure_that_names_it(
    token: str, name: str
) -> None:
    assert (
        f"'{name}' is not supported by the local aws provider: "
        in reasons(token, **{name: "any"})[name]
    )


def test_a_field_that_the_emulator_cannot_serve_is_a_failure_that_names_its_path() -> None:
    logging = {"logFormat": "Text", "systemLogLevel": "DEBUG", "colour": "red"}
    failures = reasons(FUNCTION, loggingConfig=logging)
    assert failures.keys() == {"loggingConfig.systemLogLevel", "loggingConfig.colour"}


def test_a_missing_required_property_is_a_failure() -> None:
    assert "needs the property 'runtime'" in checked(FUNCTION, {})[1]["runtime"]
    assert (
        "'deadLetterConfig.targetArn' is missing"
        in reasons(FUNCTION, deadLetterConfig={})["deadLetterConfig"]
    )


def test_none_is_treated_as_not_set() -> None:
    inputs, failures = checked(QUEUE, {"delaySeconds": None, "kmsMasterKeyId": None})
    assert not failures
    assert inputs["delaySeconds"] == 0
    assert "kmsMasterKeyId" not in inputs


def test_numbers_booleans_and_texts_are_converted_as_by_bridged_providers() -> None:
    inputs, failures = checked(
        QUEUE, {"delaySeconds": "5", "fifoQueue": "true", "tags": {"n": 1, "yes": True}}
    )
    assert not failures
    assert (inputs["delaySeconds"], inputs["fifoQueue"]) == (5, True)
    assert inputs["tags"] == {"n": "1", "yes": "true"}


@pytest.mark.parametrize(
    ("token", "name", "value"),
    [
        (QUEUE, "delaySeconds", True),
        (QUEUE, "delaySeconds", "five"),
        (QUEUE, "fifoQueue", 1),
        (QUEUE, "tags", ["a"]),
        (QUEUE, "policy", "{"),
        (FUNCTION, "architectures", "arm64"),
        (FUNCTION, "code", "src"),
        (FUNCTION, "environment", "A=1"),
        (FUNCTION, "description", ["a"]),
    ],
)
def test_a_value_of_another_kind_is_a_failure(token: str, name: str, value: Any) -> None:
    assert f"'{name}' must be" in reasons(token, **{name: value})[name]


def test_what_is_not_known_yet_passes() -> None:
    inputs, failures = checked(
        QUEUE, {"delaySeconds": UNKNOWN, "redrivePolicy": UNKNOWN, "tags": {"a": UNKNOWN, "b": 1}}
    )
    assert not failures
    assert inputs["delaySeconds"] is UNKNOWN
    assert inputs["tags"] == {"a": UNKNOWN, "b": "1"}


def test_an_automatic_name_is_made_once_and_kept() -> None:
    first, _ = checked(QUEUE, {})
    assert first["name"].startswith("thing-")
    other_seed = NamingRequest(logical_name="thing", seed=b"other")
    assert checked(QUEUE, {}, olds=first, naming=other_seed)[0]["name"] == first["name"]
    assert checked(QUEUE, {}, naming=other_seed)[0]["name"] != first["name"]


def test_an_automatic_name_that_no_longer_suits_is_made_anew() -> None:
    standard, _ = checked(QUEUE, {})
    fifo, failures = checked(QUEUE, {"fifoQueue": True}, olds=standard)
    assert not failures
    assert fifo["name"].endswith(".fifo")


def test_a_name_that_is_no_longer_given_gives_way_to_an_automatic_one() -> None:
    given, _ = checked(QUEUE, {"name": "given"})
    assert checked(QUEUE, {}, olds=given)[0]["name"].startswith("thing-")


def test_a_prefix_leaves_the_name_to_the_making() -> None:
    assert "name" not in checked(QUEUE, {"namePrefix": "pre-"})[0]


def test_a_proposed_name_is_taken_and_checked() -> None:
    good = NamingRequest(
        logical_name="q", seed=b"s", proposal=Proposal(name="Queue", enforced=False)
    )
    assert checked(QUEUE, {}, naming=good)[0]["name"] == "Queue"
    bad = NamingRequest(logical_name="q", seed=b"s", proposal=Proposal(name="a b", enforced=True))
    assert "automatic name" in checked(QUEUE, {}, naming=bad)[1]["name"]


def test_a_logical_name_too_long_for_the_type_is_a_failure() -> None:
    naming = NamingRequest(logical_name="x" * 57, seed=b"s")
    assert "longer than 64" in checked(ROLE, VALID[ROLE], naming=naming)[1]["name"]


def test_without_automatic_names_a_name_must_be_given() -> None:
    naming = NamingRequest(logical_name="q", seed=b"s", disabled=True)
    assert "'name' must be given" in checked(QUEUE, {}, naming=naming)[1]["name"]
    assert checked(QUEUE, {"name": "given"}, naming=naming)[1] == {}


def test_default_tags_are_under_a_resources_own() -> None:
    config = Configuration(default_tags={"a": "default", "b": "default"})
    inputs, _ = checked(QUEUE, {"tags": {"a": "own"}}, config=config)
    assert inputs["tags"] == {"a": "own", "b": "default"}
    assert checked(QUEUE, {}, config=config)[0]["tags"] == {"a": "default", "b": "default"}


def test_another_region_than_the_providers_is_a_failure() -> None:
    assert reasons(QUEUE, region="us-east-1") == {}
    assert reasons(QUEUE, region=UNKNOWN) == {}
    assert "must be the provider's, us-east-1" in reasons(QUEUE, region="eu-west-1")["region"]
