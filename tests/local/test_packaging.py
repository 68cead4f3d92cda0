"""The packages of a function, installed by the real pip from a folder of wheels."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from components.errors import PackagingError
from components.packaging import installed

MARKERS = """\
cards==1.0; python_version == "3.14" and python_full_version >= "3.14.2"
cards==1.0; sys_platform == "linux" and os_name == "posix" and python_version < "3.10"
"""
INFO = "cards-1.0.dist-info"
FILES = {
    "cards/__init__.py": "DECK = 52\n",
    "cards-1.0.data/scripts/deal": "#!python\n",
    f"{INFO}/METADATA": "Metadata-Version: 2.1\nName: cards\nVersion: 1.0\n{more}",
    f"{INFO}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n",
    f"{INFO}/RECORD": "",
}


# The source of a package that needs nothing of an index to be built.
PROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""
BACKEND = """\
import zipfile

def build_wheel(folder, config_settings=None, metadata_directory=None):
    name = "suits-1.0-py3-none-any.whl"
    with zipfile.ZipFile(f"{folder}/{name}", "w") as archive:
        info = "suits-1.0.dist-info"
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: suits\\nVersion: 1.0")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any")
        archive.writestr(f"{info}/RECORD", "")
    return name
"""


def wheel(folder: Path, tag: str, more: str = "") -> None:
    with zipfile.ZipFile(folder / f"cards-1.0-{tag}.whl", "w") as archive:
        for name, text in FILES.items():
            archive.writestr(name, text.format(tag=tag, more=more))


@pytest.fixture(autouse=True)
def wheels_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The real pip, with the wheels of the test's folder and no index."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_markers_are_those_of_the_runtime_on_lambda_not_of_this_machine(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(MARKERS)
    wheel(tmp_path, "py3-none-any")

    assert (installed(requirements, "python3.14", "arm64") / "cards").is_dir()
    assert not (installed(requirements, "python3.13", "arm64") / "cards").exists()


def test_a_change_of_an_included_file_installs_again(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("-r more/base.txt\n")
    included = tmp_path / "more" / "base.txt"
    included.parent.mkdir()
    included.write_text("--constraint=pins.txt\n")
    pins = included.with_name("pins.txt")
    pins.write_text("")
    wheel(tmp_path, "py3-none-any")

    nothing = installed(requirements, "python3.12", "x86_64")
    included.write_text("--constraint=pins.txt\ncards\n")
    cards = installed(requirements, "python3.12", "x86_64")
    pins.write_text("cards==1.0\n")
    pinned = installed(requirements, "python3.12", "x86_64")

    assert not (nothing / "cards").exists()
    assert (cards / "cards").is_dir()
    assert pinned != cards


@pytest.mark.parametrize(
    "line",
    [
        *("./cards", "decks/cards", "decks/cards-1.0.tar.gz", "/cards.whl", "~/cards"),
        *(
            "cards-1.0.tar.gz",
            "cards.ZIP[faces]",
            "cards===1.zip",
            "cards.whl ; python_version > '3'",
        ),
        *("cards @ file:///cards", "cards @ file:///cards-1.0-py3-none-any.whl", "file:///cards"),
        *("cards @ http://h/cards-1.0.tar.gz", "http://h/cards-1.0.zip#egg=cards.whl"),
        *("git+https://h/cards", "cards @ git+https://h/cards.whl", "cards@ssh://h/cards.whl"),
        *("cards -e ./cards", "cards @ http://[h/cards.whl", "ca\\\nrds/deck"),
    ],
)
def test_a_package_that_pip_would_build_or_take_from_this_machine_is_refused(
    tmp_path: Path, line: str
) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(f"suits==1.0 \\\n  --hash=sha256:12\n{line} # the deck\n")

    with pytest.raises(PackagingError, match=r"requirements.txt, line 3: .* put the source"):
        installed(requirements, "python3.12", "x86_64")


@pytest.mark.parametrize(
    "line",
    [
        *("-e ./cards", "--editable=decks/cards", "--edit ./cards", "--no-binary=cards"),
        *("-f decks", "--find-links=./decks", "--find-links file:///decks", "-i /decks"),
        *(
            "--pre --find-links decks",
            "--find-links= https://h/decks",
            "-r base.txt -f decks",
            "--extra-index-url=file:///decks",
        ),
    ],
)
def test_an_option_that_leads_to_files_of_this_machine_is_refused(
    tmp_path: Path, line: str
) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(f"# the deck\n{line}\n")

    with pytest.raises(PackagingError, match=r"requirements.txt, line 2: .* is not supported"):
        installed(requirements, "python3.12", "x86_64")


def test_a_package_that_a_wheel_requires_by_its_source_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "suits"
    source.mkdir()
    (source / "pyproject.toml").write_text(PROJECT)
    (source / "backend.py").write_text(BACKEND)
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("cards\n")
    wheel(tmp_path, "py3-none-any", more=f"Requires-Dist: suits @ {source.as_uri()}\n")

    with pytest.raises(PackagingError, match=r"suits 1\.0 .* is not a wheel") as refused:
        installed(requirements, "python3.12", "x86_64")

    assert source.as_uri() in str(refused.value)
    assert not any((tmp_path / "cache" / "poker-hands-consumer" / "packages").iterdir())


def test_a_file_that_includes_itself_is_refused(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("-r base.txt\n")
    (tmp_path / "base.txt").write_text("-r ./requirements.txt\n")

    with pytest.raises(PackagingError, match="includes itself"):
        installed(requirements, "python3.12", "x86_64")


def test_a_wheel_of_another_host_is_left_to_pip(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("http://127.0.0.1:9/cards-1.0-py3-none-any.whl\n")

    with pytest.raises(PackagingError, match="cannot be installed for Lambda"):
        installed(requirements, "python3.12", "x86_64")


def test_an_included_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("-r missing.txt\n")

    with pytest.raises(PackagingError, match=r"missing\.txt"):
        installed(requirements, "python3.12", "x86_64")


def test_wheels_of_lambdas_platform_are_installed_the_same_everywhere(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("cards==1.0\n")
    wheel(tmp_path, "cp312-cp312-manylinux_2_24_aarch64")

    folder = installed(requirements, "python3.12", "arm64")

    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files == {"cards/__init__.py", f"{INFO}/METADATA", f"{INFO}/WHEEL"}
    with pytest.raises(PackagingError, match=r"cards==1\.0"):
        installed(requirements, "python3.12", "x86_64")
