"""docs/tutorial.md, followed word by word."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from automation.support.paths import CHECKOUT
from tests.local.machine import COMMAND_WITHIN, Machine

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
    folder = str(Path(sys.executable).parent)  # what `source .venv/bin/activate` puts first
    environment = {
        **machine.environment,
        "PATH": os.pathsep.join([folder, machine.environment["PATH"]]),
    }
    unseen = set(SAYS)
    try:
        for line in commands():
            if line in SETTING_UP:
                continue
            done = subprocess.run(
                ["/bin/sh", "-c", line],
                cwd=CHECKOUT,
                env=environment,
                capture_output=True,
                text=True,
                timeout=COMMAND_WITHIN,
                check=False,
            )
            assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
            command = line.removeprefix("python -m automation ")
            assert SAYS.get(command, "") in done.stdout, f"{line}\n{done.stdout}{done.stderr}"
            unseen.discard(command)
    finally:
        machine.run("local", "stop", "--yes")
        (CHECKOUT / "Pulumi.dev.yaml").unlink(missing_ok=True)

    assert not unseen
    assert not (CHECKOUT / "Pulumi.dev.yaml").exists()
