"""A disk that is full, gets full in mid-run, or is read-only, for the cache or the temp folder."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.chaos.case import ERROR, RAN, Case

pytestmark = pytest.mark.chaos

DISKS = {  # options of a mount
    "is read-only": "ro",
    "is full": "size=4k",
    "has 64 KiB": "size=64k",
    "has 512 KiB": "size=512k",
    "has 2 MiB": "size=2m",
}
FOLDERS = ("cache", "temporary")
CAUSE = r"No space left on device|no space left on device|Read-only file system|Errno (28|30)"

Mount = Callable[[Path, str], None]


@pytest.fixture
def mount() -> Iterator[Mount]:
    """Puts a file system in memory in the place of a folder, for one test."""
    mounted: set[Path] = set()

    def put(folder: Path, options: str) -> None:
        again = "remount," if folder in mounted else ""
        command = ["mount", "-t", "tmpfs", "-o", f"{again}mode=700,{options}", "tmpfs", str(folder)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
        mounted.add(folder)

    yield put
    for folder in mounted:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S607 -- as found on PATH, like `mount` above


@pytest.mark.parametrize("own_emulator", [True, False], ids=["own emulator", "lasting emulator"])
@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("disk", DISKS)
def test_a_run_without_room_says_so_and_leaves_nothing_that_reap_cannot_remove(
    case: Case, mount: Mount, disk: str, folder: str, *, own_emulator: bool
) -> None:
    emulator = "own" if own_emulator else "lasting"
    case.expects(f"the {folder} folder {disk}, {emulator} emulator", f"exit {RAN} or {ERROR}")
    mount(getattr(case.machine, folder), DISKS[disk])
    command = ("run", "--json", case.machine.report_file) if own_emulator else case.run
    done = case.machine.run(*command, **case.account.variables)

    code = case.check_exit(done, RAN, ERROR)
    said = " ".join((done.stdout + done.stderr).split())
    assert code == RAN or re.search(CAUSE, said), said
    if "finish with: python -m automation reap" in said:  # the state could not be written
        mount(getattr(case.machine, folder), "size=16m")
        reaped = case.machine.run("reap", "--yes", "--all", **case.account.variables)
        assert reaped.code == 0, reaped.stdout + reaped.stderr
        case.observed(f"exit {code}, then reap")
    case.check_nothing_left()
