"""docs/tutorial.md, followed word by word in one shell."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from automation.support.paths import CHECKOUT
from tests.local.machine import COMMAND_WITHIN, Machine, finished

TUTORIAL = (CHECKOUT / "docs" / "tutorial.md").read_text(encoding="utf-8")
# What a command must say, and the text that its output must have.
SAYS = {
    "make demo": "PASSED",
    "python -m automation logs": "ok user=you hole=AsKs",
    "python -m automation logs --level ERROR": "chip_delta must be int, got str",
    "python -m automation dlq list": "chip_delta must be int, got str",
    "python -m automation status": "1",
    "python -m automation run --stack dev": "PASSED",
    "python -m automation cost": "arm64",
}


def commands() -> list[str]:
    blocks = re.findall(r"^```console\n(.*?)^```$", TUTORIAL, re.MULTILINE | re.DOTALL)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]


@pytest.mark.chaos
def test_every_command_of_the_tutorial_does_what_the_text_says(machine: Machine) -> None:
    machine.copy_checkout()
    said = machine.root / "said"
    said.mkdir()
    lines = commands()
    script = "".join(f"{{ {line}; }} > {said}/{n} 2>&1\n" for n, line in enumerate(lines))
    without_an_environment = Path("/usr/bin/python3")
    try:
        line = f"exec bash -e -c {shlex.quote(script)}"
        done = finished(machine.start_line(line, without_an_environment), 5 * COMMAND_WITHIN)
        outputs = [path.read_text() for path in sorted(said.iterdir(), key=lambda p: int(p.name))]
        assert done.code == 0, f"{lines[len(outputs) - 1]}\n{outputs[-1]}{done.stderr}"
    finally:
        machine.run("local", "stop", "--yes")

    told = dict(zip(lines, outputs, strict=True))
    assert {line: text in told[line] for line, text in SAYS.items()} == dict.fromkeys(SAYS, True)
    assert not list(machine.folder.glob("Pulumi.*.yaml"))
