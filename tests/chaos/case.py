"""One fault: what is expected of the run that meets it, what was observed, what it left behind."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import psutil

from automation.stack.records import run_folders
from automation.support.paths import PROJECT
from tests.local.machine import Account, Done, Machine, below

CLEAN_WITHIN = 20.0  # seconds that processes and temp folders have to go
RAN, FAILED, ERROR = 0, 1, 3  # exit codes


@dataclass(frozen=True, kw_only=True)
class Left:
    """How much of each kind a run left behind."""

    resources: int
    processes: int
    temp_folders: int
    locks: int
    states: int

    def __str__(self) -> str:
        return ", ".join(f"{name.replace('_', ' ')} {n}" for name, n in asdict(self).items())


@dataclass(frozen=True, kw_only=True)
class Case:
    """What each test of a fault has: a machine, an account, and its row in the table."""

    machine: Machine
    account: Account
    record: Callable[[str, object], None]

    @property
    def run(self) -> tuple[str, ...]:
        """A run on the emulator of the account, with a report."""
        return self.run_at(self.account.url)

    def run_at(self, url: str) -> tuple[str, ...]:
        return ("run", "--emulator", url, "--json", self.machine.report_file)

    def expects(self, fault: str, expected: str) -> None:
        self.record("fault", fault)
        self.record("expected", expected)

    def observed(self, text: str) -> None:
        self.record("observed", text)

    def check_exit(self, done: Done, *codes: int) -> int:
        """Check a command's exit code as a shell sees it, and that it prints no traceback."""
        code = 128 - done.code if done.code < 0 else done.code
        self.observed(f"exit {code}")
        assert code in codes, f"exit {code}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr, done.stderr  # stdout has the function's own log
        return code

    def check_nothing_left(self) -> None:
        left = self._left()
        deadline = time.monotonic() + CLEAN_WITHIN
        while any(asdict(left).values()) and time.monotonic() < deadline:
            time.sleep(0.2)
            left = self._left()
        self.record("left", asdict(left))
        assert not any(asdict(left).values()), (
            f"left behind: {left}; {self.account.resources()} {self.machine.left_behind()} "
            f"{[str(path) for path in below(self.machine.cache / PROJECT / 'runs')][:20]}"
        )
        self.machine.wait_until_clean()

    def _left(self) -> Left:
        machine = self.machine
        folders = list(run_folders(machine.cache / PROJECT / "runs"))
        engine_locks = [
            path
            for path in [*below(machine.temporary), *below(machine.cache)]
            if path.match(".pulumi/locks/*/*/*/*.json")
        ]
        held = [folder for folder in folders if folder.alive()]
        return Left(
            resources=len(self.account.resources()),
            processes=len(machine.processes()),
            temp_folders=len(list(machine.temporary.iterdir())),
            locks=len(engine_locks) + len(held),
            states=len(folders),
        )


def processes(run: int, operation: str, part: str) -> list[psutil.Process]:
    """The processes of a run with a part in their command line, while an operation goes on."""
    lines = {}
    try:
        for process in psutil.Process(run).children(recursive=True):
            lines[process] = " ".join(process.cmdline()) + " "
    except psutil.NoSuchProcess:
        return []
    if not any("/pulumi " in line and f" {operation} " in line for line in lines.values()):
        return []
    return [process for process, line in lines.items() if part in line]
