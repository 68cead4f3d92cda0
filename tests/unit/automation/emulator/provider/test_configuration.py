from __future__ import annotations

from typing import Any, cast

import pytest

from automation.emulator.provider.aws import loopback_endpoint
from automation.emulator.provider.configuration import (
    check_configuration,
    configuration_of,
    refuse_other_accounts,
)
from automation.emulator.provider.errors import ProviderError


@pytest.mark.parametrize(
    ("given", "environment", "region"),
    [
        ({"region": "eu-west-1"}, {"AWS_REGION": "us-west-2"}, "eu-west-1"),
        ({}, {"AWS_REGION": "us-west-2", "AWS_DEFAULT_REGION": "us-west-1"}, "us-west-2"),
        ({}, {"AWS_DEFAULT_REGION": "us-west-1"}, "us-west-1"),
        ({}, {}, "us-east-1"),
    ],
)
def test_the_region_is_configured_or_the_environments_or_us_east_1(
    given: dict[str, str], environment: dict[str, str], region: str
) -> None:
    assert configuration_of(given, environment).region == region


def test_default_tags_come_as_an_object_or_as_json() -> None:
    for value in ({"tags": {"a": "b"}}, '{"tags": {"a": "b"}}'):
        assert configuration_of({"defaultTags": value}, {}).default_tags == {"a": "b"}


def test_what_the_provider_honours_passes() -> None:
    given = {"region": "us-east-1", "version": "7.51.1", "skipRegionValidation": "true"}
    assert check_configuration({**given, "defaultTags": '{"tags": {}}', "profile": None}) == []


@pytest.mark.parametrize("key", ["profile", "endpoints", "assumeRoles", "accessKey", "ignoreTags"])
def test_what_could_lead_away_from_the_emulator_is_a_failure_that_names_it(key: str) -> None:
    (failure,) = check_configuration({key: "x"})
    assert failure.property == key
    assert f"does not support 'aws:{key}'" in failure.reason


def test_default_tags_hold_tags_only() -> None:
    (failure,) = check_configuration({"defaultTags": {"tags": {}, "keys": []}})
    assert "has no 'keys'" in failure.reason


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:4566",
        "http://127.8.9.10:4566",
        "https://localhost:4566",
        "http://[::1]:4566",
    ],
)
def test_an_endpoint_on_loopback_is_served(url: str) -> None:
    assert loopback_endpoint({"AWS_ENDPOINT_URL": url}) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:4566",
        "ftp://127.0.0.1",
        "http://10.0.0.1:4566",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://user@example.com:80#@127.0.0.1",
        "https://sqs.us-east-1.amazonaws.com",
    ],
)
def test_an_endpoint_anywhere_else_is_refused(url: str) -> None:
    with pytest.raises(ProviderError, match="AWS_ENDPOINT_URL"):
        loopback_endpoint({"AWS_ENDPOINT_URL": url})


class FakeAws:
    """The emulator's account, for those who ask."""

    @property
    def sts(self) -> FakeAws:
        return self

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": "000000000000"}


@pytest.mark.parametrize("allowed", [None, [], '["123456789012", "000000000000"]'])
def test_an_account_that_is_allowed_passes(allowed: object) -> None:
    configuration = configuration_of({"allowedAccountIds": allowed}, {})

    refuse_other_accounts(configuration, cast("Any", FakeAws()))


def test_any_other_account_is_refused() -> None:
    given = {"allowedAccountIds": ["123456789012"]}
    assert check_configuration(given) == []

    with pytest.raises(ProviderError, match=r"of account 000000000000, .* allows 123456789012"):
        refuse_other_accounts(configuration_of(given, {}), cast("Any", FakeAws()))
