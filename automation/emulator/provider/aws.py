"""The emulator's botocore clients, and waiting for asynchronous changes."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from automation.emulator.provider.errors import ProviderError
from automation.emulator.provider.loopback import on_loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sts import STSClient

SERVICES = (
    "sqs",
    "iam",
    "lambda",
    "logs",
    "cloudwatch",
)  # in the order that a deployment uses them
CONNECT_TIMEOUT = 5.0  # seconds
READ_TIMEOUT = 10.0  # seconds; the emulator responds in milliseconds
MAX_ATTEMPTS = 3  # per call; a local emulator needs few retries
POLL = 0.025  # seconds between two looks
DEFAULT_TIMEOUT = 600.0  # seconds per wait, as in the official provider


def loopback_endpoint(environment: Mapping[str, str]) -> str:
    """Return the URL in AWS_ENDPOINT_URL: http or https, on this machine.

    Raises:
        ProviderError: The variable is missing, or the URL is not on this machine.
    """
    url = environment.get("AWS_ENDPOINT_URL", "")
    if not on_loopback(url):
        raise ProviderError(
            "the local aws provider connects only to an emulator on this machine, and "
            f"AWS_ENDPOINT_URL is {url!r}",
            hint="set it to the emulator's URL, such as http://127.0.0.1:4566",
        )
    return url


def was_retried(response: Mapping[str, Any]) -> bool:
    """Whether botocore sent a call again, for example because the first response was lost."""
    return bool(response.get("ResponseMetadata", {}).get("RetryAttempts"))


def create_once(create: Callable[[], object], exists: str) -> None:
    """Create a resource by its name; a retry finds what the first try created.

    Args:
        create: Calls the service.
        exists: The error code for a name that is taken. Without a retry it stays an error: the
            resource is somebody else's.
    """
    from botocore.exceptions import ClientError

    try:
        create()
    except ClientError as error:
        if error.response["Error"]["Code"] != exists or not was_retried(error.response):
            raise


class ClientCache:
    """One botocore client per service and region, created on first use."""

    def __init__(self, endpoint: str, environment: Mapping[str, str]) -> None:
        """Take the endpoint and the credentials; loads nothing yet.

        Args:
            endpoint: The emulator's URL.
            environment: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, by default test and test,
                select the emulator's account.
        """
        self.endpoint = endpoint
        self._key = environment.get("AWS_ACCESS_KEY_ID", "test")
        self._secret = environment.get("AWS_SECRET_ACCESS_KEY", "test")
        self._clients: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()  # clients are thread-safe; creating one is not

    def get(self, service: str, region: str) -> Any:
        """Return the client for a service in a region."""
        with self._lock:
            if (service, region) not in self._clients:
                self._clients[service, region] = self._create(service, region)
            return self._clients[service, region]

    def warm_up(self, region: str) -> None:
        """Create the clients before they are needed (docs/architecture.md, Start-up time)."""
        for service in SERVICES:
            self.get(service, region)

    def _create(self, service: str, region: str) -> Any:
        from botocore.config import Config  # slow to import (docs/architecture.md, Start-up time)

        return self._session.create_client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id=self._key,
            aws_secret_access_key=self._secret,
            config=Config(
                connect_timeout=CONNECT_TIMEOUT,
                read_timeout=READ_TIMEOUT,
                retries={"total_max_attempts": MAX_ATTEMPTS, "mode": "standard"},
                max_pool_connections=32,
                proxies={},
            ),
        )

    @cached_property
    def _session(self) -> Any:
        from botocore.session import Session

        # Ignore the user's AWS profile, configuration file and credentials file.
        unset = (None, None, None, None)
        no_file = (None, None, os.devnull, None)
        return Session({"profile": unset, "config_file": no_file, "credentials_file": no_file})


@dataclass(frozen=True, kw_only=True)
class Aws:
    """What a resource type's functions need to call the emulator.

    Attributes:
        clients: The emulator's clients.
        region: The region of every regional call.
        timeout: Seconds that one wait may take.
    """

    clients: ClientCache
    region: str
    timeout: float = DEFAULT_TIMEOUT

    @property
    def sqs(self) -> SQSClient:
        """The client for queues."""
        client: SQSClient = self.clients.get("sqs", self.region)
        return client

    @property
    def iam(self) -> IAMClient:
        """The client for roles and their policies."""
        client: IAMClient = self.clients.get("iam", self.region)
        return client

    @property
    def lambda_(self) -> LambdaClient:
        """The client for functions and event source mappings."""
        client: LambdaClient = self.clients.get("lambda", self.region)
        return client

    @property
    def logs(self) -> CloudWatchLogsClient:
        """The client for log groups."""
        client: CloudWatchLogsClient = self.clients.get("logs", self.region)
        return client

    @property
    def cloudwatch(self) -> CloudWatchClient:
        """The client for alarms."""
        client: CloudWatchClient = self.clients.get("cloudwatch", self.region)
        return client

    @property
    def sts(self) -> STSClient:
        """The client for the caller's identity."""
        client: STSClient = self.clients.get("sts", self.region)
        return client

    def wait(self, what: str, look: Callable[[], str | None]) -> None:
        """Poll until `look` returns None.

        Args:
            what: What is awaited, to follow "waiting for".
            look: Returns what it sees as long as the wait must go on, then None.

        Raises:
            ProviderError: The timeout passed; the message has what was seen last.
        """
        deadline = time.monotonic() + self.timeout
        while (seen := look()) is not None:
            if time.monotonic() >= deadline:
                raise ProviderError(f"waited {self.timeout:.0f} s for {what}; last seen: {seen}")
            time.sleep(POLL)
