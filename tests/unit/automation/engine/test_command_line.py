from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from automation.engine.install import installing
from automation.engine.model import PINNED
from automation.support.paths import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.unit.automation.engine.machine import Machine

# `python -m automation.engine`, with the vendor unreachable and enough room on the disk.
PROGRAM = """
from automation.engine import __main__, build, find
from automation.support.errors import SourceFailedError

def refuse(staging):
    raise SourceFailedError("the vendor cannot be reached")

find.INSTALLS = {**find.INSTALLS, "download": refuse}
build.NEEDED_BYTES = 0
raise SystemExit(__main__.main())
"""

STARTED = "(here / 'started').touch(); "
COMPILES_FOR_A_MINUTE = STARTED + "time.sleep(60)"
COMPILES_UNTIL_NOBODY_READS = """
    (here / "started").touch()
    try:
        while True:
            print("example/one", flush=True)
            time.sleep(0.02)
    except BrokenPipeError:
        wait_to_continue()
        os._exit(1)
"""


@contextlib.contextmanager
def started(machine: Machine) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        env=machine.environment,
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_until(condition: Callable[[], bool], awaited: str) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, awaited
        time.sleep(0.02)


def go_has_ended(machine: Machine) -> bool:
    pid = int((machine.folder / "pid").read_text())
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_it_says_where_the_engine_is(machine: Machine) -> None:
    machine.add_go()
    with started(machine) as process:
        output, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert output == f"Pulumi engine {PINNED} (build): {machine.engines / PINNED}\n"


def test_without_an_engine_it_says_why_and_what_to_do_and_exits_3(machine: Machine) -> None:
    with started(machine) as process:
        output, errors = process.communicate(timeout=20)
    assert process.returncode == 3
    assert output == ""
    assert "\n  build: no go on PATH\nhint: install the Pulumi CLI" in errors
    assert "Traceback" not in errors


def test_two_that_want_an_engine_at_once_install_one(machine: Machine) -> None:
    machine.add_go(building=STARTED + "wait_to_continue()")
    with started(machine) as first:
        wait_until((machine.folder / "started").exists, "the first builds")
        with started(machine) as second:
            assert second.stderr is not None
            announced = second.stderr.readline()
            machine.let_go_continue()
            first_output, _ = first.communicate(timeout=20)
            second_output, more_announced = second.communicate(timeout=20)
    assert machine.go_calls().count("build") == 2  # the CLI and its language host, once each
    assert "(build)" in first_output
    assert "(cache)" in second_output
    assert announced == "Waiting for another process, which is installing the Pulumi engine\n"
    assert more_announced == ""


@pytest.mark.parametrize(
    ("signum", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_an_interrupted_build_leaves_nothing_behind(
    machine: Machine, signum: signal.Signals, code: int
) -> None:
    machine.add_go(building=COMPILES_FOR_A_MINUTE)
    with started(machine) as process:
        wait_until((machine.folder / "started").exists, "the build is under way")
        process.send_signal(signum)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == code
    assert "Traceback" not in errors
    assert {path.name for path in machine.engines.iterdir()} == {"lock"}
    assert go_has_ended(machine)
    assert list(machine.home.iterdir()) == []


def test_what_a_killed_installer_left_is_cleared_once_its_go_has_ended(machine: Machine) -> None:
    machine.add_go(building=COMPILES_UNTIL_NOBODY_READS)
    with started(machine) as process:
        wait_until((machine.folder / "started").exists, "the build is under way")
        os.kill(process.pid, signal.SIGKILL)
    left_over = machine.engines / "staging" / "left-over"
    left_over.touch()

    def announce(line: str) -> None:
        machine.announced.append(line)
        machine.let_go_continue()

    with installing(machine.environment, announce) as staging:
        assert machine.announced == [
            "Waiting for another process, which is installing the Pulumi engine"
        ]
        assert go_has_ended(machine)
        assert staging.folder == left_over.parent
        assert not left_over.exists()
    assert not staging.folder.exists()
