"""`kill -9` of a run with its group, which `reap` cleans up, and of each process alone."""

from __future__ import annotations

import os
import random
import signal
import subprocess
from dataclasses import dataclass

import pytest

from automation.emulator.instance import MODULE as SUPERVISOR
from automation.support.wait import wait_until
from tests.chaos.case import ERROR, RAN, Case, processes
from tests.local.machine import finished

pytestmark = pytest.mark.chaos

SEED = 20261124
DRAWN = [round(random.Random(SEED + index).uniform(0.3, 11.0), 2) for index in range(12)]
MOMENTS = [0.4, 0.7, 1.0, 1.3, 1.6, 2.0, *DRAWN]  # at the start, each moment is another program


@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: f"{moment} s, seed {SEED}")
def test_reap_removes_what_a_killed_run_left(case: Case, moment: float) -> None:
    case.expects(f"kill -9 of the group after {moment:5.2f} s, then reap twice", "exit 0 and 0")
    process = case.machine.start(*case.run, **case.account.variables)
    try:
        process.wait(moment)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
    finished(process)

    for _ in range(2):
        done = case.machine.run("reap", "--yes", "--all", **case.account.variables)
        case.check_exit(done, RAN)
        assert case.account.resources() == [], done.stdout + done.stderr
    case.check_nothing_left()


@dataclass(frozen=True)
class Victim:
    """One process of a run: a part of its command line."""

    part: str
    during: tuple[str, ...] = ("up", "destroy")  # the engine's operations that have it


VICTIMS = {
    "engine": Victim("/pulumi "),
    "plugin": Victim("automation.emulator.provider"),
    "language host": Victim("pulumi-language-python ", during=("up",)),
    "supervisor": Victim(SUPERVISOR),
}
ONCE = {  # the state to wait for, and the engine's operation under way then
    "the role is recorded": ("aws:iam/role:Role", "up"),
    "the function is recorded": ("aws:lambda/function:Function", "up"),
    "it destroys": ('"mapping_uuid"', "destroy"),
}


@pytest.mark.parametrize(
    ("victim", "once"),
    [
        pytest.param(victim, once, id=f"{victim}, once {once}")
        for victim in VICTIMS
        for once, (_, operation) in ONCE.items()
        if operation in VICTIMS[victim].during
    ],
)
def test_a_process_that_is_killed_alone_leaves_nothing(case: Case, victim: str, once: str) -> None:
    case.expects(f"kill -9 of the {victim} alone, once {once}", "exit 0 or 3")
    state, operation = ONCE[once]
    process = case.machine.start(*case.run, **case.account.variables)
    case.machine.wait_for_state(state)
    found = wait_until(
        f"the {victim}",
        lambda: processes(process.pid, operation, VICTIMS[victim].part),
        bool,
        within=60,
    )
    found[0].kill()

    case.check_exit(finished(process), RAN, ERROR)
    case.check_nothing_left()
