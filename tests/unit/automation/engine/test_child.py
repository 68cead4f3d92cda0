from __future__ import annotations

import time
from types import SimpleNamespace
from typing import TYPE_CHECKING

import psutil
import pytest

from automation.engine import child
from automation.support.errors import ChildFailedError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.automation.engine.machine import Machine

LEAVES_A_GRANDCHILD = """
import subprocess, sys, time
grandchild = subprocess.Popen([sys.executable, "-SE", "-c", "import time; time.sleep(60)"])
open("grandchild", "w").write(str(grandchild.pid))
time.sleep(60)
"""


def test_a_child_that_takes_too_long_ends_with_all_that_it_started(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = machine.add_program("slow", LEAVES_A_GRANDCHILD)
    pid = machine.folder / "grandchild"

    def monotonic() -> float:  # the timeout passes once the grandchild runs, and not before
        return 9.0 if pid.exists() and pid.read_text() else 0.0

    monkeypatch.setattr(child, "time", SimpleNamespace(monotonic=monotonic))
    monkeypatch.setattr(child, "PROGRESS_INTERVAL", 0.02)
    with pytest.raises(ChildFailedError, match="slow did not end within 9 s"):
        child.run([str(program)], environment={}, folder=machine.folder, within=9.0)
    assert not _lives(int(pid.read_text()))


def test_a_child_that_fails_is_quoted_with_its_last_line(machine: Machine) -> None:
    program = machine.add_program("failing", "print('first'); raise SystemExit('last\\n\\n')")
    with pytest.raises(ChildFailedError, match=r"^last$"):
        child.run([str(program)], environment={}, folder=machine.folder, within=10)


def test_a_child_that_fails_without_a_word_is_named(machine: Machine) -> None:
    program = machine.add_program("silent", "raise SystemExit(4)")
    with pytest.raises(ChildFailedError, match="silent ended with exit code 4 and no output"):
        child.run([str(program)], environment={}, folder=machine.folder, within=10)


def test_a_file_that_is_no_program_is_a_reason(machine: Machine) -> None:
    text = machine.bin / "text"
    text.write_bytes(b"\x00")
    text.chmod(0o755)
    with pytest.raises(ChildFailedError, match=r"text cannot be run: .*Exec format"):
        child.run([str(text)], environment={}, folder=machine.folder, within=10)


def test_a_built_environment_holds_what_the_network_needs_and_no_more(tmp_path: Path) -> None:
    known = {"HTTPS_PROXY": "p", "GOPROXY": "g", "SSL_CERT_FILE": "c", "PATH": "/bin"}
    unknown = {"AWS_ACCESS_KEY_ID": "a", "PULUMI_ACCESS_TOKEN": "t", "PYTHONPATH": "x"}
    built = child.built_environment(known | unknown, home=tmp_path)
    assert {name: built[name] for name in known} == known
    assert not unknown.keys() & built.keys()


def _lives(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while psutil.pid_exists(pid) and time.monotonic() < deadline:
        if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return False
        time.sleep(0.02)
    return psutil.pid_exists(pid)
