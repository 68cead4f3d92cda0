from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from automation.engine import build, child, find_engine
from automation.engine.model import PINNED, PROGRAMS
from automation.support.errors import EngineUnavailableError

if TYPE_CHECKING:
    from tests.unit.automation.engine.machine import Machine


def test_nothing_but_the_engine_stays_of_a_build(machine: Machine) -> None:
    machine.add_go()
    machine.find_engine()
    assert {path.name for path in machine.engines.iterdir()} == {"home", "lock", PINNED}
    assert {path.name for path in (machine.engines / PINNED).iterdir()} == set(PROGRAMS)


def test_nothing_stays_of_a_build_that_fails(machine: Machine) -> None:
    machine.add_go(building="raise SystemExit('example.go:1: undefined: x')")
    with pytest.raises(EngineUnavailableError, match=r"build: example\.go:1: undefined"):
        machine.find_engine()
    assert {path.name for path in machine.engines.iterdir()} == {"lock"}


def test_a_build_knows_no_credentials_and_writes_nothing_to_the_users_home(
    machine: Machine,
) -> None:
    machine.add_go()
    machine.find_engine()
    known = ast.literal_eval((machine.folder / "environment").read_text())
    assert "AWS_SECRET_ACCESS_KEY" not in known
    assert known["GOPROXY"] == "off"
    for place in ("HOME", "TMPDIR", "PULUMI_HOME", "GOPATH", "GOMODCACHE", "GOCACHE", "GOTMPDIR"):
        assert known[place].startswith(str(machine.engines / "staging")), place
    assert list(machine.home.iterdir()) == []


def test_the_users_own_settings_of_go_are_read(machine: Machine) -> None:
    machine.add_go()
    machine.find_engine()
    known = ast.literal_eval((machine.folder / "environment").read_text())
    assert known["GOENV"].startswith(str(machine.home))
    assert known["NETRC"] == str(machine.home / ".netrc")


def test_go_says_itself_why_it_is_too_old(machine: Machine) -> None:
    machine.add_program("go", "raise SystemExit('go: go.mod requires go >= 1.25.11')")
    with pytest.raises(EngineUnavailableError, match=r"build: go: go\.mod requires go"):
        machine.find_engine()


def test_a_full_disk_is_noticed_before_anything_is_downloaded(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "NEEDED_BYTES", 10**18)
    machine.add_go()
    with pytest.raises(EngineUnavailableError, match="build: it needs 1000000000 GB of disk"):
        machine.find_engine()
    assert machine.go_calls() == []


def test_a_long_build_says_how_far_it_is(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def announce(line: str) -> None:
        if re.fullmatch(r"  1 of up to 2 packages compiled \(\d+ s\)", line):
            progress.append(line)
            machine.let_go_continue()

    progress: list[str] = []
    monkeypatch.setattr(child, "PROGRESS_INTERVAL", 0.02)
    machine.add_go(
        building="if '-v' in arguments: print('example/one', flush=True); wait_to_continue()"
    )
    find_engine(environment=machine.environment, announce=announce)
    assert progress


@pytest.mark.parametrize("tool", [build.CLI, build.HOST], ids=lambda tool: tool.name)
def test_a_module_pins_its_tool_and_asks_for_the_go_that_the_hint_names(tool: build._Tool) -> None:
    lines = (tool.module / "go.mod").read_text().splitlines()
    assert f"tool {tool.package}" in lines
    assert f"go {build.GO_MINIMUM}" in lines


def test_the_modules_build_the_pinned_version() -> None:
    text = (build.CLI.module / "go.mod").read_text()
    assert f"github.com/pulumi/pulumi/pkg/v3 v{PINNED} " in text
    assert f"{build.SDK} v{PINNED} " in text
