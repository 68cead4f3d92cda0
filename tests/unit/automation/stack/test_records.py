"""The folders of runs, while other runs make and remove theirs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from automation.stack.records import RUN, RunFolder, run_folders
from tests.unit.automation.stack.examples import RECORD


def made(parent: Path, name: str, age: float = 0) -> RunFolder:
    folder = RunFolder(parent / name)
    folder.path.mkdir()
    os.utime(folder.path, (1e9 - age, 1e9 - age))
    return folder


def test_the_oldest_folder_comes_first(tmp_path: Path) -> None:
    new, old = made(tmp_path, "run-a"), made(tmp_path, "test-b", age=60)

    assert list(run_folders(tmp_path)) == [old, new]
    assert list(run_folders(tmp_path / "missing")) == []


def test_what_is_no_folder_of_a_run_is_left_out(tmp_path: Path) -> None:
    made(tmp_path, "lost+found")
    for name in (".DS_Store", "run-file"):
        (tmp_path / name).touch()

    assert list(run_folders(tmp_path)) == []


def test_a_folder_that_its_run_removes_meanwhile_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends, goes_on = made(tmp_path, "run-1"), made(tmp_path, "run-2")
    listed = list(tmp_path.iterdir())
    monkeypatch.setattr(Path, "iterdir", lambda _: iter(listed))
    shutil.rmtree(ends.path)

    assert list(run_folders(tmp_path)) == [goes_on]


def test_a_run_that_holds_its_lock_is_alive(tmp_path: Path) -> None:
    folder = made(tmp_path, "run-1")

    with folder.hold(RECORD):
        assert folder.alive()

    assert not folder.alive()


def test_to_look_at_a_folder_that_is_being_removed_puts_nothing_into_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = made(tmp_path, "run-1")
    monkeypatch.setattr(Path, "exists", lambda _: True)  # it was, a moment ago

    assert not folder.alive()
    assert list(folder.path.iterdir()) == []


def test_what_is_no_folder_or_has_gone_is_not_alive(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert not RunFolder(tmp_path / "file").alive()
    assert not RunFolder(tmp_path / "missing").alive()
    assert RunFolder(tmp_path / "missing").lock() is None


def test_a_record_without_a_project_is_still_read_and_may_be_of_any(tmp_path: Path) -> None:
    folder = made(tmp_path, "run-1")
    folder.hold(replace(RECORD, project="orders")).close()
    path = folder.path / "run.json"
    record = folder.record()
    assert record is not None
    assert record.is_of("orders")
    assert not record.is_of("cards")

    fact = json.loads(path.read_text())
    del fact["project"]
    path.write_text(json.dumps(fact))

    record = folder.record()
    assert record is not None
    assert record.is_of("cards")


def test_only_the_engines_processes_of_the_run_are_ended(tmp_path: Path) -> None:
    folder, other = made(tmp_path, "run-1"), made(tmp_path, "run-2")
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    with (
        subprocess.Popen(sleep, env={RUN: str(folder.path)}, start_new_session=True) as engine,
        subprocess.Popen(sleep, env={RUN: str(other.path)}, start_new_session=True) as reused,
    ):
        for each in (engine, reused):
            folder.add_session(each.pid)

        folder.end_sessions()

        assert engine.wait(10) < 0
        assert reused.poll() is None
        reused.kill()
