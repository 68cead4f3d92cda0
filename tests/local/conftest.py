from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from automation.emulator.instance import Instance, Supervisor
from automation.engine import Engine, find_engine
from automation.support.paths import CHECKOUT, PROJECT
from tests.local.machine import BY_HAND, Account, Machine


@pytest.fixture(scope="session")
def engine() -> Engine:
    return find_engine(environment=os.environ, announce=print)


@pytest.fixture(scope="session")
def instance() -> Iterator[Instance]:
    """A running emulator, for tests that look at it past the automation."""
    supervisor = Supervisor()
    try:
        supervisor.wait_ready()
        yield supervisor.instance
    finally:
        supervisor.close()


@pytest.fixture
def account(instance: Instance) -> Account:
    return Account(instance.url, f"{secrets.randbelow(10**12):012}")


@pytest.fixture
def machine(tmp_path: Path, engine: Engine) -> Iterator[Machine]:
    checkout_before = checkout_files()
    made = Machine(tmp_path, engine)
    yield made
    if list(made.cache.glob(f"{PROJECT}/lasting/*.json")):
        made.run("local", "stop")
    made.wait_until_clean()
    assert {path.name for path in made.cache.iterdir()} <= {PROJECT}
    assert checkout_files() == checkout_before


def checkout_files() -> set[Path]:
    """The settings files at the checkout's top, but for those of tests that deploy by hand."""
    return set(CHECKOUT.glob("Pulumi.*")) - BY_HAND


@pytest.fixture
def other_function(tmp_path: Path) -> Callable[[str], list[str]]:
    """The arguments that deploy this project's function with its handler wrapped by other code."""

    def arguments(source: str) -> list[str]:
        folder = tmp_path / "function"
        folder.mkdir()
        for module in (CHECKOUT / "function").glob("*.py"):
            (folder / module.name).write_text(module.read_text())
        (folder / "wrapped.py").write_text(source)
        return [f"--config=functionSource={folder}", "--config=handler=wrapped.lambda_handler"]

    return arguments


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests that run the engine, which take longest: no core idles at the end."""
    items.sort(key=lambda item: "engine" not in getattr(item, "fixturenames", ()))
