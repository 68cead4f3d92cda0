from __future__ import annotations

import io
import os
import zipfile
from typing import TYPE_CHECKING

import pytest

from automation.emulator.provider.archives import zip_of
from automation.emulator.provider.errors import ProviderError
from automation.emulator.provider.values import Archive, Asset

if TYPE_CHECKING:
    from pathlib import Path


def contents(package: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "src"
    (folder / "inner").mkdir(parents=True)
    (folder / "handler.py").write_text("code")
    (folder / "inner" / "data.txt").write_text("data")
    return folder


def test_a_folder_is_packed_with_its_subfolders(source: Path) -> None:
    package = contents(zip_of(Archive(path=str(source))))
    assert package == {"handler.py": b"code", "inner/data.txt": b"data"}


def test_the_same_files_give_the_same_bytes_at_another_time(source: Path) -> None:
    before = zip_of(Archive(path=str(source)))
    os.utime(source / "handler.py", (1, 1))
    assert zip_of(Archive(path=str(source))) == before


def test_a_changed_file_gives_other_bytes(source: Path) -> None:
    before = zip_of(Archive(path=str(source)))
    (source / "handler.py").write_text("other")
    assert zip_of(Archive(path=str(source))) != before


def test_an_executable_stays_one(source: Path) -> None:
    (source / "handler.py").chmod(0o700)
    with zipfile.ZipFile(io.BytesIO(zip_of(Archive(path=str(source))))) as archive:
        modes = {info.filename: info.external_attr >> 16 & 0o777 for info in archive.infolist()}
    assert modes == {"handler.py": 0o755, "inner/data.txt": 0o644}


def test_assets_are_packed_under_their_names(source: Path) -> None:
    archive = Archive(
        assets={
            "a.py": Asset(text="text"),
            "b.py": Asset(path=str(source / "handler.py")),
            "c": Archive(path=str(source)),
            "d": Archive(assets={"e.txt": Asset(text="")}),
        }
    )
    assert contents(zip_of(archive)) == {
        "a.py": b"text",
        "b.py": b"code",
        "c/handler.py": b"code",
        "c/inner/data.txt": b"data",
        "d/e.txt": b"",
    }


def test_a_zip_file_is_taken_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "code.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("handler.py", "code")
    assert zip_of(Archive(path=str(file))) == file.read_bytes()
    nested = Archive(assets={"lib": Archive(path=str(file))})
    assert contents(zip_of(nested)) == {"lib/handler.py": b"code"}


def test_relative_paths_start_at_the_current_directory(
    source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(source.parent)
    assert zip_of(Archive(path="src")) == zip_of(Archive(path=str(source)))


@pytest.mark.parametrize(
    ("archive", "message"),
    [
        (Archive(path="/missing"), "neither a folder nor a zip"),
        (Archive(assets={"a": Asset(path="/missing")}), "cannot be read"),
        (Archive(uri="https://example.invalid/code.zip"), "local files only"),
        (Archive(assets={"a": Asset(uri="https://example.invalid/a")}), "local files only"),
    ],
)
def test_what_cannot_be_read_is_an_error_that_names_it(archive: Archive, message: str) -> None:
    with pytest.raises(ProviderError, match=message):
        zip_of(archive)
