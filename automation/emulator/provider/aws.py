"""The emulator's clients, and waiting for what it does after it has answered."""

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

    from mypy_boto3_iam import IAMClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_logs import CloudWatchLogsClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sts import STSClient

SERVICES = ("sqs", "iam", "lambda", "logs")  # by when a deployment needs them
CONNECT_WITHIN = 5.0  # seconds
ANSWER_WITHIN = 30.0  # seconds; the emulator answers in milliseconds
ATTEMPTS = 3  # of each call; the emulator neither throttles nor moves
POLL = 0.025  # seconds between looks
DEADLINE = 600.0  # seconds that a resource may take, as in the official provider


def loopback_endpoint(environment: Mapping[str, str]) -> str:
    """The URL in AWS_ENDPOINT_URL: http(s), on this machine.

    Raises:
        ProviderError: It is missing, or somewhere that could be AWS.
    """
    url = environment.get("AWS_ENDPOINT_URL", "")
    if not on_loopback(url):
        raise ProviderError(
            "the local aws provider serves an emulator on this machine only, and AWS_ENDPOINT_URL "
            f"is {url!r}",
            hint="set it to the emulator's URL, such as http://127.0.0.1:4566",
        )
    return url


class Clients:
    """One botocore client a service, made when it is first asked for."""

    def __init__(self, endpoint: str, environment: Mapping[str, str]) -> None:
        """Know where the emulator is and as whom to speak to it; nothing is loaded yet.

        Args:
            endpoint: Its URL.
            environment: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (default test and test) name
                the emulator's account.
        """
        self.endpoint = endpoint
        self._key = environment.get("AWS_ACCESS_KEY_ID", "test")
        self._secret = environment.get("AWS_SECRET_ACCESS_KEY", "test")
        self._made: dict[tuple[str, str], Any] = {}
        self._lock = threading.Lock()  # clients are thread-safe, making one is not

    def get(self, service: str, region: str) -> Any:
        """The client of a service in a region."""
        with self._lock:
            if (service, region) not in self._made:
                self._made[service, region] = self._make(service, region)
            return self._made[service, region]

    def warm_up(self, region: str) -> None:
        """Make the clients before they are needed: loading them takes 0.4 s."""
        for service in SERVICES:
            self.get(service, region)

    def _make(self, service: str, region: str) -> Any:
        from botocore.config import Config  # 0.2 s, off the way to the first answer

        return self._session.create_client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id=self._key,
            aws_secret_access_key=self._secret,
            config=Config(
                connect_timeout=CONNECT_WITHIN,
                read_timeout=ANSWER_WITHIN,
                retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
                max_pool_connections=32,
                proxies={},
            ),
        )

    @cached_property
    def _session(self) -> Any:
        from botocore.session import Session

        # Nothing of the user's AWS set-up: no profile, no configuration file, no credentials file.
        unset = (None, None, None, None)
        no_file = (None, None, os.devnull, None)
        return Session({"profile": unset, "config_file": no_file, "credentials_file": no_file})


@dataclass(frozen=True, kw_only=True)
class Aws:
    """What one request works with.

    Attributes:
        clients: The emulator's clients.
        region: The region of every regional call.
        deadline: Seconds that a resource may take to become as it is asked to be.
    """

    clients: Clients
    region: str
    deadline: float = DEADLINE

    @property
    def sqs(self) -> SQSClient:
        """Queues."""
        client: SQSClient = self.clients.get("sqs", self.region)
        return client

    @property
    def iam(self) -> IAMClient:
        """Roles and their policies."""
        client: IAMClient = self.clients.get("iam", self.region)
        return client

    @property
    def lambda_(self) -> LambdaClient:
        """Functions and event source mappings."""
        client: LambdaClient = self.clients.get("lambda", self.region)
        return client

    @property
    def logs(self) -> CloudWatchLogsClient:
        """Log groups."""
        client: CloudWatchLogsClient = self.clients.get("logs", self.region)
        return client

    @property
    def sts(self) -> STSClient:
        """Who is asking."""
        client: STSClient = self.clients.get("sts", self.region)
        return client

    def wait(self, what: str, look: Callable[[], str | None]) -> None:
        """Look until there is nothing left to wait for.

        Args:
            what: What is awaited, to follow "waiting for".
            look: What is seen, while it is not yet what is awaited; None once it is.

        Raises:
            ProviderError: It did not come within the deadline.
        """
        give_up_at = time.monotonic() + self.deadline
        while (seen := look()) is not None:
            if time.monotonic() >= give_up_at:
                raise ProviderError(f"waited {self.deadline:.0f} s for {what}; last seen: {seen}")
            time.sleep(POLL)
