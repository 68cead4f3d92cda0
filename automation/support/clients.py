"""The AWS clients of a run: one session, timeouts on every call, few retries."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from automation.support.errors import ObserveError, UsageError
from automation.support.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from boto3.session import Session
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_resourcegroupstaggingapi import ResourceGroupsTaggingAPIClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sts import STSClient

ENDPOINT = "AWS_ENDPOINT_URL"  # with _ and a service's name, for that service alone
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
CONNECT_WITHIN = 5  # seconds
READ_WITHIN = 20  # seconds; no call of a run polls for longer
LOCAL_READ_WITHIN = 10  # seconds; an emulator responds in milliseconds
ATTEMPTS = 4  # for one call, when it is throttled or the connection fails
LOCAL_ATTEMPTS = 2  # an emulator that is gone stays gone


@dataclass(frozen=True, kw_only=True)
class Clients:
    """Clients of the services that a run uses."""

    sqs: SQSClient
    lambda_: LambdaClient
    logs: CloudWatchLogsClient
    iam: IAMClient
    tagging: ResourceGroupsTaggingAPIClient
    sts: STSClient
    cloudwatch: CloudWatchClient


def make_session(environment: Mapping[str, str], region: str | None) -> Session:
    """Create a session that takes profile, files and keys from `environment`.

    The rest of boto3's credential chain (SSO, roles, a container's or an instance's metadata) reads
    this process's environment and home.

    Args:
        environment: A target's environment.
        region: None takes that of the profile.

    Raises:
        botocore.exceptions.BotoCoreError: The configuration cannot be used, such as a profile that
            does not exist.
    """
    import boto3
    import botocore.session
    from botocore.exceptions import PartialCredentialsError

    missing = [name for name in KEYS if not environment.get(name)]
    if len(missing) == 1:
        raise PartialCredentialsError(provider="env", cred_var=missing[0])
    variables = {
        name: (None, None, environment.get(variable, default), None)
        for name, variable, default in (
            ("profile", "AWS_PROFILE", None),
            ("config_file", "AWS_CONFIG_FILE", "~/.aws/config"),
            ("credentials_file", "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
        )
    }
    return boto3.Session(
        aws_access_key_id=environment.get("AWS_ACCESS_KEY_ID"),
        aws_secret_access_key=environment.get("AWS_SECRET_ACCESS_KEY"),
        aws_session_token=None if missing else environment.get("AWS_SESSION_TOKEN"),
        region_name=region,
        botocore_session=botocore.session.Session(session_vars=variables),
    )


def endpoint_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that send AWS calls elsewhere: AWS_ENDPOINT_URL, and one a service."""
    if environment.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return {}
    return {
        name: value
        for name, value in sorted(environment.items())
        if value and (name == ENDPOINT or name.startswith(f"{ENDPOINT}_"))
    }


def make_clients(environment: Mapping[str, str], region: str) -> Clients:
    """Create the clients for the account and the endpoint of a target's environment.

    Takes about half a second, most of it for imports and service descriptions. Profiles come from
    `environment` only; proxies from this process's environment, and an emulator has none.

    Raises:
        ObserveError: The configuration cannot be used, such as a profile that does not exist.
    """
    with _configuration_errors():
        client = _client_maker(environment, region)
        return Clients(
            sqs=client("sqs"),
            lambda_=client("lambda"),
            logs=client("logs"),
            iam=client("iam"),
            tagging=client("resourcegroupstaggingapi"),
            sts=client("sts"),
            cloudwatch=client("cloudwatch"),
        )


def make_client(environment: Mapping[str, str], region: str, service: str) -> Any:
    """Create a client like those of `make_clients`, of any service.

    Args:
        environment: A target's environment.
        region: The region.
        service: boto3's name of the service, such as "dynamodb".

    Raises:
        UsageError: boto3 has no such service.
        ObserveError: The configuration cannot be used, such as a profile that does not exist.
    """
    from botocore.exceptions import UnknownServiceError

    with _configuration_errors():
        try:
            return _client_maker(environment, region)(service)
        except UnknownServiceError as error:
            known = str(error.kwargs["known_service_names"]).split(", ")
            raise UsageError(
                f"boto3 has no service {service!r}",
                hint=f"{did_you_mean(service, known)}boto3.Session().get_available_services() "
                "lists them",
            ) from error


def _client_maker(environment: Mapping[str, str], region: str) -> Callable[[str], Any]:
    from botocore.config import Config

    session = make_session(environment, region)
    endpoints = endpoint_variables(environment)
    local = ENDPOINT in endpoints
    config = Config(
        connect_timeout=CONNECT_WITHIN,
        read_timeout=LOCAL_READ_WITHIN if local else READ_WITHIN,
        retries={
            "mode": "standard",
            "total_max_attempts": LOCAL_ATTEMPTS if local else ATTEMPTS,
        },
        proxies=proxies_for(endpoints),
    )

    def client(service: str) -> Any:
        url = _endpoint(service, endpoints)
        return session.client(service, endpoint_url=url, config=config)  # type: ignore[call-overload] # any service

    return client


def proxies_for(endpoints: Mapping[str, str]) -> dict[str, str] | None:
    """Return the proxies of calls: none to an emulator, else None, which is the environment's.

    Args:
        endpoints: As `endpoint_variables` returns them.
    """
    return {} if ENDPOINT in endpoints else None


def _endpoint(service: str, endpoints: Mapping[str, str]) -> str | None:
    """Return the URL that a service's calls go to; None is AWS's."""
    if endpoints.keys() - {ENDPOINT}:  # the variable's name is in the service's description
        from botocore.loaders import Loader

        metadata = Loader().load_service_model(service, "service-2")["metadata"]
        own = f"{ENDPOINT}_{metadata['serviceId'].replace(' ', '_').upper()}"
        if own in endpoints:
            return endpoints[own]
    return endpoints.get(ENDPOINT)


def _configuration_errors() -> contextlib.AbstractContextManager[None]:
    """Turn boto3's errors about its configuration into `ObserveError`, with what to do."""
    hint = "correct it where it is set: in a variable AWS_… or in your AWS profile"
    return aws_errors("reading the AWS configuration", hint=hint)


@contextlib.contextmanager
def aws_errors(what: str, *, hint: str = "") -> Iterator[None]:
    """Turn boto3's errors into `ObserveError`.

    Args:
        what: What is being done, to complete "while …".
        hint: The next step, if there is one.

    Raises:
        ObserveError: The service refused, or could not be reached.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise ObserveError(f"while {what}: {error}", hint=hint) from error
    except KeyError as error:
        raise ObserveError(f"while {what}: a response lacks {error}") from error
