from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable

import pytest

from automation.report.live import PHASES
from tests.local.machine import Machine, descendant, finished
from tests.local.watch import check_private, watched

FORGETFUL = """
def lambda_handler(event, context):
    return {"batchItemFailures": []}
"""

SWALLOWING = """
import handler

def lambda_handler(event, context):
    handler.lambda_handler(event, context)
    return {"batchItemFailures": []}
"""


def fates(machine: Machine) -> list[str]:
    return [message["fate"] for message in machine.report()["messages"]]


def failed_checks(machine: Machine) -> set[str]:
    return {check["name"] for check in machine.report()["checks"] if not check["passed"]}


def test_the_ten_hands_are_proved_in_private_and_nothing_is_left(machine: Machine) -> None:
    html, junit = machine.root / "result.html", machine.root / "result.xml"
    files = ("--json", machine.report_file, "--html", str(html), "--junit", str(junit))
    done, seen = watched(machine, "run", *files)

    report = machine.report()
    assert done.code == 0, done.stdout + done.stderr
    assert report["outcome"] == "passed"
    assert report["settings"]["visibility_timeout"] == 2
    assert "9 processed, 1 dead-lettered, everything deleted</h1>" in html.read_text()
    assert f'tests="{len(report["checks"])}" failures="0" errors="0"' in junit.read_text()
    assert fates(machine) == ["processed"] * 9 + ["dead-lettered"]
    assert report["messages"][9]["receives"] == 3
    assert report["leftovers"] == []
    assert sum(seen["records"] for seen in report["invocations"]) >= 12
    assert len(done.stderr.splitlines()) == len(PHASES), done.stderr
    for line in ("ok user=aarit hole=AsKs delta=+120 result=won", "REPORT RequestId: ", "PASSED"):
        assert line in done.stdout
    check_private(machine, done, seen)
    machine.wait_until_clean()


@pytest.mark.chaos
def test_a_function_that_forgets_its_messages_fails_every_one_of_them(
    machine: Machine, other_function: Callable[[str], list[str]]
) -> None:
    done = machine.run("run", "--json", machine.report_file, *other_function(FORGETFUL))

    assert done.code == 1, done.stdout + done.stderr
    assert machine.report()["outcome"] == "failed"
    assert fates(machine) == ["lost"] * 10
    assert {"processed", "dead-lettered"} <= failed_checks(machine)
    assert machine.report()["leftovers"] == []
    machine.wait_until_clean()


@pytest.mark.chaos
def test_a_function_that_swallows_the_poison_fails_for_the_poison_alone(
    machine: Machine, other_function: Callable[[str], list[str]]
) -> None:
    done = machine.run("run", "--json", machine.report_file, *other_function(SWALLOWING))

    assert done.code == 1, done.stdout + done.stderr
    assert fates(machine) == ["processed"] * 9 + ["lost"]
    assert "processed" not in failed_checks(machine)
    assert "dead-lettered" in failed_checks(machine)
    assert machine.report()["leftovers"] == []
    machine.wait_until_clean()


BROKEN = """
import handler
import rich
"""


@pytest.mark.chaos
def test_a_function_that_cannot_be_loaded_is_the_result_with_the_reason(
    machine: Machine, other_function: Callable[[str], list[str]]
) -> None:
    runtime = "--config=runtime=python3.15"  # which this machine may lack
    done = machine.run("run", "--json", machine.report_file, runtime, *other_function(BROKEN))

    assert done.code == 1, done.stdout + done.stderr
    reason = "Unable to import module 'wrapped': No module named 'rich'"
    assert (
        f"the function could not be loaded (Runtime.ImportModuleError: {reason})"
        in (done.stdout.splitlines()[-1])
    )
    assert reason in machine.report()["causes"][0]
    assert fates(machine) == ["dead-lettered"] * 10
    if not shutil.which("python3.15"):
        assert "python3.15 was not found on this machine" in machine.report()["notes"][0]
    machine.wait_until_clean()


@pytest.mark.chaos  # test_hang_up.py types Ctrl-C
@pytest.mark.parametrize(
    ("moment", "signum", "code"),
    [
        pytest.param("aws:sqs/queue:Queue", signal.SIGINT, 130, id="Ctrl-C while it deploys"),
        pytest.param('"mapping_uuid"', signal.SIGTERM, 143, id="SIGTERM while it waits"),
    ],
)
def test_an_interrupted_run_leaves_nothing(
    machine: Machine, moment: str, signum: int, code: int
) -> None:
    process = machine.start("run", "--json", machine.report_file)
    machine.wait_for_state(moment)
    os.kill(process.pid, signum)
    done = finished(process)

    assert done.code == code, done.stdout + done.stderr
    assert machine.report()["outcome"] == "interrupted"
    assert machine.report()["leftovers"] == []
    machine.wait_until_clean()


@pytest.mark.chaos
def test_a_second_ctrl_c_does_not_cut_the_destroy_short(machine: Machine) -> None:
    process = machine.start("run", "--json", machine.report_file)
    machine.wait_for_state("aws:iam/role:Role")
    os.kill(process.pid, signal.SIGINT)
    os.kill(process.pid, signal.SIGTERM)  # a second SIGINT might merge with the first
    done = finished(process)

    assert done.code == 130, done.stdout + done.stderr
    assert "still cleaning up" in done.stderr
    assert machine.report()["leftovers"] == []


def test_a_run_that_is_killed_with_its_whole_group_leaves_nothing_running(machine: Machine) -> None:
    process = machine.start("run")
    machine.wait_for_state("aws:sqs/queue:Queue")
    os.killpg(process.pid, signal.SIGKILL)
    finished(process)

    machine.wait_until_clean()


def test_a_deployment_that_fails_says_why_and_leaves_nothing(machine: Machine) -> None:
    runtime = "--config=runtime=python3.99"  # fits the program's rule, and AWS has none of the name
    done = machine.run("run", "--json", machine.report_file, runtime)

    assert done.code == 3, done.stdout + done.stderr
    assert machine.report()["outcome"] == "error"
    assert "python3.99" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    machine.wait_until_clean()


DAEMON = """
import subprocess, sys
import handler

subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"], start_new_session=True)

def lambda_handler(event, context):
    return handler.lambda_handler(event, context)
"""


@pytest.mark.chaos
def test_a_daemon_that_a_function_starts_ends_with_the_emulator(
    machine: Machine, other_function: Callable[[str], list[str]]
) -> None:
    done = machine.run("run", "--json", machine.report_file, *other_function(DAEMON))

    assert done.code == 0, done.stdout + done.stderr
    machine.wait_until_clean()  # the daemon's HOME is in the machine's temp folder


@pytest.mark.parametrize(
    "moment",
    ["aws:sqs/queue:Queue", pytest.param('"mapping_uuid"', marks=pytest.mark.chaos)],
)
def test_an_emulator_that_dies_is_the_error_at_once(machine: Machine, moment: str) -> None:
    process = machine.start("run")
    machine.wait_for_state(moment)
    emulator = descendant(process.pid, "automation.emulator.ministack")
    began = time.monotonic()
    emulator.kill()
    done = finished(process)

    assert done.code == 3, done.stdout + done.stderr
    assert "the emulator ended unexpectedly with code -9" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert time.monotonic() - began < 10  # 15 to 25 when the engine and the clients went on trying
    machine.wait_until_clean()


@pytest.mark.chaos
def test_a_run_that_takes_too_long_is_interrupted_and_leaves_nothing(machine: Machine) -> None:
    done = machine.run("run", "--timeout", "4", "--json", machine.report_file)

    assert done.code == 124, done.stdout + done.stderr
    assert machine.report()["outcome"] == "interrupted"
    assert machine.report()["leftovers"] in ([], None)
    assert "interrupted by its timeout" in done.stdout
    machine.wait_until_clean()
