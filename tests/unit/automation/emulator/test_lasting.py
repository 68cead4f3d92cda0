"""The record of the lasting instance, whole and damaged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from automation.cli import command
from automation.emulator import lasting
from automation.emulator.instance import Instance
from automation.support.errors import HostError

ENDED = {"url": "http://127.0.0.1:1", "folder": "", "supervisor": 2**31, "external": False}


class FakeSupervisor:
    """Is ready at once, and is kept."""

    def __init__(self, url: str | None) -> None:
        self.kept = False
        self.instance = Instance(url=url or "", folder=Path("/x"), supervisor=1, external=False)

    def wait_ready(self) -> None:
        assert not self.kept

    def keep(self) -> None:
        self.kept = True


@pytest.fixture
def pointer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(lasting, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(lasting, "Supervisor", FakeSupervisor)
    return lasting._pointer()


@pytest.fixture(
    params=[
        "",
        '{"url": "http',
        "\udcff",
        "null",
        "[]",
        "{}",
        json.dumps({**ENDED, "supervisor": "1"}),
        json.dumps({**ENDED, "supervisor": -1}),
        json.dumps({**ENDED, "folder": None}),
    ]
)
def damaged(pointer: Path, request: pytest.FixtureRequest) -> Path:
    text: str = request.param
    pointer.write_bytes(text.encode(errors="surrogateescape"))
    return pointer


def test_a_damaged_record_is_taken_for_no_emulator(
    damaged: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lasting.find() is None
    assert command(["local", "status"]) == 3
    assert capsys.readouterr().out == "none is running\n"
    assert damaged.exists()


def test_a_stop_removes_a_damaged_record(damaged: Path) -> None:
    assert lasting.stop() is None
    assert not damaged.exists()


def test_a_start_replaces_a_damaged_record(damaged: Path) -> None:
    instance, started = lasting.start("http://127.0.0.1:2")

    assert started
    assert json.loads(damaged.read_text())["url"] == instance.url


def recorded(pointer: Path, folder: Path) -> Path:
    folder.mkdir()
    fact: dict[str, Any] = {**ENDED, "folder": str(folder)}
    pointer.write_text(json.dumps(fact))
    return folder


def test_what_a_killed_supervisor_left_is_removed(pointer: Path, tmp_path: Path) -> None:
    folder = recorded(pointer, tmp_path / "poker-hands-1")

    assert lasting.stop() is None
    assert not folder.exists()
    assert not pointer.exists()


def test_a_folder_that_cannot_be_removed_is_told_once_and_blocks_no_later_start(
    pointer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = recorded(pointer, tmp_path / "poker-hands-1")

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", path.name)

    monkeypatch.setattr("shutil.rmtree", refuse)

    with pytest.raises(HostError, match=str(folder)):
        lasting.stop()

    assert lasting.start("http://127.0.0.1:2")[1]


def test_a_folder_that_no_supervisor_made_is_never_removed(pointer: Path, tmp_path: Path) -> None:
    folder = recorded(pointer, tmp_path / "precious")

    assert lasting.stop() is None
    assert folder.exists()
    assert not pointer.exists()
