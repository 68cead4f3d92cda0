"""docs/tutorial.md, followed word by word."""

from __future__ import annotations

import re

import pytest

from automation.support.paths import CHECKOUT
from tests.local.machine import Machine

TUTORIAL = (CHECKOUT / "docs" / "tutorial.md").read_text(encoding="utf-8")
SETTING_UP = {"make demo", "source .venv/bin/activate"}  # what these tests run in already
# What a command must say, and the text that its output must have.
SAYS = {
    "logs": "ok user=you hole=AsKs",
    "logs --level ERROR": "chip_delta must be int, got str",
    "dlq list": "chip_delta must be int, got str",
    "status": "1",
    "run --stack dev": "PASSED",
    "cost": "arm64",
}


def commands() -> list[str]:
    blocks = re.findall(r"^```console\n(.*?)^```$", TUTORIAL, re.MULTILINE | re.DOTALL)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines()]


@pytest.mark.chaos
def test_every_command_of_the_tutorial_does_what_the_text_says(machine: Machine) -> None:
    unseen = set(SAYS)
    try:
        for line in commands():
            if line in SETTING_UP:
                continue
            done = machine.type(line)
            assert done.code == 0, f"{line}\n{done.stdout}{done.stderr}"
            command = line.removeprefix("python -m automation ")
            assert SAYS.get(command, "") in done.stdout, f"{line}\n{done.stdout}{done.stderr}"
            unseen.discard(command)
    finally:
        machine.run("local", "stop", "--yes")
        (CHECKOUT / "Pulumi.dev.yaml").unlink(missing_ok=True)

    assert not unseen
    assert not (CHECKOUT / "Pulumi.dev.yaml").exists()
