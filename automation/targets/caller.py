"""Whose AWS account the credentials belong to, and what to do when they cannot be used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from automation.support.clients import ENDPOINT, endpoint_variables, make_session, proxies_for
from automation.support.errors import AccessError
from automation.support.interrupts import interruptible

if TYPE_CHECKING:
    from collections.abc import Mapping

REGION = "us-east-1"  # the lesson's, and Pulumi.yaml's; used when nothing names one
WITHIN = 5  # seconds for the one call, and for each of its two tries
OWN_HOSTS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".api.amazonwebservices.com.cn")

NO_CREDENTIALS = (
    "log in (`aws login`, `aws sso login`), choose a profile (AWS_PROFILE), or set "
    "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
)
LOGIN = "`aws sso login{profile}` (or `aws login{profile}`), then run the command again"
NETWORK = "check the network, the proxy (HTTPS_PROXY), and that the region {region} exists"
FILES = "correct the file; `aws configure list` shows what is read"

HINTS: Mapping[str, str] = {
    # botocore's exceptions, by class or base class
    "NoCredentialsError": NO_CREDENTIALS,
    "PartialCredentialsError": "set both AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or neither",
    "ProfileNotFound": "`aws configure list-profiles` lists them; choose one with AWS_PROFILE",
    "SSOError": LOGIN,
    "TokenRetrievalError": LOGIN,
    "LoginError": LOGIN,
    "CredentialRetrievalError": "run the profile's credential_process by hand, and see why",
    "InfiniteLoopConfigError": FILES,
    "InvalidConfigError": FILES,
    "ConfigParseError": FILES,
    "InvalidRegionError": "set AWS_REGION to one such as us-east-1",
    "HTTPClientError": NETWORK,
    "ConnectionError": NETWORK,
    # STS's error codes: docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
    "ExpiredToken": LOGIN,
    "ExpiredTokenException": LOGIN,
    "RequestExpired": "set this machine's clock",
    "SignatureDoesNotMatch": "check AWS_SECRET_ACCESS_KEY, and this machine's clock",
    "InvalidClientTokenId": NO_CREDENTIALS,
    "UnrecognizedClientException": NO_CREDENTIALS,
    "RegionDisabledException": "enable the region {region} in the account, or choose another",
}
"""What to do about an error, by its class or its code."""

OTHERWISE = "`aws sts get-caller-identity` must succeed in this shell"


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who makes the AWS calls.

    Attributes:
        account: Id of the account.
        arn: ARN of the user or the role's session.
        region: The environment's, else the profile's, else `REGION`.
        endpoints: The URLs that calls are sent to instead of AWS's own, by what names them.
    """

    account: str
    arn: str
    region: str
    endpoints: Mapping[str, str]


def find_caller(environment: Mapping[str, str]) -> Caller:
    """Ask AWS whose credentials these are: one call, which no policy can deny.

    The credentials are found as the provider finds them: keys in the environment, the profile (SSO,
    roles, `credential_process`), web identity, a container's or an instance's metadata.

    Raises:
        AccessError: There are none, they cannot be used, or AWS cannot be reached.
    """
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or ""
    endpoints = endpoint_variables(environment)
    try:
        with interruptible():
            session = make_session(environment, region or None)
            region = region or session.region_name or REGION
            sts = session.client(
                "sts",
                region_name=region,
                endpoint_url=endpoints.get(f"{ENDPOINT}_STS", endpoints.get(ENDPOINT)),
                config=Config(
                    connect_timeout=WITHIN,
                    read_timeout=WITHIN,
                    retries={"total_max_attempts": 2, "mode": "standard"},
                    proxies=proxies_for(endpoints),
                ),
            )
            identity = sts.get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise refusal(error, region or REGION, environment.get("AWS_PROFILE", "")) from error
    return Caller(
        account=identity["Account"],
        arn=identity["Arn"],
        region=region,
        endpoints=endpoints or _of_the_profile(sts.meta.endpoint_url),
    )


def refusal(error: Exception, region: str, profile: str) -> AccessError:
    """Return the error for what boto3 raised, with what to do about it."""
    response = getattr(error, "response", None) or {}
    names = [
        response.get("Error", {}).get("Code", ""),
        *(each.__name__ for each in type(error).__mro__),
    ]
    hint = next((HINTS[name] for name in names if name in HINTS), OTHERWISE)
    return AccessError(
        f"the AWS credentials cannot be used: {error}",
        hint=hint.format(region=region, profile=f" --profile {profile}" if profile else ""),
    )


def _of_the_profile(url: str) -> dict[str, str]:
    """Return the endpoint that a profile's `endpoint_url` names, if the URL is not AWS's own."""
    host = url.partition("://")[2].partition("/")[0]
    return {} if host.endswith(OWN_HOSTS) else {"endpoint_url": url}
