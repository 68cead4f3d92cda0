"""The instance and its supervisor for real: what they show nobody, and what they leave behind."""

from __future__ import annotations

import contextlib
import io
import ipaddress
import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import psutil
import pytest

from automation.emulator.environment import DEFAULTS
from automation.emulator.instance import Instance, Supervisor
from automation.emulator.supervisor import HEALTH_PATH
from automation.support.clients import make_clients
from automation.support.errors import EmulatorError
from automation.support.paths import CHECKOUT
from automation.support.processes import end_session, session_members
from automation.support.wait import wait_until

SECRETS = {
    "AWS_ACCESS_KEY_ID": "AKIAREALREALREALREAL",
    "AWS_SECRET_ACCESS_KEY": "very secret",
    "AWS_PROFILE": "production",
    "PULUMI_ACCESS_TOKEN": "pul-secret",
    "GITHUB_TOKEN": "also secret",
}
WITHIN = 10.0  # seconds for something to end on a busy machine; it takes a fraction of one

TELL_ENVIRONMENT = """
import os
def lambda_handler(event, context):
    return dict(os.environ)
"""

PARENT = """
import json, sys, time
from automation.emulator.instance import Supervisor
supervisor = Supervisor()
supervisor.wait_ready()
instance = supervisor.instance
print(json.dumps([instance.url, str(instance.folder), instance.supervisor]), flush=True)
for line in sys.stdin:
    command, *session = line.split()
    getattr(supervisor, command)(*map(int, session))
    print("done", flush=True)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    return tmp_path


@contextlib.contextmanager
def started(url: str | None = None) -> Iterator[Supervisor]:
    supervisor = Supervisor(url)
    try:
        yield supervisor
    finally:
        supervisor.close()


def emulators(instance: Instance) -> list[psutil.Process]:
    """The supervisor's children and what they started."""
    return psutil.Process(instance.supervisor).children(recursive=True)


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [
        each for each in processes if each.is_running() and each.status() != psutil.STATUS_ZOMBIE
    ]


def wait_until_gone(folder: Path, processes: list[psutil.Process]) -> None:
    wait_until(
        "everything to be gone",
        lambda: [*alive(processes), *([folder] if folder.exists() else [])],
        lambda left: not left,
        within=WITHIN,
        poll=0.02,
    )


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url + HEALTH_PATH, timeout=5) as response:  # noqa: S310 -- on loopback
            return bool(response.status == 200)
    except OSError:
        return False


def environment_of_a_function(url: str) -> dict[str, str]:
    clients = make_clients({**DEFAULTS, "AWS_ENDPOINT_URL": url}, "us-east-1")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writer:
        writer.writestr("handler.py", TELL_ENVIRONMENT)
    role = clients.iam.create_role(RoleName="r", AssumeRolePolicyDocument="{}")
    clients.lambda_.create_function(
        FunctionName="f",
        Runtime="python3.12",
        Role=role["Role"]["Arn"],
        Handler="handler.lambda_handler",
        Code={"ZipFile": archive.getvalue()},
    )
    answer = clients.lambda_.invoke(FunctionName="f")
    environment: dict[str, str] = json.loads(answer["Payload"].read())
    return environment


def test_an_instance_is_private_to_this_machine_and_sees_nothing_of_its_callers_secrets() -> None:
    with started() as supervisor:
        supervisor.wait_ready()
        instance = supervisor.instance
        in_the_function = environment_of_a_function(instance.url)
        processes = emulators(instance)

        assert answers(instance.url)
        listening = [
            connection.laddr
            for process in alive(processes)
            for connection in process.net_connections(kind="inet")
            if connection.status == psutil.CONN_LISTEN
        ]
        assert listening
        assert all(ipaddress.ip_address(address.ip).is_loopback for address in listening)
        for environment in (*(process.environ() for process in processes), in_the_function):
            assert environment["HOME"] == str(instance.folder)
            assert not set(SECRETS.values()) & set(environment.values())
            assert not {"PULUMI_ACCESS_TOKEN", "GITHUB_TOKEN", "AWS_PROFILE"} & set(environment)
        assert instance.folder.stat().st_mode & 0o077 == 0
        assert os.getsid(instance.supervisor) == instance.supervisor

    wait_until_gone(instance.folder, processes)


def test_close_ends_the_emulator_with_its_workers_and_removes_the_folder(temporary: Path) -> None:
    with started() as supervisor:
        supervisor.wait_ready()
        environment_of_a_function(supervisor.instance.url)
        processes = emulators(supervisor.instance)
        assert len(processes) > 1

    assert not alive(processes)
    assert not list(temporary.iterdir())


def test_close_before_the_emulator_answers_ends_it_as_well(temporary: Path) -> None:
    with started() as supervisor:
        assert supervisor.instance.folder.exists()

    assert not list(temporary.iterdir())


def pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout


@pytest.fixture
def parent() -> Iterator[tuple[subprocess.Popen[str], Instance]]:
    """A process that has started an instance, and does with it what it is told on its stdin."""
    with subprocess.Popen(
        [sys.executable, "-c", PARENT],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        url, folder, supervisor = json.loads(pipes(process)[1].readline())
        yield process, Instance(url=url, folder=Path(folder), supervisor=supervisor, external=False)
        process.kill()


def tell(parent: subprocess.Popen[str], command: str) -> None:
    stdin, stdout = pipes(parent)
    stdin.write(f"{command}\n")
    stdin.flush()
    assert stdout.readline() == "done\n"


@contextlib.contextmanager
def a_session() -> Iterator[psutil.Process]:
    """A process in a session of its own, with a child that ignores SIGTERM."""
    program = """
        import os, signal, time
        os.fork()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(60)
        """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], start_new_session=True
    ) as process:
        try:
            yield psutil.Process(process.pid)
        finally:
            end_session(process.pid, grace=0)


def test_a_parent_that_is_killed_with_its_whole_group_leaves_nothing_nor_its_engine(
    parent: tuple[subprocess.Popen[str], Instance],
) -> None:
    process, instance = parent
    with a_session() as engine, a_session() as somebody_elses:
        tell(process, f"watch_session {engine.pid}")
        doomed = [psutil.Process(instance.supervisor), *emulators(instance)]
        doomed += session_members(engine.pid)

        os.killpg(process.pid, signal.SIGKILL)

        wait_until_gone(instance.folder, doomed)
        assert alive([somebody_elses])


def test_a_supervisor_that_is_asked_to_end_again_and_again_still_clears_everything_away(
    parent: tuple[subprocess.Popen[str], Instance],
) -> None:
    _, instance = parent
    doomed = [psutil.Process(instance.supervisor), *emulators(instance)]

    for _ in range(50):
        with contextlib.suppress(ProcessLookupError):
            os.kill(instance.supervisor, signal.SIGTERM)
        time.sleep(0.001)

    wait_until_gone(instance.folder, doomed)


def test_an_instance_that_is_kept_outlives_its_parent_until_it_is_asked_to_end(
    parent: tuple[subprocess.Popen[str], Instance],
) -> None:
    process, instance = parent
    doomed = [psutil.Process(instance.supervisor), *emulators(instance)]
    tell(process, "keep")
    own_log = instance.folder / "supervisor.log"  # written to from the moment it is kept
    wait_until("the instance to be kept", own_log.exists, bool, within=10)
    process.kill()
    process.wait()

    assert answers(instance.url)
    assert alive(doomed) == doomed

    os.kill(instance.supervisor, signal.SIGTERM)
    wait_until_gone(instance.folder, doomed)


def test_an_emulator_that_ends_while_it_starts_is_told_with_the_end_of_its_log(
    temporary: Path,
) -> None:
    with started() as supervisor:
        instance = supervisor.instance
        (emulator,) = wait_until(
            "the emulator", lambda: emulators(instance), bool, within=WITHIN, poll=0.005
        )
        emulator.suspend()
        with instance.log.open("a") as log:
            log.write("its last words\n")
        emulator.kill()

        with pytest.raises(
            EmulatorError, match=r"ended unexpectedly with code -9(.|\n)*last words"
        ):
            supervisor.wait_ready()

    assert not list(temporary.iterdir())


def test_an_emulator_that_ends_later_is_told_and_leaves_its_folder_to_its_user(
    temporary: Path,
) -> None:
    with started() as supervisor:
        supervisor.wait_ready()
        supervisor.check()
        (emulator,) = emulators(supervisor.instance)
        emulator.kill()

        wait_until("the news", lambda: told_of_its_end(supervisor), bool, within=WITHIN, poll=0.02)
        assert supervisor.instance.folder.exists()
        with a_session() as engine:
            supervisor.watch_session(engine.pid)

    assert not list(temporary.iterdir())


def told_of_its_end(supervisor: Supervisor) -> bool:
    try:
        supervisor.check()
    except EmulatorError as error:
        return "ended unexpectedly with code -9" in str(error)
    return False


def test_an_instance_that_is_kept_goes_with_its_emulator(
    parent: tuple[subprocess.Popen[str], Instance],
) -> None:
    process, instance = parent
    doomed = [psutil.Process(instance.supervisor), *emulators(instance)]
    tell(process, "keep")
    process.kill()

    doomed[1].kill()

    wait_until_gone(instance.folder, doomed)


def test_a_supervisor_that_was_killed_is_told_by_whatever_is_asked_of_it() -> None:
    with started() as supervisor:
        supervisor.wait_ready()
        instance = supervisor.instance
        os.kill(instance.supervisor, signal.SIGKILL)
        wait_until(
            "its end",
            lambda: alive([psutil.Process(instance.supervisor)]),
            lambda left: not left,
            within=WITHIN,
            poll=0.02,
        )

        with pytest.raises(EmulatorError, match=r"supervisor \(pid \d+\) ended"):
            supervisor.check()
        with pytest.raises(EmulatorError, match=r"supervisor \(pid \d+\) ended"):
            supervisor.watch_session(1)

    assert not instance.folder.exists()


def test_an_emulator_of_somebody_elses_is_used_and_goes_on_running(temporary: Path) -> None:
    with started() as owner:
        owner.wait_ready()
        with started(owner.instance.url) as guest:
            guest.wait_ready()
            instance = guest.instance
            assert instance.url == owner.instance.url
            assert instance.external
            assert instance.folder.exists()
            assert not emulators(instance)

        assert not instance.folder.exists()
        assert answers(owner.instance.url)

    assert not list(temporary.iterdir())


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_an_emulator_that_is_not_there_is_told_apart_from_a_slow_one(
    host: str, temporary: Path
) -> None:
    url = f"http://{host}:{closed_port()}"
    with (
        started(url) as supervisor,
        pytest.raises(EmulatorError, match=f"nothing listens at {url}"),
    ):
        supervisor.wait_ready()

    assert not list(temporary.iterdir())


def test_a_machine_that_refuses_what_the_emulator_needs_is_told_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "a file"))
    reason = r"the emulator could not be started: .*Not a directory"
    with started() as supervisor, pytest.raises(EmulatorError, match=reason):
        supervisor.wait_ready()
    assert "Traceback" not in capfd.readouterr().err


def test_a_supervisor_that_cannot_start_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("automation.emulator.instance.MODULE", "no_such_module")
    with started() as supervisor, pytest.raises(EmulatorError, match=r"supervisor .* ended"):
        _: Any = supervisor.instance
