"""Terminals that are closed, and readers that are gone, while a run goes on.

The emulator outlives the run here, as AWS does: what a run leaves, stays.
"""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from automation.support.paths import CHECKOUT
from automation.support.wait import wait_until
from tests.local.machine import COMMAND_WITHIN, Account, Machine, finished

DEPLOYING, WAITING = "aws:sqs/queue:Queue", '"mapping_uuid"'
CTRL_C = b"\x03"


@pytest.mark.parametrize(
    ("moment", "typed", "again"),
    [
        pytest.param(DEPLOYING, CTRL_C, True, id="after Ctrl-C, twice, while it deploys"),
        pytest.param(DEPLOYING, b"", False, id="once while it deploys", marks=pytest.mark.chaos),
        pytest.param(DEPLOYING, b"", True, id="twice while it deploys", marks=pytest.mark.chaos),
        pytest.param(WAITING, b"", False, id="once while it waits", marks=pytest.mark.chaos),
        pytest.param(WAITING, b"", True, id="twice while it waits", marks=pytest.mark.chaos),
    ],
)
def test_a_terminal_that_is_closed_ends_the_run_and_leaves_nothing(
    machine: Machine, account: Account, moment: str, typed: bytes, *, again: bool
) -> None:
    master, slave = os.openpty()
    process = machine.start_at_terminal(
        slave,
        *("run", "--emulator", account.url, "--json", machine.report_file),
        **account.variables,
    )
    os.close(slave)
    machine.wait_for_state(moment)
    if typed:
        os.write(master, typed)
        said = bytearray()

        def read() -> bytearray:
            said.extend(os.read(master, 4096))  # the bar moves, so there is always more
            return said

        wait_until(
            "the destroy to begin", read, lambda seen: b"destroying" in seen, within=COMMAND_WITHIN
        )
    os.close(master)  # the kernel sends SIGHUP, and every write fails from now on
    if again:
        os.kill(process.pid, signal.SIGHUP)  # as an interactive shell does

    assert process.wait(COMMAND_WITHIN) == 128 + (signal.SIGINT if typed else signal.SIGHUP)
    assert machine.report()["outcome"] == "interrupted"
    assert account.resources() == []
    machine.wait_until_clean()


@pytest.mark.chaos
@pytest.mark.parametrize(
    "moment",
    [pytest.param(DEPLOYING, id="while it deploys"), pytest.param(WAITING, id="while it waits")],
)
def test_two_signals_with_nobody_reading_leave_nothing(
    machine: Machine, account: Account, moment: str
) -> None:
    process = machine.start("run", "--emulator", account.url, **account.variables)
    machine.wait_for_state(moment)
    for stream in (process.stdout, process.stderr):
        assert stream
        stream.close()
    os.kill(process.pid, signal.SIGINT)
    os.kill(process.pid, signal.SIGTERM)

    assert process.wait(COMMAND_WITHIN) == 128 + signal.SIGINT
    assert account.resources() == []
    machine.wait_until_clean()


@pytest.mark.chaos
def test_a_run_on_the_users_emulator_passes_whatever_becomes_of_its_output(
    machine: Machine, account: Account, tmp_path: Path
) -> None:
    device = Path("/dev/full")
    if os.geteuid() == 0:  # a mistake could replace the machine's own
        device = tmp_path / "full"
        os.mknod(device, stat.S_IFCHR | 0o666, Path("/dev/full").stat().st_rdev)
    with device.open("w") as full:
        process = machine.start_writing_to(
            full,
            *("run", "--emulator", account.url, "--json", str(device)),
            PYTHONIOENCODING="ascii",
            AWS_REGION="eu-west-1",
            **account.variables,
        )
    done = finished(process)

    assert done.code == 0, done.stderr
    assert f"could not be written to {device}: No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert device.is_char_device()
    assert account.resources("eu-west-1") == []


def test_a_machine_on_which_no_file_may_be_written_is_an_error_and_no_traceback(
    machine: Machine,
) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f"ulimit -f 0; exec {sys.executable} -m automation run"],
        cwd=CHECKOUT,
        env=machine.environment,
        capture_output=True,
        text=True,
        timeout=COMMAND_WITHIN,
        check=False,
    )

    assert done.returncode == 3, done.stdout + done.stderr
    assert "error: " in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    machine.wait_until_clean()
