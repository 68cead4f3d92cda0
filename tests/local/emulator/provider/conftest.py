"""A running emulator, and the provider in this process, driven by its own protocol's messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from automation.emulator.provider.aws import Aws, Clients
from tests.local.emulator.provider.driver import Driver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from automation.emulator.instance import Instance


@pytest.fixture(scope="session")
def aws(instance: Instance) -> Aws:
    """The emulator as the tests look at it: what the provider made is read past the provider."""
    return Aws(clients=Clients(instance.url, {}), region="us-east-1", deadline=20)


@pytest.fixture
def driver(aws: Aws) -> Iterator[Driver]:
    driver = Driver(aws.clients)
    yield driver
    driver.delete_all()
