from __future__ import annotations

from pathlib import Path

import pytest

from automation.emulator.functions import OWN
from automation.source import check_source
from automation.stack.project import read_project
from automation.support.errors import UsageError
from automation.support.paths import CHECKOUT

PROJECT = """
name: orders
runtime: python
config:
  functionSource: {{type: string, default: code}}
  runtime: {{type: string, default: {runtime}}}
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text(PROJECT.format(runtime=OWN))
    (tmp_path / "code" / "inner").mkdir(parents=True)
    (tmp_path / "code" / "good.py").write_text("x = 1\n")
    return tmp_path


def test_this_checkouts_function_compiles() -> None:
    check_source(read_project(CHECKOUT), {"runtime": OWN}, {})


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (b"def f()\n", "line 1: expected ':'"),
        (b"x = 1\nreturn x\n", "line 2: 'return' outside function"),
        (b"x = '\xff'\n", "line 1: "),
        (b"x = 1\x00\n", "line 1: "),
    ],
)
def test_a_file_that_cannot_be_compiled_is_told_with_its_line(
    source: bytes, problem: str, program: Path
) -> None:
    broken = program / "code" / "inner" / "broken.py"
    broken.write_bytes(source)

    with pytest.raises(UsageError) as raised:
        check_source(read_project(program), {}, {})

    assert f"{broken}, {problem}" in str(raised.value)
    assert OWN in raised.value.hint


def test_hidden_files_are_not_deployed_so_they_are_not_compiled(program: Path) -> None:
    hidden = program / "code" / ".draft.py"
    hidden.write_text("def f(\n")

    check_source(read_project(program), {}, {})

    hidden.rename(program / "code" / "draft.py")
    with pytest.raises(UsageError, match=r"draft\.py, line 1"):
        check_source(read_project(program), {}, {})


def test_without_the_right_release_nothing_is_said_about_syntax(program: Path) -> None:
    (program / "code" / "broken.py").write_text("def f(\n")

    check_source(read_project(program), {"runtime": "python3.99"}, {})

    with pytest.raises(UsageError, match=r"broken\.py, line 1"):
        check_source(read_project(program), {"runtime": OWN}, {})


def test_a_program_that_does_not_say_where_its_source_is_is_let_be(program: Path) -> None:
    (program / "code" / "broken.py").write_text("def f(\n")
    with pytest.raises(UsageError, match=r"broken\.py, line 1"):
        check_source(read_project(program), {}, {})

    (program / "Pulumi.yaml").write_text("name: orders\nruntime: python\n")

    check_source(read_project(program), {}, {})


def test_a_source_that_is_given_with_the_projects_name_is_the_one_that_is_compiled(
    program: Path,
) -> None:
    (program / "other").mkdir()
    (program / "other" / "broken.py").write_text("def f(\n")

    with pytest.raises(UsageError, match=r"other/broken\.py, line 1"):
        check_source(read_project(program), {"orders:functionSource": "other"}, {})
