"""A machine with no network but loopback."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest

from automation.support.paths import CHECKOUT
from tests.chaos.case import RAN, Case
from tests.local.machine import COMMAND_WITHIN, Done

pytestmark = pytest.mark.chaos

ALONE = ["unshare", "--net", "--map-root-user"]
LOOPBACK_UP = """if True:
    import fcntl, os, socket, struct, sys
    SIOCSIFFLAGS, UP_AND_RUNNING = 0x8914, 0x41
    request = struct.pack("16sh14x", b"lo", UP_AND_RUNNING)
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, request)
    os.execv(sys.executable, [sys.executable, "-m", "automation", "run"])
"""


def test_a_run_without_a_network_passes(case: Case) -> None:
    case.expects("no network but loopback", f"exit {RAN}")
    if not shutil.which(ALONE[0]):
        pytest.skip("network namespaces are Linux's")
    tried = subprocess.run(
        [*ALONE, "true"], capture_output=True, text=True, timeout=10, check=False
    )
    if tried.returncode != 0:
        pytest.skip(f"no network namespace can be made here: {tried.stderr.strip()}")
    ran = subprocess.run(
        [*ALONE, sys.executable, "-c", LOOPBACK_UP],
        cwd=CHECKOUT,
        env=case.machine.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=COMMAND_WITHIN,
        check=False,
    )
    case.check_exit(Done(ran.returncode, ran.stdout, ran.stderr), RAN)
    case.check_nothing_left()
