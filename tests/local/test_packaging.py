"""The packages of a function, installed by the real pip from a folder of wheels."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from components.packaging import PackagingError, installed

INFO = "cards-1.0.dist-info"
FILES = {
    "cards/__init__.py": "DECK = 52\n",
    "cards-1.0.data/scripts/deal": "#!python\n",
    f"{INFO}/METADATA": "Metadata-Version: 2.1\nName: cards\nVersion: 1.0\n",
    f"{INFO}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n",
    f"{INFO}/RECORD": "",
}


def wheel(folder: Path, tag: str) -> None:
    with zipfile.ZipFile(folder / f"cards-1.0-{tag}.whl", "w") as archive:
        for name, text in FILES.items():
            archive.writestr(name, text.format(tag=tag))


def test_wheels_of_lambdas_platform_are_installed_the_same_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("cards==1.0\n")
    wheel(tmp_path, "cp312-cp312-manylinux2014_aarch64")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    folder = installed(requirements, "python3.12", "arm64")

    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files == {"cards/__init__.py", f"{INFO}/METADATA", f"{INFO}/WHEEL"}
    with pytest.raises(PackagingError, match=r"cards==1\.0"):
        installed(requirements, "python3.12", "x86_64")
