from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

from automation.support.errors import HostError
from automation.support.processes import end_session, session_members

# The leader starts a child, which starts a grandchild. On SIGTERM the leader ends the child and
# waits until the pipe that both hold is closed; its exit code is 0 if that happens in 20 s.
LEADER = """
    import os, select, signal, time

    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if os.fork() == 0:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            print("ready", flush=True)
        time.sleep(60)
        os._exit(0)
    os.close(writer)

    def end(*_):
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
        closed, _, _ = select.select([reader], [], [], 20)
        os._exit(0 if closed else 1)

    signal.signal(signal.SIGTERM, end)
    signal.pause()
    """


def leader(program: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", textwrap.dedent(program)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)


def test_a_leader_need_not_wait_for_what_its_child_has_left() -> None:
    with leader(LEADER) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"

        end_session(process.pid, grace=60)

        assert process.wait(30) == 0
    assert session_members(process.pid) == []


@pytest.mark.parametrize("grace", [0, 0.05])
def test_what_does_not_end_in_time_is_killed(grace: float) -> None:
    with leader(LEADER.replace("os.kill(child", "time.sleep(60) or os.kill(child")) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"

        end_session(process.pid, grace=grace)

        assert process.wait(30) == -9
    assert session_members(process.pid) == []


def test_killed_processes_that_stay_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("automation.support.processes.KILL_WITHIN", 0.05)
    with leader("import time; time.sleep(60)") as process:
        monkeypatch.setattr("psutil.Process.kill", lambda _process: None)

        with pytest.raises(HostError, match=f"did not end in 0 s: {process.pid}$"):
            end_session(process.pid, grace=0)

        process.kill()
