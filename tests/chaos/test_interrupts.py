"""A signal at any moment ends the run with its exit code, and leaves nothing."""

from __future__ import annotations

import os
import random
import signal
import subprocess

import pytest

from automation.support.wait import wait_until
from tests.chaos.case import RAN, Case, processes
from tests.local.machine import finished

pytestmark = pytest.mark.chaos

SEED = 20261123
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
TO = {"process": os.kill, "group": os.killpg}
EACH = 17  # random moments for each signal and way to send it: 102 in all
EARLIEST, LATEST = 0.2, 12.0  # seconds after the start; a run takes about 12 on an idle machine
STATES = {
    "role": "aws:iam/role:Role",
    "queue": "aws:sqs/queue:Queue",
    "function": "aws:lambda/function:Function",
    "mapping": '"mapping_uuid"',
}


def moments() -> list[float]:
    generator = random.Random(SEED)
    return [round(generator.uniform(EARLIEST, LATEST), 2) for _ in range(len(SIGNALS) * 2 * EACH)]


RANDOM = [
    pytest.param(
        (signum := SIGNALS[index % 3]),
        (to := list(TO)[index // 3 % 2]),
        moment,
        id=f"{signum.name} to the {to} after {moment} s, seed {SEED}, {index}",
    )
    for index, moment in enumerate(moments())
]


def check_interrupted(case: Case, process: subprocess.Popen[str], signum: signal.Signals) -> None:
    done = finished(process)
    if case.check_exit(done, 128 + signum, RAN) == RAN:
        assert case.machine.report()["outcome"] == "passed"
    case.check_nothing_left()


@pytest.mark.parametrize(("signum", "to", "moment"), RANDOM)
def test_a_signal_at_a_random_moment_leaves_nothing(
    case: Case, signum: signal.Signals, to: str, moment: float
) -> None:
    case.expects(
        f"{signum.name} to the {to} after {moment:5.2f} s",
        f"exit {128 + signum}, or 0 when it was over",
    )
    process = case.machine.start(*case.run, **case.account.variables)
    try:
        process.wait(moment)
    except subprocess.TimeoutExpired:
        TO[to](process.pid, signum)
    check_interrupted(case, process, signum)


@pytest.mark.parametrize("signum", SIGNALS, ids=lambda signum: signum.name)
@pytest.mark.parametrize("state", STATES)
def test_a_signal_once_something_is_recorded_leaves_nothing(
    case: Case, signum: signal.Signals, state: str
) -> None:
    case.expects(f"{signum.name} once the {state} is recorded", f"exit {128 + signum}")
    process = case.machine.start(*case.run, **case.account.variables)
    case.machine.wait_for_state(STATES[state])
    os.killpg(process.pid, signum)
    check_interrupted(case, process, signum)


@pytest.mark.parametrize("signum", SIGNALS, ids=lambda signum: signum.name)
def test_a_signal_while_it_destroys_leaves_nothing(case: Case, signum: signal.Signals) -> None:
    case.expects(f"{signum.name} while it destroys", f"exit {128 + signum}")
    process = case.machine.start(*case.run, **case.account.variables)
    case.machine.wait_for_state(STATES["mapping"])
    wait_until(
        "the destroy", lambda: processes(process.pid, "destroy", "/pulumi "), bool, within=60
    )
    os.killpg(process.pid, signum)
    check_interrupted(case, process, signum)
