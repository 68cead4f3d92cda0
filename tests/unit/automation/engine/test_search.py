from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

import pytest

from automation.engine import Engine, find
from automation.engine.build import GO_MINIMUM
from automation.engine.model import MINIMUM, PINNED
from automation.support.errors import AutomationError, EngineUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from automation.engine.install import Staging
    from tests.unit.automation.engine.machine import Machine


@pytest.mark.parametrize("version", [MINIMUM, PINNED, "3.300.1"])
def test_an_engine_on_path_is_taken_in_silence(machine: Machine, version: str) -> None:
    machine.add_engine(version)
    assert machine.find_engine() == Engine(folder=machine.bin, version=version, source="PATH")
    assert machine.announced == []


def test_an_engine_on_path_goes_before_the_cached_one(machine: Machine) -> None:
    machine.add_engine(PINNED, folder=machine.engines / PINNED)
    machine.add_engine("3.300.1")
    assert machine.find_engine().source == "PATH"


def test_a_linked_cli_brings_the_language_host_beside_the_real_one(machine: Machine) -> None:
    real = machine.add_engine(PINNED, folder=machine.folder / "opt")
    (machine.bin / "pulumi").symlink_to(real)
    assert machine.find_engine() == Engine(folder=machine.bin, version=PINNED, source="PATH")


@pytest.mark.parametrize("version", ["3.230.9", "2.400.0", "4.0.0"])
def test_an_unfit_version_on_path_is_passed_over_for_the_cached_one(
    machine: Machine, version: str
) -> None:
    machine.add_engine(version)
    machine.add_engine(PINNED, folder=machine.engines / PINNED)
    assert machine.find_engine().source == "cache"


@pytest.mark.parametrize("lost", ["pulumi-language-python", "pulumi-language-python-exec"])
def test_a_cli_without_its_language_host_is_passed_over(machine: Machine, lost: str) -> None:
    machine.add_engine(PINNED)
    (machine.bin / lost).unlink()
    machine.add_engine(PINNED, folder=machine.engines / PINNED)
    assert machine.find_engine().source == "cache"


@pytest.mark.parametrize("body", ["raise SystemExit('broken')", "print('no version')"])
def test_a_cli_that_does_not_print_its_version_is_passed_over(machine: Machine, body: str) -> None:
    machine.add_engine(PINNED)
    machine.add_program("pulumi", body)
    machine.add_engine(PINNED, folder=machine.engines / PINNED)
    assert machine.find_engine().source == "cache"


def test_the_version_on_path_is_asked_for_once_until_the_file_changes(machine: Machine) -> None:
    calls = machine.add_engine(PINNED).with_suffix(".calls")
    machine.find_engine()
    machine.find_engine()
    assert calls.read_text().count("called") == 1
    machine.add_engine("3.300.1")
    assert machine.find_engine().version == "3.300.1"


@pytest.mark.parametrize("text", ["", "{", "[]"])
def test_a_damaged_memory_of_versions_is_made_anew(machine: Machine, text: str) -> None:
    machine.add_engine("3.300.1")
    machine.find_engine()
    (memo,) = machine.folder.rglob("versions.json")
    memo.write_text(text)

    assert machine.find_engine().version == "3.300.1"


def test_asking_for_the_version_writes_nothing_to_the_users_home(machine: Machine) -> None:
    machine.add_engine(PINNED)
    logs_at_home = "home = os.environ.get('PULUMI_HOME') or os.environ['HOME']"
    machine.add_program(
        "pulumi",
        f"import os; {logs_at_home}; os.makedirs(home + '/logs', exist_ok=True); print('{PINNED}')",
    )
    assert machine.find_engine().source == "PATH"
    assert list(machine.home.iterdir()) == []


def test_the_version_in_the_cache_is_asked_for_once_too(machine: Machine) -> None:
    pulumi = machine.add_engine(PINNED, folder=machine.engines / PINNED)
    machine.add_go()
    found = Engine(folder=pulumi.parent, version=PINNED, source="cache")
    assert [machine.find_engine(), machine.find_engine()] == [found, found]
    assert pulumi.with_suffix(".calls").read_text().count("called") == 1
    assert machine.announced == []


def truncated(pulumi: Path) -> None:
    pulumi.write_bytes(b"\x7fELF")


def empty(pulumi: Path) -> None:
    pulumi.write_bytes(b"")


def not_executable(pulumi: Path) -> None:
    pulumi.chmod(0o644)


def printing_garbage(pulumi: Path) -> None:
    pulumi.write_text("#!/bin/sh\nhead -c 4096 /dev/urandom\n")


def of_another_version(pulumi: Path) -> None:
    pulumi.write_text("#!/bin/sh\necho v3.1.0\n")


@pytest.mark.parametrize(
    "damage", [truncated, empty, not_executable, printing_garbage, of_another_version]
)
def test_a_damaged_cli_in_the_cache_is_replaced(
    machine: Machine, damage: Callable[[Path], None]
) -> None:
    pulumi = machine.add_engine(PINNED, folder=machine.engines / PINNED)
    machine.find_engine()
    damage(pulumi)
    machine.add_go()
    assert machine.find_engine().source == "build"
    assert machine.find_engine().source == "cache"


def test_a_damaged_cli_in_the_cache_that_cannot_be_replaced_is_named(machine: Machine) -> None:
    pulumi = machine.add_engine(PINNED, folder=machine.engines / PINNED)
    truncated(pulumi)
    with pytest.raises(EngineUnavailableError, match=r"cache: pulumi cannot be run: .*Exec format"):
        machine.find_engine()


def test_asking_for_the_version_writes_nothing_to_the_temporary_folder_even_meanwhile(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = machine.folder / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    machine.add_engine(PINNED)
    look = f"print(*os.listdir({str(temporary)!r}), file=open(__file__ + '.meanwhile', 'w'))"
    machine.add_program("pulumi", f"import os; {look}; print('{PINNED}')")
    assert machine.find_engine().source == "PATH"
    assert (machine.bin / "pulumi.meanwhile").read_text().split() == []


def test_a_download_spares_the_build_and_is_found_in_the_cache_afterwards(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def download(staging: Staging) -> Path:
        return machine.add_engine(PINNED, folder=staging.folder / "download" / "bin").parent

    monkeypatch.setattr(find, "INSTALLS", {**find.INSTALLS, "download": download})
    machine.add_go()
    place = machine.engines / PINNED
    assert machine.find_engine() == Engine(folder=place, version=PINNED, source="download")
    assert machine.find_engine() == Engine(folder=place, version=PINNED, source="cache")
    assert machine.go_calls() == []


def test_a_failed_download_leads_to_the_build(machine: Machine) -> None:
    machine.add_go()
    assert machine.find_engine() == Engine(
        folder=machine.engines / PINNED, version=PINNED, source="build"
    )
    assert "The download failed: the vendor cannot be reached" in machine.announced
    assert any("about 7 minutes on 2 cores" in line for line in machine.announced)


def test_an_engine_that_lost_a_part_is_replaced(machine: Machine) -> None:
    machine.add_go()
    (machine.engines / PINNED).mkdir(parents=True)
    (machine.engines / PINNED / "stale").touch()
    assert machine.find_engine().source == "build"
    assert not (machine.engines / PINNED / "stale").exists()


def test_an_engine_of_another_version_is_not_put_in_place(machine: Machine) -> None:
    machine.add_go(version="3.77.1")
    with pytest.raises(
        EngineUnavailableError, match=f"build: it produced 3.77.1 instead of {PINNED}"
    ):
        machine.find_engine()
    assert not (machine.engines / PINNED).exists()


def test_a_build_that_produces_no_cli_is_not_put_in_place(machine: Machine) -> None:
    machine.add_go(building="if arguments[-1].endswith('cmd/pulumi'): raise SystemExit(0)")
    with pytest.raises(EngineUnavailableError, match="build: it produced no pulumi"):
        machine.find_engine()


def test_when_every_source_fails_each_is_listed_with_its_reason_and_a_next_step(
    machine: Machine,
) -> None:
    old = machine.add_engine("3.77.1")
    with pytest.raises(EngineUnavailableError) as error:
        machine.find_engine()
    assert str(error.value).splitlines()[1:] == [
        f"  PATH: {old} is 3.77.1, but {MINIMUM} or a later 3.x is needed",
        f"  cache: no {PINNED} in {machine.engines}",
        "  download: the vendor cannot be reached",
        "  build: no go on PATH",
    ]
    assert "pulumi.com/docs/install" in error.value.hint
    assert f"Go {GO_MINIMUM} or later" in error.value.hint
    assert "GOPROXY" in error.value.hint


def test_a_cache_folder_that_cannot_be_used_is_named(machine: Machine) -> None:
    (machine.folder / "cache").write_text("a file where a folder belongs")
    with pytest.raises(AutomationError, match=r"the cache folder .* cannot be used") as error:
        machine.find_engine()
    assert "XDG_CACHE_HOME" in error.value.hint
