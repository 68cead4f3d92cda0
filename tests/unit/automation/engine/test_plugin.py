"""The vendor's plugin: downloaded once by the engine, which is a fake here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from automation.engine import Engine, plugin
from automation.support.errors import PluginUnavailableError
from tests.unit.automation.engine.machine import Machine

DOWNLOADS = """
import os, pathlib, sys, time
home = pathlib.Path(os.environ["PULUMI_HOME"])
assert sys.argv[1:] == ["plugin", "install", "resource", "aws", "7.51.1"]
(pathlib.Path(os.environ["TMPDIR"]) / "pulumi-plugin-tar1").write_bytes(bytes(3_000_000))
for _ in range(1000):
    if (home / "may-continue").exists():
        break
    time.sleep(0.01)
(home / "plugins/resource-aws-v7.51.1").mkdir(parents=True)
"""
FAILS = "import sys; print('error: failed all 5 attempts'); sys.exit(1)"


@pytest.fixture
def home(machine: Machine) -> Path:
    home = machine.folder / "pulumi"
    home.mkdir()
    return home


def ensure(machine: Machine, home: Path) -> None:
    engine = Engine(folder=machine.bin, version="3.259.0", source="PATH")
    environment = {**machine.environment, "PULUMI_HOME": str(home)}
    plugin.ensure_plugin(engine, "aws", "7.51.1", environment, announce=machine.announced.append)


def test_a_download_says_how_far_it_is_and_is_made_once(
    machine: Machine, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Announced(list[str]):
        def append(self, line: str) -> None:
            super().append(line)
            if re.fullmatch(r"  3 MB \(\d+ s\)", line):
                (home / "may-continue").touch()

    monkeypatch.setattr(plugin, "PROGRESS_EVERY", 0.02)
    told = Machine(folder=machine.folder, announced=Announced())
    told.add_program("pulumi", DOWNLOADS)

    ensure(told, home)
    assert told.announced[0] == f"Downloading the aws plugin 7.51.1 into {home}, once"
    assert (home / "may-continue").exists(), told.announced

    told.announced.clear()
    ensure(told, home)
    assert told.announced == []


def test_a_download_that_was_cut_short_is_made_again(machine: Machine, home: Path) -> None:
    (home / "plugins/resource-aws-v7.51.1").mkdir(parents=True)
    (home / "plugins/resource-aws-v7.51.1.partial").touch()
    machine.add_program("pulumi", "")

    ensure(machine, home)

    assert machine.announced


def test_a_plugin_on_path_is_used_as_it_is(machine: Machine, home: Path) -> None:
    machine.add_program("pulumi-resource-aws", "")

    ensure(machine, home)

    assert machine.announced == []


def test_a_download_that_fails_says_why_and_what_must_succeed(machine: Machine, home: Path) -> None:
    machine.add_program("pulumi", FAILS)

    with pytest.raises(PluginUnavailableError, match="failed all 5 attempts") as failed:
        ensure(machine, home)

    assert "pulumi plugin install resource aws 7.51.1" in failed.value.hint
