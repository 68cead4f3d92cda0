"""`python -m automation local`: one lasting emulator for a checkout, and nothing after it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from automation.support.paths import CHECKOUT, PROJECT
from automation.support.processes import session_members
from automation.support.wait import wait_until
from tests.local.machine import Done, Machine


def url_in(done: Done) -> str:
    told = done.stdout + done.stderr
    found = re.search(r"http://127\.0\.0\.1:\d+", told)
    assert found, told
    return found[0]


def pointers(machine: Machine) -> list[Path]:
    return list((machine.cache / PROJECT / "lasting").glob("*.json"))


def supervisor(machine: Machine) -> int:
    (pointer,) = pointers(machine)
    pid: int = json.loads(pointer.read_text())["supervisor"]
    return pid


def test_an_emulator_is_started_once_found_and_stopped(machine: Machine) -> None:
    assert machine.run("local", "status") == Done(3, "none is running\n", "")
    assert machine.run("local", "stop") == Done(0, "", "none was running\n")

    started = machine.run("local", "start")
    assert started.code == 0, started.stderr
    assert started.stderr.startswith("started: http://127.0.0.1:")
    url = url_in(started)
    (folder,) = machine.temporary.iterdir()
    assert f"log {folder}/emulator.log" in started.stderr

    again = machine.run("local", "start", "--emulator", url)
    assert (again.code, url_in(again)) == (0, url)
    assert again.stderr.startswith("already running: ")
    status = machine.run("local", "status")
    assert (status.code, url_in(status)) == (0, url)

    stopped = machine.run("local", "stop")
    assert (stopped.code, url_in(stopped)) == (0, url)
    assert not machine.left_behind()
    assert not pointers(machine)


def test_another_emulator_is_not_taken_in_silence_for_the_one_that_is_up(machine: Machine) -> None:
    url = url_in(machine.run("local", "start"))

    refused = machine.run("local", "start", "--emulator", "http://127.0.0.1:9")

    assert refused.code == 2
    assert url_in(refused) == url
    assert "python -m automation local stop" in refused.stderr


def test_an_emulator_that_is_not_there_is_an_error_and_leaves_nothing(machine: Machine) -> None:
    refused = machine.run("local", "start", "--emulator", "http://127.0.0.1:9")

    assert refused.code == 3
    assert "nothing listens at http://127.0.0.1:9" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not machine.left_behind()
    assert not pointers(machine)


@pytest.mark.parametrize("verb", ["start", "stop"])
def test_what_a_killed_supervisor_left_is_cleared_away(machine: Machine, verb: str) -> None:
    url = url_in(machine.run("local", "start"))
    killed = supervisor(machine)
    (folder,) = machine.temporary.iterdir()
    emulator = psutil.Process(killed).children()[0]
    os.kill(killed, signal.SIGKILL)

    assert machine.run("local", "status").code == 3
    done = machine.run("local", verb)

    assert done.code == 0, done.stderr
    assert not folder.exists()
    assert not emulator.is_running() or emulator.status() == psutil.STATUS_ZOMBIE
    assert not session_members(emulator.pid)
    if verb == "start":
        assert url_in(done) != url
        assert machine.run("local", "status").code == 0
    else:
        assert not machine.left_behind()


def test_an_emulator_that_ended_by_itself_is_not_up(machine: Machine) -> None:
    machine.run("local", "start")
    (emulator,) = psutil.Process(supervisor(machine)).children()
    emulator.kill()
    wait_until("its folder to go", machine.left_behind, lambda left: not left, within=10, poll=0.05)

    assert machine.run("local", "status").code == 3
    assert machine.run("local", "stop").stderr == "none was running\n"


def test_a_process_that_only_has_the_old_supervisors_pid_is_left_alone(machine: Machine) -> None:
    machine.run("local", "start")
    killed = supervisor(machine)
    (pointer,) = pointers(machine)
    fact = json.loads(pointer.read_text())
    os.kill(killed, signal.SIGTERM)
    machine.wait_until_clean()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        pointer.write_text(json.dumps({**fact, "supervisor": other.pid}))

        assert machine.run("local", "status").code == 3
        assert machine.run("local", "stop").stderr == "none was running\n"

        assert other.poll() is None
        other.kill()


def test_two_checkouts_have_an_emulator_each(machine: Machine) -> None:
    copy = machine.root / "copy"
    shutil.copytree(
        CHECKOUT / "automation", copy / "automation", ignore=shutil.ignore_patterns("__pycache__")
    )

    def in_the_copy(*arguments: str) -> Done:
        done = subprocess.run(
            [sys.executable, "-m", "automation", *arguments],
            cwd=copy,
            env=machine.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    theirs = url_in(in_the_copy("local", "start"))
    assert machine.run("local", "status").code == 3
    ours = url_in(machine.run("local", "start"))

    assert ours != theirs
    assert url_in(in_the_copy("local", "status")) == theirs
    assert machine.run("local", "stop").code == 0
    assert url_in(in_the_copy("local", "status")) == theirs
    assert in_the_copy("local", "stop").code == 0
