from __future__ import annotations

from pathlib import Path

import pytest

from automation.stack import programs
from automation.stack.programs import find_program, program_option
from automation.support.errors import UsageError
from automation.support.paths import CHECKOUT


@pytest.fixture
def program(tmp_path: Path) -> Path:
    folder = tmp_path / "orders"
    (folder / "function").mkdir(parents=True)
    (folder / "Pulumi.yaml").write_text("name: orders\nruntime: python\n")
    return folder


def test_a_program_that_is_named_is_taken_wherever_one_is(program: Path) -> None:
    assert find_program(program, CHECKOUT, stack="dev") == program


def test_a_name_may_be_relative(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(program.parent)

    assert find_program(Path("orders"), Path.cwd()) == program


def test_a_folder_without_a_program_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"is not a Pulumi program: it has no Pulumi\.yaml"):
        find_program(tmp_path, CHECKOUT)


@pytest.mark.parametrize("here", [".", "function"])
@pytest.mark.parametrize("stack", [None, "dev"])
def test_the_program_of_the_working_folder_is_that_of_pulumi(
    here: str, stack: str | None, program: Path
) -> None:
    assert find_program(None, program / here, stack=stack) == program


def test_outside_of_any_program_a_run_deploys_this_checkouts(tmp_path: Path) -> None:
    assert find_program(None, tmp_path) == CHECKOUT


def test_outside_of_any_program_a_stack_is_not_taken_for_this_checkouts(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not known whose stack dev is") as raised:
        find_program(None, tmp_path, stack="dev")

    assert "--program DIR" in raised.value.hint


def test_an_installed_automation_has_no_program_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "CHECKOUT", tmp_path / "site-packages")

    with pytest.raises(UsageError, match="is not in a Pulumi program"):
        find_program(None, tmp_path)


def test_a_command_to_type_names_the_program_unless_it_is_found_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = tmp_path / "my program" / "function"
    inside.mkdir(parents=True)
    program = inside.parent

    monkeypatch.chdir(inside)
    assert program_option(program) == ""
    monkeypatch.chdir(tmp_path)
    assert program_option(program) == f" --program '{program}'"
    assert program_option(CHECKOUT) == ""
