from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pulumi
import pytest

from components import ArgumentsError, FunctionArgs, archive, packaging
from components.archive import source_archive, source_problems
from components.limits import MOST_CODE

HANDLER = "handler.lambda_handler"


def function(folder: Path, handler: Any = HANDLER, **values: Any) -> FunctionArgs:
    return FunctionArgs(code=folder, handler=handler, **values)


def problems_of(folder: Path, handler: Any = HANDLER, **values: Any) -> list[str]:
    return source_problems(function(folder, handler, **values))


def write(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}\n")
    return folder


def packed(folder: Path) -> dict[str, str]:
    """Map each path in the archive to the file's text, in the archive's order."""
    code = source_archive("Orders", function(folder))
    assert isinstance(code, pulumi.AssetArchive)
    assets = code.assets
    return {
        name: Path(asset.path).read_text()
        for name, asset in assets.items()
        if isinstance(asset, pulumi.FileAsset)
    }


def test_every_file_is_packed_under_its_path_in_the_folder(tmp_path: Path) -> None:
    write(tmp_path, "handler.py", "cards/deck.py", "cards/faces.json", "LICENSE")
    assert packed(tmp_path) == {
        "LICENSE": "# LICENSE\n",
        "cards/deck.py": "# cards/deck.py\n",
        "cards/faces.json": "# cards/faces.json\n",
        "handler.py": "# handler.py\n",
    }


def test_caches_and_hidden_files_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, "handler.py", "__pycache__/handler.cpython-312.pyc", "cards/__pycache__/x.txt")
    write(tmp_path, "stray.pyc", ".env", ".git/config", "cards/.DS_Store")
    assert list(packed(tmp_path)) == ["handler.py"]


def test_the_order_is_not_that_of_the_file_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path, "b.py", "a.py", "c/z.py", "c/a.py")
    listed = sorted(folder.rglob("*"), reverse=True)
    monkeypatch.setattr(Path, "rglob", lambda *_: iter(listed))
    assert list(packed(folder)) == ["a.py", "b.py", "c/a.py", "c/z.py"]


def test_a_hidden_folder_above_the_source_hides_nothing(tmp_path: Path) -> None:
    assert list(packed(write(tmp_path / ".cache" / "source", "handler.py"))) == ["handler.py"]


def test_a_good_folder_has_no_problems(tmp_path: Path) -> None:
    assert problems_of(write(tmp_path, "handler.py"), HANDLER) == []


@pytest.mark.parametrize(
    ("module", "handler"),
    [
        ("cards/table.py", "cards.table.consume"),
        ("cards/table.py", "cards/table.consume"),
        ("cards/__init__.py", "cards.consume"),
    ],
)
def test_a_handler_may_live_in_a_package(tmp_path: Path, module: str, handler: str) -> None:
    assert problems_of(write(tmp_path, module), handler) == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path / "nowhere", HANDLER)
    assert "nowhere" in problem


def test_a_file_is_not_accepted_as_the_folder(tmp_path: Path) -> None:
    (problem,) = problems_of(write(tmp_path, "handler.py") / "handler.py", HANDLER)
    assert "must be a folder" in problem


def test_a_folder_with_only_caches_has_no_source(tmp_path: Path) -> None:
    (problem,) = problems_of(write(tmp_path, "__pycache__/handler.pyc"), HANDLER)
    assert "has none" in problem


def test_a_folder_without_the_handlers_module_is_rejected(tmp_path: Path) -> None:
    (problem,) = problems_of(write(tmp_path, "consumer.py"), HANDLER)
    assert "handler.py" in problem


def test_a_handlers_module_may_be_in_a_layer_or_in_a_package(tmp_path: Path) -> None:
    layer = f"arn:aws:lambda:eu-west-1:{'1' * 12}:layer:tracing:7"
    code = write(tmp_path, "consumer.py")
    assert problems_of(code, "tracing.wrapper.handler", layers=[layer]) == []

    write(tmp_path, "requirements.txt")
    assert problems_of(code, "tracing.wrapper.handler") == []


def test_a_handler_that_is_not_known_yet_is_not_checked(tmp_path: Path) -> None:
    later = pulumi.Output.from_input("elsewhere.f")
    assert problems_of(write(tmp_path, "handler.py"), later) == []


def test_a_folder_that_cannot_be_read_is_a_problem_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "/secret")

    monkeypatch.setattr(Path, "rglob", refuse)

    (problem,) = problems_of(tmp_path, "handler.handle")

    assert problem.startswith("function.code must be a folder that can be read; ")
    assert "/secret" in problem


@pytest.fixture
def pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Stands in for pip, which downloads: writes what pip would; records its arguments."""
    calls: list[list[str]] = []

    def run(arguments: list[str]) -> None:
        calls.append(arguments)
        paths = dict(argument.split("=", 1) for argument in arguments[-3:])
        Path(paths["--report"]).write_text('{"install": []}')
        target = Path(paths["--target"])
        write(target, "cards.py", "handler.py", "cards-1.0.dist-info/METADATA")
        write(target, "bin/cards", "cards-1.0.dist-info/RECORD", "cards-1.0.dist-info/INSTALLER")

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(packaging, "_run_pip", run)
    return calls


def with_requirements(folder: Path) -> Path:
    return write(folder, "handler.py", "requirements.txt")


def test_the_packages_that_a_folder_requires_are_packed_with_it(
    tmp_path: Path, pip: list[list[str]]
) -> None:
    names = packed(with_requirements(tmp_path / "source"))
    assert list(names) == [
        "cards-1.0.dist-info/METADATA",
        "cards.py",
        "handler.py",
        "requirements.txt",
    ]
    assert len(pip) == 1


def test_a_handlers_module_may_be_in_a_package_but_must_be_somewhere(
    tmp_path: Path, pip: list[list[str]]
) -> None:
    folder = write(tmp_path / "source", "requirements.txt", "consumer.py")

    source_archive("Orders", function(folder, "cards.f"))
    with pytest.raises(ArgumentsError, match=r"has no orders\.py and no package with it"):
        source_archive("Orders", function(folder, "orders.f"))
    assert pip


def test_a_file_of_the_folder_wins_over_one_of_a_package(
    tmp_path: Path, pip: list[list[str]]
) -> None:
    folder = with_requirements(tmp_path / "source")
    (folder / "handler.py").write_text("# the folder's own")
    assert packed(folder)["handler.py"] == "# the folder's own"
    assert pip


@pytest.mark.parametrize(
    ("runtime", "architecture", "glibc"),
    [
        ("python3.12", "x86_64", 34),
        ("python3.13", "arm64", 34),
        ("python3.11", "x86_64", 26),
        ("python3.10", "arm64", 26),
    ],
)
def test_packages_are_chosen_for_lambdas_platform_and_not_for_this_machine(
    tmp_path: Path, pip: list[list[str]], runtime: str, architecture: str, glibc: int
) -> None:
    folder = with_requirements(tmp_path / "source")
    source_archive("Orders", function(folder, runtime=runtime, architecture=architecture))
    (arguments,) = pip
    assert {"--only-binary=:all:", "cp", runtime.removeprefix("python")} <= set(arguments)
    machine = {"x86_64": "x86_64", "arm64": "aarch64"}[architecture]
    platforms = [word for word in arguments if word.startswith("--platform=")]
    assert platforms == [
        *(f"--platform=manylinux_2_{minor}_{machine}" for minor in range(glibc, 4, -1)),
        f"--platform=manylinux2014_{machine}",
    ]


def test_packages_are_installed_once_for_the_same_requirements_and_platform(
    tmp_path: Path, pip: list[list[str]]
) -> None:
    folder = with_requirements(tmp_path / "source")
    first = packed(folder)
    (folder / "handler.py").write_text("# changed")
    assert packed(folder).keys() == first.keys()
    assert len(pip) == 1
    (folder / "requirements.txt").write_text("cards==2.0")
    packed(folder)
    source_archive("Orders", function(folder, architecture="arm64"))
    assert len(pip) == 3


REQUIREMENTS = """\
# The index of a company, and a mirror
--index-url https://${TOKEN}@host/simple --trusted-host host
--extra-index-url=https://host/more
-f http://host/wheels
--only-binary :all:
--pre
--require-hashes

cards [faces, backs] >= 1.0, != 1.1 ; python_version < "4" \\
    --hash=sha256:12 \\
    --hash sha384:34  # two hashes
# a comment may end in a backslash \\
httpx
Tables_of.old-games~=2.0
hands @ https://user:token@host/hands-1.0-py3-none-any.whl ; sys_platform == "linux"
https://host/rules-1.0-py3-none-any.whl?from=here#sha256=56
"""


def test_published_packages_are_asked_for_in_every_way_that_pip_has(
    tmp_path: Path, pip: list[list[str]]
) -> None:
    folder = with_requirements(tmp_path / "source")
    (folder / "requirements.txt").write_text(REQUIREMENTS, encoding="utf-8-sig")
    assert "cards.py" in packed(folder)
    assert pip


def test_packages_that_another_program_has_installed_meanwhile_are_used(
    tmp_path: Path, pip: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = with_requirements(tmp_path / "source")
    run = packaging._run_pip

    def slow(arguments: list[str]) -> None:
        if not pip:
            run(arguments)
            packed(folder)  # the other program begins and ends here
        else:
            run(arguments)

    monkeypatch.setattr(packaging, "_run_pip", slow)
    assert "cards.py" in packed(folder)
    assert len(pip) == 2
    (packages,) = (tmp_path / "cache" / "poker-hands-consumer" / "packages").iterdir()
    assert (packages / "cards.py").is_file()


def test_packages_that_cannot_be_kept_are_not_taken_for_installed(
    tmp_path: Path, pip: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    folder = with_requirements(tmp_path / "source")
    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(PermissionError):
        packed(folder)
    assert pip


def test_packages_that_cannot_be_installed_are_a_problem_of_the_arguments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing = tmp_path / "python"
    failing.write_text("#!/bin/sh\necho 'ERROR: No matching distribution for x' >&2\nexit 1\n")
    failing.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(failing))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = with_requirements(tmp_path / "source")
    with pytest.raises(ArgumentsError, match=r"function\.code: .* No matching distribution for x"):
        source_archive("Orders", function(folder))
    assert not any((tmp_path / "cache" / "poker-hands-consumer" / "packages").iterdir())


def test_the_platform_of_packages_must_be_known(tmp_path: Path) -> None:
    later = pulumi.Output.from_input("python3.12")
    (problem,) = problems_of(with_requirements(tmp_path), runtime=later)
    assert problem.startswith("function.runtime and function.architecture")


def test_code_that_is_too_large_for_lambda_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write(tmp_path, "handler.py")
    with (folder / "faces.bin").open("wb") as file:  # a hole: it takes no space
        file.truncate(MOST_CODE - len("# handler.py\n") + 1)
    with pytest.raises(ArgumentsError) as refused:
        source_archive("Orders", function(folder))
    (problem,) = refused.value.problems
    assert problem.startswith("function.code must be at most 262,144,000 bytes")
    assert "got 262,144,001" in problem

    monkeypatch.setattr(archive, "MOST_CODE", MOST_CODE + 1)
    monkeypatch.setattr(archive, "MOST_ZIPPED", MOST_CODE + 1)
    source_archive("Orders", function(folder))


@pytest.mark.parametrize(("more", "fits"), [(-200, True), (200, False)])
def test_code_is_too_large_by_the_size_of_its_zip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: int, *, fits: bool
) -> None:
    monkeypatch.setattr(archive, "MOST_ZIPPED", 10_000)
    folder = write(tmp_path, "handler.py")
    (folder / "noise.bin").write_bytes(os.urandom(10_000 + more))
    (folder / "zeros.bin").write_bytes(bytes(100_000))
    if fits:
        source_archive("Orders", function(folder))
        return
    with pytest.raises(ArgumentsError, match=r"function\.code must be at most 10,000 bytes zipped"):
        source_archive("Orders", function(folder))


def test_an_archive_is_deployed_as_it_is(tmp_path: Path) -> None:
    code = pulumi.FileArchive(str(tmp_path / "code.zip"))
    args = FunctionArgs(code=code)
    assert source_problems(args) == []
    assert source_archive("Orders", args) is code
