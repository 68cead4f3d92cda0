"""`reap` after a kill -9, on an emulator that outlives the run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from typing import Any

import psutil
import pytest

from automation.emulator.instance import MODULE
from automation.support.paths import PROJECT
from automation.support.wait import wait_until
from tests.local.machine import Account, Machine, descendant, finished

MOMENTS = [
    pytest.param("aws:sqs/queue:Queue", marks=pytest.mark.chaos),
    "aws:lambda/function:Function",
    pytest.param('"mapping_uuid"', marks=pytest.mark.chaos),
]


def killed_run(machine: Machine, account: Account, moment: str) -> None:
    """A run that was killed, with its whole group, when the engine had recorded something."""
    process = machine.start("run", "--emulator", account.url, **account.variables)
    machine.wait_for_state(moment)
    wait_until("something to be created", account.resources, bool, within=30)
    os.killpg(process.pid, signal.SIGKILL)
    finished(process)


def remains(machine: Machine, account: Account, *options: str) -> list[dict[str, Any]]:
    done = machine.run("reap", "--json", *options, **account.variables)
    assert "Traceback" not in done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("moment", MOMENTS)
def test_what_a_kill_leaves_is_listed_and_removed_whole(
    machine: Machine, account: Account, moment: str
) -> None:
    killed_run(machine, account, moment)

    (listed,) = remains(machine, account)
    assert not listed["removed"]
    assert "queue" in {each["kind"] for each in listed["resources"]}
    assert account.resources()  # listing removes nothing

    (removed,) = remains(machine, account, "--yes", "--all")
    assert removed["removed"], removed
    assert removed["stack"] == listed["stack"]
    assert account.resources() == []
    assert not list((machine.cache / PROJECT / "runs").iterdir())


@pytest.mark.chaos
def test_a_later_run_tells_of_what_a_kill_left_and_reap_can_be_run_again(
    machine: Machine, account: Account
) -> None:
    killed_run(machine, account, "aws:lambda/function:Function")

    interrupted = machine.start("run", "--emulator", account.url, **account.variables)
    runs = machine.cache / PROJECT / "runs"
    wait_until("the next run", lambda: len(list(runs.iterdir())), lambda n: n == 2, within=30)
    os.kill(interrupted.pid, signal.SIGINT)
    assert f"python -m automation reap --emulator {account.url}" in finished(interrupted).stderr

    assert len(remains(machine, account, "--yes", "--all")) == 1
    assert remains(machine, account, "--yes", "--all") == []
    assert account.resources() == []


@pytest.mark.chaos
def test_what_no_state_knows_is_found_by_its_tags(machine: Machine, account: Account) -> None:
    killed_run(machine, account, '"mapping_uuid"')
    for folder in (machine.cache / PROJECT / "runs").iterdir():
        subprocess.run(["/bin/rm", "-r", str(folder)], check=True)  # the machine was lost

    found = remains(machine, account, "--yes", "--emulator", account.url)
    assert not found[0]["removed"]  # it has not expired
    assert {each["found_by"] for each in found[0]["resources"]} == {"tag"}

    done = machine.run(
        *("reap", "--emulator", account.url, "--stack", found[0]["stack"], "--yes"),
        **account.variables,
    )
    assert done.code == 0, done.stdout + done.stderr
    assert account.resources() == []


@pytest.mark.chaos
def test_a_stack_whose_run_is_going_on_is_never_removed(machine: Machine, account: Account) -> None:
    process = machine.start(
        *("run", "--emulator", account.url, "--json", machine.report_file), **account.variables
    )
    machine.wait_for_state('"mapping_uuid"')

    (found,) = remains(machine, account, "--yes", "--all")

    assert found["alive"]
    assert finished(process).code == 0
    assert machine.report()["outcome"] == "passed"


@pytest.mark.chaos
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_supervisor_that_is_killed_alone_takes_nothing_with_it(
    machine: Machine, account: Account, moment: str
) -> None:
    process = machine.start("run", "--emulator", account.url, **account.variables)
    machine.wait_for_state(moment)
    descendant(process.pid, MODULE).kill()
    done = finished(process)

    assert done.code in {0, 3}, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert account.resources() == []
    machine.wait_until_clean()


@pytest.mark.chaos
def test_runs_on_an_emulator_that_is_gone_are_forgotten(machine: Machine) -> None:
    started = machine.run("local", "start")
    url = started.stderr.split()[1].rstrip(",")
    pointer = next((machine.cache / PROJECT / "lasting").glob("*.json"))
    pid = json.loads(pointer.read_text())["supervisor"]
    pointer.unlink()  # so that it is an emulator of the user's
    process = machine.start("run", "--emulator", url)
    machine.wait_for_state("aws:sqs/queue:Queue")
    os.killpg(process.pid, signal.SIGKILL)
    finished(process)
    os.kill(pid, signal.SIGTERM)
    psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=30)

    done = machine.run("reap", "--yes", "--all")

    assert done.code == 0, done.stdout + done.stderr
    assert "which is not running" in done.stdout
    assert not list((machine.cache / PROJECT / "runs").iterdir())
