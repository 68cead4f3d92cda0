"""A folder goes with all that is in it, whatever its mode."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from automation.support.errors import HostError
from automation.support.folders import remove_folder

NOBODY = 65534


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder of a user that permissions hold for: nobody's, if the tests are run by root."""
    place = Path(tempfile.mkdtemp(dir="/tmp"))  # root's tmp_path is closed to nobody
    root = os.geteuid() == 0
    if root:
        os.chown(place, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    yield place
    if root:
        os.seteuid(0)
    for path, _, _ in os.walk(place):
        Path(path).chmod(0o700)
    shutil.rmtree(place)


@pytest.mark.parametrize("mode", [0o555, 0o000, 0o600])
def test_a_folder_goes_with_read_only_ones_that_a_function_left_in_it(
    place: Path, mode: int
) -> None:
    package = place / "poker-hands-1" / "tmp" / "pkg"
    package.mkdir(parents=True)
    (package / "f").touch(mode=0o444)
    package.chmod(mode)
    with pytest.raises(PermissionError):
        shutil.rmtree(place / "poker-hands-1")

    remove_folder(place / "poker-hands-1")

    assert list(place.iterdir()) == []


def test_what_a_link_leads_to_is_left_as_it_is(place: Path) -> None:
    mine, folder = place / "mine", place / "poker-hands-1"
    mine.mkdir(mode=0o555)
    folder.mkdir()
    (folder / "link").symlink_to(mine)

    remove_folder(folder)

    assert mine.stat().st_mode & 0o777 == 0o555
    assert not folder.exists()


def test_a_folder_that_does_not_exist_is_removed_already(place: Path) -> None:
    remove_folder(place / "missing")


def test_a_refusal_names_the_whole_path_and_what_to_do(place: Path) -> None:
    folder = place / "poker-hands-1"
    folder.mkdir()
    place.chmod(0o555)

    with pytest.raises(HostError, match=f"the folder {folder} could not be removed: ") as raised:
        remove_folder(folder)

    assert f"rm -rf {folder}" in raised.value.hint
