"""Every command of the automation in README and docs, typed as it stands there."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator

import pytest

from automation.support.paths import CHECKOUT
from automation.support.wait import wait_until
from tests.local.machine import COMMAND_WITHIN, GOOD, POISON, Done, Machine, finished, ok
from tests.pages import PAGES, PROGRAM, commands, documented, without_words

FIRST = (  # with --yes, for there is nobody to ask, and with timings for a test
    f"{PROGRAM} exec -- pulumi stack init dev",
    f"{PROGRAM} exec -- pulumi up --yes --config functionTimeout=1 --config visibilityTimeout=2",
)
LAST = (
    f"{PROGRAM} exec -- pulumi destroy --yes",
    f"{PROGRAM} exec -- pulumi stack rm --yes dev",
    f"{PROGRAM} local stop",
)
DONE_IN_ORDER = re.compile(r"exec -- pulumi|local stop")  # these are FIRST and LAST
REMAINS = 3.0  # seconds that a command which goes on until Ctrl-C is left running
REFUSED = 2
UNASKED = {  # these ask, and say so where nobody can answer
    f"{PROGRAM} dlq purge": "add --yes",
    f"{PROGRAM} dlq purge --stack dev": "add --yes",
}


def lines_to_type() -> list[str]:
    """Those of the pages, but for the ones that test_aws.py types."""
    return [
        line
        for line in documented()
        if line != PROGRAM
        and "--target aws" not in line
        and not DONE_IN_ORDER.search(line)
        and (shutil.which("jq") or not line.startswith("jq "))
    ]


class Shell:
    """A copy of the checkout, with a stack `dev` of `pulumi up` on its lasting emulator."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        machine.copy_checkout()
        page = (CHECKOUT / "docs" / "your-function.md").read_text()
        (machine.folder / "orders").mkdir()
        for path, language in (("orders/orders.py", "python"), ("orders.json", "json")):
            block = re.search(rf"```{language}\n(.*?)```", page, re.DOTALL)
            assert block
            text = re.sub(r"^   ", "", block[1], flags=re.MULTILINE)
            (machine.folder / path).write_text(text)
        hands = CHECKOUT / "automation" / "scenario" / "ten-hands.json"
        shutil.copy(hands, machine.folder / "mine.json")
        (machine.folder / "hands.jsonl").write_text(POISON + "\n")
        (machine.folder / "hands.json").write_text(f"[{GOOD}, {GOOD}]")

    def type(self, line: str) -> Done:
        if "--follow" not in line:
            return self.machine.type(line)
        process = self.machine.start_line(f"exec {line}")
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(REMAINS)
        os.kill(process.pid, signal.SIGINT)
        return finished(process)

    def ok(self, line: str) -> str:
        return ok(self.type(line), line)

    def filled_in(self, line: str) -> str:
        """The line with what the page leaves to its reader."""
        values: dict[str, Callable[[], str]] = {
            r"/path/to/(mine|other)": lambda: str(self.machine.folder / "function"),
            r"\bURL\b": self.emulator,
            r"\bNAME\b": lambda: "run-00000000",
            r"\bDIR\b": lambda: "examples/orders",
            r"\bID\b|\b31a60dfe-6c5f-4930-ae5d-b8c74f812462\b": self.dead_letter,
        }
        for place, value in values.items():
            if re.search(place, line):
                line = re.sub(place, value(), line)
        return line

    def emulator(self) -> str:
        url = re.search(r"http://[\w.:]+", self.type(f"{PROGRAM} local status").stdout)
        assert url
        return url[0]

    def dead_letter(self) -> str:
        listed = f"{PROGRAM} dlq list --stack dev --json"
        found = wait_until(
            "a dead letter",
            lambda: json.loads(self.ok(listed)),
            bool,
            within=COMMAND_WITHIN,
            poll=0.5,
        )
        return str(found[0]["message_id"])


@pytest.fixture
def shell(machine: Machine) -> Iterator[Shell]:
    try:
        yield Shell(machine)
    finally:
        machine.run("local", "stop", "--yes")


def check(line: str, done: Done) -> None:
    said = f"{line}\n{done.stdout}{done.stderr}"
    assert "Traceback" not in said
    if line in UNASKED:
        assert done.code == REFUSED, said
        assert UNASKED[line] in said
    else:
        expected = 128 + signal.SIGINT if "--follow" in line else 0
        assert done.code == expected, said


@pytest.mark.chaos
def test_every_command_of_the_pages_does_what_it_is_there_for(shell: Shell) -> None:
    for line in FIRST:
        shell.ok(line)
    shell.ok(f"{PROGRAM} send --stack dev '{POISON}'")
    lines = lines_to_type()
    assert len(lines) > 60
    for line in lines:
        check(line, shell.type(shell.filled_in(line)))
        if "--keep" in line:
            shell.ok(f"{PROGRAM} reap --all --yes")
    for line in LAST:
        shell.ok(line)


# The tutorial's; how the tests themselves are run; of test_contributing.py.
ELSEWHERE = {"demo", "test", "chaos", "unit", "lock"}


@pytest.mark.chaos
def test_every_make_target_of_the_pages_succeeds(machine: Machine) -> None:
    machine.copy_checkout()
    lines = [line for page in PAGES for line in commands(page, "make ")]
    targets = {shlex.split(without_words(line), comments=True)[1] for line in lines} - ELSEWHERE
    assert targets >= {"lint", "reference", "engine", "clean"}
    before = (machine.folder / "docs" / "arguments.md").read_text()

    for target in sorted(targets, key="clean".__eq__):
        done = machine.type(f"make {target}")
        assert done.code == 0, f"make {target}\n{done.stdout}{done.stderr}"

    assert (machine.folder / "docs" / "arguments.md").read_text() == before
    assert not (machine.folder / ".venv").exists()
