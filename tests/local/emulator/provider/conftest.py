"""A running emulator, and the provider in this process, called with its protocol's messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from automation.emulator.provider.aws import Aws, ClientCache
from tests.local.emulator.provider.driver import Driver
from tests.local.emulator.provider.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from automation.emulator.instance import Instance


@pytest.fixture(scope="session")
def aws(instance: Instance) -> Aws:
    """Direct access to the emulator, to check what the provider did."""
    return Aws(clients=ClientCache(instance.url, {}), region="us-east-1", timeout=20)


@pytest.fixture
def driver(aws: Aws) -> Iterator[Driver]:
    driver = Driver(aws.clients)
    yield driver
    driver.delete_all()


@pytest.fixture
def stack(driver: Driver) -> Stack:
    return Stack(driver)
