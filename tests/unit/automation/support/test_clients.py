from __future__ import annotations

from functools import partial

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from automation.support.clients import aws_errors, make_client, make_clients
from automation.support.errors import ObserveError, UsageError

EMULATOR = {
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_CONFIG_FILE": "/dev/null",
}


@pytest.mark.parametrize(
    "error",
    [
        NoCredentialsError(),
        EndpointConnectionError(endpoint_url="http://127.0.0.1:9"),
        ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetRole"),
    ],
)
def test_what_the_services_refuse_says_what_was_being_done(error: Exception) -> None:
    with pytest.raises(ObserveError, match="while proving stack dev: "):  # noqa: SIM117
        with aws_errors("proving stack dev"):
            raise error


def test_a_profile_that_does_not_exist_is_told_and_is_no_crash() -> None:
    with pytest.raises(ObserveError, match="nobody"):
        make_clients({"AWS_PROFILE": "nobody", "AWS_CONFIG_FILE": "/dev/null"}, "us-east-1")


@pytest.mark.parametrize(
    "variable",
    [
        "AWS_DEFAULTS_MODE",
        "AWS_REQUEST_CHECKSUM_CALCULATION",
        "AWS_RESPONSE_CHECKSUM_VALIDATION",
        "AWS_ACCOUNT_ID_ENDPOINT_MODE",
        "AWS_REQUEST_MIN_COMPRESSION_SIZE_BYTES",
    ],
)
def test_a_setting_that_boto3_does_not_take_is_told_with_the_next_step(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "junk")

    for make in (make_clients, partial(make_client, service="sqs")):
        with pytest.raises(ObserveError, match=r"the AWS configuration: .*junk") as raised:
            make(EMULATOR, "us-east-1")
        assert raised.value.hint.startswith("correct it where it is set")


def test_a_services_own_endpoint_goes_before_that_of_all() -> None:
    environment = {**EMULATOR, "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": "http://127.0.0.1:2"}
    clients = make_clients(environment, "us-east-1")

    assert clients.sqs.meta.endpoint_url == "http://127.0.0.1:1"
    assert clients.logs.meta.endpoint_url == "http://127.0.0.1:2"


def test_a_client_of_any_service_is_like_those_of_a_run() -> None:
    of_a_run = make_clients(EMULATOR, "eu-west-1").sqs.meta
    meta = make_client(EMULATOR, "eu-west-1", "dynamodb").meta

    assert (meta.endpoint_url, meta.region_name) == ("http://127.0.0.1:1", "eu-west-1")
    for setting in ("connect_timeout", "read_timeout", "retries", "proxies"):
        assert getattr(meta.config, setting) == getattr(of_a_run.config, setting)


def test_a_service_that_does_not_exist_is_told_with_the_near_one() -> None:
    with pytest.raises(UsageError, match="boto3 has no service 'dynamo-db'") as raised:
        make_client(EMULATOR, "us-east-1", "dynamo-db")

    assert raised.value.hint.startswith("did you mean dynamodb? ")
