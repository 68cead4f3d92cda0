from __future__ import annotations

from pathlib import Path

import pulumi
import pytest

from components.archive import source_archive, source_problems

HANDLER = "handler.lambda_handler"


def write(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {name}\n")
    return folder


def packed(folder: Path) -> dict[str, str]:
    """Map each path in the archive to the file's text, in the archive's order."""
    assets = source_archive(folder).assets
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
    assert source_problems(write(tmp_path, "handler.py"), HANDLER) == []


@pytest.mark.parametrize(
    ("module", "handler"),
    [
        ("cards/table.py", "cards.table.consume"),
        ("cards/table.py", "cards/table.consume"),
        ("cards/__init__.py", "cards.consume"),
    ],
)
def test_a_handler_may_live_in_a_package(tmp_path: Path, module: str, handler: str) -> None:
    assert source_problems(write(tmp_path, module), handler) == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    (problem,) = source_problems(tmp_path / "nowhere", HANDLER)
    assert "nowhere" in problem


def test_a_file_is_not_accepted_as_the_folder(tmp_path: Path) -> None:
    (problem,) = source_problems(write(tmp_path, "handler.py") / "handler.py", HANDLER)
    assert "must be a folder" in problem


def test_a_folder_with_only_caches_has_no_source(tmp_path: Path) -> None:
    (problem,) = source_problems(write(tmp_path, "__pycache__/handler.pyc"), HANDLER)
    assert "has none" in problem


def test_a_folder_without_the_handlers_module_is_rejected(tmp_path: Path) -> None:
    (problem,) = source_problems(write(tmp_path, "consumer.py"), HANDLER)
    assert "handler.py" in problem


def test_a_handler_that_is_not_known_yet_is_not_checked(tmp_path: Path) -> None:
    later = pulumi.Output.from_input("elsewhere.f")
    assert source_problems(write(tmp_path, "handler.py"), later) == []


def test_a_folder_that_cannot_be_read_is_a_problem_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "/secret")

    monkeypatch.setattr(Path, "rglob", refuse)

    (problem,) = source_problems(tmp_path, "handler.handle")

    assert problem.startswith("function_source must be a folder that can be read; ")
    assert "/secret" in problem
