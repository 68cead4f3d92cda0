from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path

import pytest

from automation.emulator import functions
from automation.emulator.functions import (
    OWN,
    SHIPPED,
    environment_of,
    find_pythons,
    make_environments,
    shipped_packages,
)


def python_at(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    python = folder / name
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    return python


def test_a_python_on_path_is_found(tmp_path: Path) -> None:
    on_path = python_at(tmp_path / "bin", "python3.18")

    assert find_pythons({"PATH": f"/none:{tmp_path}/bin"})["python3.18"] == on_path


def test_pythons_of_pyenv_and_uv_are_found_the_newest_first(tmp_path: Path) -> None:
    home = {"HOME": str(tmp_path)}
    python_at(tmp_path / ".pyenv/versions/3.18.9/bin", "python3.18")
    newest = python_at(tmp_path / ".pyenv/versions/3.18.10/bin", "python3.18")
    of_uv = python_at(
        tmp_path / ".local/share/uv/python/cpython-3.19.0-linux-x86_64-gnu/bin", "python3.19"
    )

    found = find_pythons(home)

    assert found["python3.18"] == newest
    assert found["python3.19"] == of_uv


def test_a_version_managers_folders_may_be_elsewhere(tmp_path: Path) -> None:
    of_pyenv = python_at(tmp_path / "p/versions/3.18.9/bin", "python3.18")
    of_uv = python_at(tmp_path / "u/cpython-3.19.0-linux-x86_64-gnu/bin", "python3.19")

    found = find_pythons(
        {"PYENV_ROOT": str(tmp_path / "p"), "UV_PYTHON_INSTALL_DIR": str(tmp_path / "u")}
    )

    assert (found["python3.18"], found["python3.19"]) == (of_pyenv, of_uv)


def test_a_version_managers_shim_is_skipped(tmp_path: Path) -> None:
    python_at(tmp_path / "shims", "python3.18")

    assert "python3.18" not in find_pythons({"PATH": f"{tmp_path}/shims"})


def test_this_release_is_always_there_and_is_not_taken_from_path(tmp_path: Path) -> None:
    python_at(tmp_path, OWN)

    assert find_pythons({"PATH": str(tmp_path)})[OWN].is_relative_to(Path(sys.base_prefix))


def test_an_environment_has_the_standard_library_and_no_package(tmp_path: Path) -> None:
    make_environments(tmp_path / "e", {OWN: find_pythons({})[OWN]}, tmp_path)

    python = environment_of(tmp_path / "e", OWN) / "bin" / "python"
    look = (
        "import json, sys, importlib.util as u; print(u.find_spec('pulumi'), sys.version_info[1])"
    )
    said = subprocess.run([python, "-c", look], capture_output=True, text=True, check=True)

    assert said.stdout == f"None {sys.version_info.minor}\n"


def test_a_release_that_is_not_here_is_replaced_by_this_one(tmp_path: Path) -> None:
    make_environments(tmp_path / "e", {OWN: Path("/bin/p"), "python3.18": Path("/q")}, tmp_path)

    assert environment_of(tmp_path / "e", "python3.18").name == "python3.18"
    assert environment_of(tmp_path / "e", "python3.99").name == OWN


def test_what_is_shipped_is_boto3_and_all_that_it_requires() -> None:
    wanted, names = ["boto3"], set()
    while wanted:
        name = wanted.pop()
        names.add(name)
        # Neither extras nor what other systems need.
        needed = [each for each in requires(name) or [] if ";" not in each]
        wanted += [re.split(r"[^\w-]", each)[0] for each in needed]

    assert {"dateutil" if name == "python-dateutil" else name for name in names} == set(SHIPPED)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(functions, "cache_folder", lambda: tmp_path)
    return tmp_path


def test_what_is_shipped_can_be_imported_from_a_folder_of_its_own(cache: Path) -> None:
    folder = shipped_packages()
    look = (
        f"import sys; sys.path.append({str(folder)!r})\n"
        "import boto3; boto3.client('sqs', region_name='us-east-1'); print(boto3.__file__)"
    )
    said = subprocess.run(
        [sys.executable, "-I", "-S", "-c", look], capture_output=True, text=True, check=True
    )

    assert said.stdout == f"{folder}/boto3/__init__.py\n"
    assert folder.is_relative_to(cache)
    assert {path.name for path in folder.iterdir()} >= {"boto3", "six.py"}
    assert [path.name for path in folder.rglob("*.pyc") if path.is_symlink()] == []


def test_the_folder_is_made_once(cache: Path) -> None:
    assert shipped_packages() == shipped_packages()
    assert len(list((cache / "functions").iterdir())) == 1
