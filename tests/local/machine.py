"""Commands of the automation as a user runs them, on a machine of their own made for each test."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import IO, TYPE_CHECKING, Any

import psutil

from automation.engine import Engine
from automation.support.clients import Clients, make_clients
from automation.support.paths import CHECKOUT
from automation.support.wait import wait_until

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

BY_HAND = frozenset(CHECKOUT / f"Pulumi.{stack}.yaml" for stack in ("byhand", "dev"))
"""What tests that deploy by hand write into the checkout, as Pulumi does."""
GOOD = '{"user_id":"aarit","hole_cards":"KsKd","chip_delta":5,"result":"won"}'
POISON = '{"user_id":"aditya","hole_cards":"AhAd","chip_delta":"lots","result":"won"}'
COMMAND_WITHIN = 120.0  # seconds; a run takes about 12 on an idle machine
AS_MODULE = ("-m", "automation")
AT_TERMINAL = (
    "-c",
    f"""if True:
        import fcntl, os, sys, termios
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        os.execv(sys.executable, [sys.executable, *{AS_MODULE}, *sys.argv[1:]])
    """,
)


@dataclass(frozen=True)
class Done:
    code: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Streams:
    stdin: int = subprocess.DEVNULL
    stdout: int | IO[str] = subprocess.PIPE
    stderr: int = subprocess.PIPE


@dataclass(frozen=True)
class Account:
    """An account, of an emulator that outlives the run, that one test has to itself."""

    url: str
    key: str

    @property
    def variables(self) -> dict[str, str]:
        return {"AWS_ACCESS_KEY_ID": self.key, "AWS_SECRET_ACCESS_KEY": "any"}

    @cache  # noqa: B019 -- an account lives no longer than its test, and making clients takes 0.1 s
    def _clients(self, region: str) -> Clients:
        return make_clients({**self.variables, "AWS_ENDPOINT_URL": self.url}, region)

    def resources(self, region: str = "us-east-1") -> list[str]:
        """All that is in it, past the automation's own look for it."""
        clients = self._clients(region)
        mappings = clients.lambda_.list_event_source_mappings()["EventSourceMappings"]
        alarms = clients.cloudwatch.describe_alarms()["MetricAlarms"]
        return [
            *clients.sqs.list_queues().get("QueueUrls", []),
            *(role["RoleName"] for role in clients.iam.list_roles()["Roles"]),
            *(each["FunctionName"] for each in clients.lambda_.list_functions()["Functions"]),
            *(each["UUID"] for each in mappings),
            *(each["logGroupName"] for each in clients.logs.describe_log_groups()["logGroups"]),
            *(each["AlarmName"] for each in alarms),
        ]


class Machine:
    """A home, a cache with nothing but the engine in it, and a temp folder of one test's own."""

    def __init__(self, root: Path, engine: Engine) -> None:
        self.root = root
        self.folder = CHECKOUT  # where commands are typed
        self.home, self.cache, self.temporary = (
            root / name for name in ("home", "cache", "temporary")
        )
        for folder in (self.home, self.cache, self.temporary):
            folder.mkdir()
        self.environment = {
            "PATH": os.pathsep.join([str(engine.folder), os.environ["PATH"]]),
            "HOME": str(self.home),
            "XDG_CACHE_HOME": str(self.cache),
            "TMPDIR": str(self.temporary),
            "LANG": "C.UTF-8",
        }

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        return self._start(AS_MODULE, arguments, variables)

    def start_at_terminal(
        self, terminal: int, *arguments: str, **variables: str
    ) -> subprocess.Popen[str]:
        streams = Streams(terminal, terminal, terminal)
        return self._start(AT_TERMINAL, arguments, variables, streams)

    def start_writing_to(
        self, stdout: IO[str], *arguments: str, **variables: str
    ) -> subprocess.Popen[str]:
        return self._start(AS_MODULE, arguments, variables, Streams(stdout=stdout))

    def copy_checkout(self) -> None:
        """Go on in a copy of the checkout."""
        self.folder = self.root / "checkout"
        copy_checkout(self.folder)

    def start_line(
        self,
        line: str,
        python: Path = Path(sys.executable),
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> subprocess.Popen[str]:
        """Start a line of a page in a shell, with this Python's virtual environment activated."""
        path = os.pathsep.join([str(python.parent), self.environment["PATH"]])
        return self._spawn(["/bin/sh", "-c", line], {"PATH": path, **variables}, Streams())

    def type(self, line: str) -> Done:
        return finished(self.start_line(line))

    def _start(
        self,
        entry: tuple[str, ...],
        arguments: tuple[str, ...],
        variables: dict[str, str],
        streams: Streams = Streams(),
    ) -> subprocess.Popen[str]:
        return self._spawn([sys.executable, *entry, *arguments], variables, streams)

    def _spawn(
        self, command: list[str], variables: dict[str, str], streams: Streams
    ) -> subprocess.Popen[str]:
        """Start a command in a session of its own."""
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env={**self.environment, **variables},
            stdin=streams.stdin,
            stdout=streams.stdout,
            stderr=streams.stderr,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, **variables: str) -> Done:
        return finished(self.start(*arguments, **variables))

    def report(self) -> dict[str, Any]:
        result: dict[str, Any] = json.loads((self.root / "result.json").read_text())
        return result

    @property
    def report_file(self) -> str:
        return str(self.root / "result.json")

    def wait_for_state(self, text: str) -> None:
        """Until the engine has recorded `text` in the state of some stack."""
        wait_until(
            f"{text} in a stack's state",
            self.states,
            lambda states: any(text in state for state in states),
            within=COMMAND_WITHIN,
            poll=0.05,
        )

    def states(self) -> list[str]:
        """The states of all stacks; files come and go while they are looked for."""
        found = []
        for path in [*below(self.temporary), *below(self.cache)]:
            if path.match(".pulumi/stacks/*/*.json"):
                with contextlib.suppress(FileNotFoundError):
                    found.append(path.read_text())
        return found

    def processes(self) -> list[str]:
        """What runs with this machine's temp folder in its environment or its arguments."""
        found = []
        for process in psutil.process_iter():
            try:
                words = process.cmdline()
                places = [*process.environ().values(), *words, process.cwd()]
            except psutil.Error:
                continue
            if any(str(self.temporary) in place for place in places):
                found.append(f"{process.pid} {' '.join(words)[:100]}")
        return found

    def left_behind(self) -> list[str]:
        """Files in the temp folder, settings in the home, and processes."""
        files = [*below(self.temporary), *below(self.home)]
        return [*(str(path.relative_to(self.root)) for path in files), *self.processes()]

    def wait_until_clean(self) -> None:
        wait_until(
            "nothing to be left behind",
            self.left_behind,
            lambda left: not left,
            within=20,
            poll=0.1,
        )


def depth(sqs: SQSClient, url: str) -> int:
    """How many messages a queue holds, hidden ones among them."""
    seen = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    visible = seen["ApproximateNumberOfMessages"]
    return int(visible) + int(seen["ApproximateNumberOfMessagesNotVisible"])


def descendant(process: int, word: str) -> psutil.Process:
    """The one process below another that has the word in its arguments."""
    found = []
    for each in psutil.Process(process).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if any(word in argument for argument in each.cmdline()):
                found.append(each)
    (only,) = found
    return only


def below(folder: Path) -> list[Path]:
    """All that is in a folder; unlike rglob, this does not mind what goes while it looks."""
    return [
        Path(parent, name) for parent, folders, names in os.walk(folder) for name in folders + names
    ]


def finished(process: subprocess.Popen[str], within: float = COMMAND_WITHIN) -> Done:
    try:
        stdout, stderr = process.communicate(timeout=within)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGTERM)
        stdout, stderr = process.communicate(timeout=COMMAND_WITHIN)
    return Done(process.returncode, stdout, stderr)


def ok(done: Done, line: str = "") -> str:
    """What a command printed that succeeded; `line` is what was typed, for the error."""
    assert done.code == 0, f"{line}\n{done.stdout}{done.stderr}"
    assert "Traceback" not in done.stderr, f"{line}\n{done.stderr}"
    return done.stdout


def copy_checkout(to: Path) -> None:
    """Copy the checkout with its `.venv`, without what is made by using it."""
    made = (".git", ".venv", ".cache", ".*_cache", "__pycache__", "Pulumi.*.yaml")
    shutil.copytree(CHECKOUT, to, ignore=shutil.ignore_patterns(*made))
    (to / ".venv").symlink_to(sys.prefix)
