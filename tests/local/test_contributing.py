"""The commands of CONTRIBUTING.md that need a package index or write files of the checkout."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from automation.support.paths import CHECKOUT
from tests.local.machine import copy_checkout

WITHIN = 300  # seconds for one line, with downloads
COMMIT = "git -c user.name=you -c user.email=you@example.com commit --quiet --message changed"

pytestmark = pytest.mark.chaos


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    copy_checkout(tmp_path / "checkout")
    return tmp_path / "checkout"


def typed(line: str, copy: Path) -> subprocess.CompletedProcess[str]:
    """Type a line in the copy, with the index and the caches of whoever runs the tests."""
    done = subprocess.run(
        ["/bin/sh", "-c", line],
        cwd=copy,
        capture_output=True,
        text=True,
        timeout=WITHIN,
        check=False,
    )
    if "error sending request" in done.stderr:
        pytest.skip("needs a package index, which cannot be reached")
    return done


def test_make_lock_keeps_what_still_fits(copy: Path) -> None:
    done = typed("make lock", copy)

    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("requirements.txt", "requirements-dev.txt"):
        assert (copy / name).read_text() == (CHECKOUT / name).read_text()


def test_the_hook_of_pre_commit_refuses_what_the_linters_refuse(copy: Path) -> None:
    # The page leaves it to its reader how to install pre-commit; here uv does.
    installed = typed("git init --quiet && .venv/bin/uv tool run pre-commit install", copy)
    assert installed.returncode == 0, installed.stdout + installed.stderr

    (copy / "unused.py").write_text("import os\n")
    refused = typed(f"git add . && {COMMIT}", copy)
    (copy / "unused.py").unlink()
    taken = typed(f"git add . && {COMMIT}", copy)

    assert refused.returncode == 1
    assert "`os` imported but unused" in refused.stdout + refused.stderr
    assert taken.returncode == 0, taken.stdout + taken.stderr


def test_what_aws_s_runtime_client_logs_can_be_recorded_again(copy: Path) -> None:
    pytest.importorskip("awslambdaric", reason="needs awslambdaric, which is installed on Linux")
    recorded = "tests/unit/automation/observe/fixtures/runtime-text.jsonl"
    (copy / recorded).unlink()

    done = typed(".venv/bin/python -m tests.unit.automation.observe.record_logs", copy)

    assert done.returncode == 0, done.stdout + done.stderr
    again, before = ((folder / recorded).read_text() for folder in (copy, CHECKOUT))
    assert again.count("\n") == before.count("\n")
