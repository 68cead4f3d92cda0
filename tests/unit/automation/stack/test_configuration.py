from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from automation.ephemeral import configuration_for
from automation.stack.configuration import (
    StackPlan,
    check_configuration,
    write_configuration,
)
from automation.stack.project import read_project
from automation.support.errors import UsageError
from automation.support.paths import CHECKOUT
from tests.unit.automation.stack.examples import RECORD

BARE = "name: orders\nruntime: python\n"
OF_TARGET = {"functionTimeout": 1, "visibilityTimeout": 2, "aws:region": "us-east-1"}
TAGS = {"project": "orders", "stack": "run-1", "expires-at": "2026-04-15T12:00:00Z"}


@pytest.fixture
def program(tmp_path: Path) -> Path:
    folder = tmp_path / "program"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text(BARE)
    return folder


def written(program: Path, folder: Path, **configuration: Any) -> tuple[Any, Any]:
    plan = StackPlan(
        record=RECORD,
        folder=folder / "run",
        configuration=configuration,
        finish_by_hand="",
        project=read_project(program),
    )
    write_configuration(plan)
    stack = json.loads((plan.folder / "Pulumi.run-1.yaml").read_text())
    return json.loads((plan.folder / "Pulumi.yaml").read_text()), stack["config"]


def test_a_project_of_two_lines_runs_from_its_own_folder_with_this_processs_packages(
    program: Path, tmp_path: Path
) -> None:
    project, configuration = written(program, tmp_path, batchSize=1)

    assert project["main"] == str(program)
    assert project["runtime"] == {
        "name": "python",
        "options": {"toolchain": "pip", "virtualenv": sys.prefix},
    }
    assert configuration == {"orders:batchSize": 1}


def test_a_projects_own_main_and_options_are_kept(program: Path, tmp_path: Path) -> None:
    (program / "Pulumi.yaml").write_text(
        "name: orders\nmain: infra\nstackConfigDir: stacks\n"
        "runtime: {name: python, options: {toolchain: uv, virtualenv: env, typechecker: mypy}}\n"
    )

    project, _ = written(program, tmp_path)

    assert project["main"] == str(program / "infra")
    assert "stackConfigDir" not in project
    assert project["runtime"]["options"] == {
        "toolchain": "pip",
        "virtualenv": sys.prefix,
        "typechecker": "mypy",
    }


def test_declared_keys_are_read_with_and_without_the_projects_name(program: Path) -> None:
    assert tuple(read_project(program).types) == ()
    (program / "Pulumi.yaml").write_text(
        f"{BARE}config:\n  orders:tags: {{}}\n  size: 1\n  aws:region: x\n"
    )
    assert tuple(read_project(program).types) == ("tags", "size", "aws:region")
    assert "tags" in read_project(CHECKOUT).types


def test_a_project_that_declares_nothing_takes_any_key_and_one_that_declares_refuses_others(
    program: Path,
) -> None:
    check_configuration({"anything": 1}, read_project(program))
    (program / "Pulumi.yaml").write_text(f"{BARE}config:\n  size: 1\n")
    check_configuration({"size": 1, "aws:region": "x"}, read_project(program))
    with pytest.raises(UsageError, match="no configuration key anything"):
        check_configuration({"anything": 1}, read_project(program))


@pytest.mark.parametrize(
    ("text", "problem"),
    [(None, "cannot be read"), ("{", "cannot be read"), ("name: x", "no name or no runtime")],
)
def test_a_folder_that_is_no_project_is_refused(
    program: Path, text: str | None, problem: str
) -> None:
    (program / "Pulumi.yaml").unlink()
    if text is not None:
        (program / "Pulumi.yaml").write_text(text)

    with pytest.raises(UsageError, match=problem) as raised:
        check_configuration({}, read_project(program))

    assert raised.value.hint


def test_a_program_gets_of_the_targets_configuration_what_it_declares() -> None:
    declared = ("visibilityTimeout", "tags")

    assert configuration_for(declared, OF_TARGET, {"tags": {"team": "x"}}, TAGS) == {
        "visibilityTimeout": 2,
        "aws:region": "us-east-1",
        "tags": {"team": "x", **TAGS},
    }


def test_a_program_without_declarations_gets_the_region_and_what_is_given() -> None:
    assert configuration_for((), OF_TARGET, {"size": 1, "tags": {}}, TAGS) == {
        "aws:region": "us-east-1",
        "size": 1,
        "tags": {},
    }


def test_what_is_given_overrides_the_target() -> None:
    configuration = configuration_for(("functionTimeout",), OF_TARGET, {"functionTimeout": 9}, TAGS)

    assert configuration == {"functionTimeout": 9, "aws:region": "us-east-1"}


@pytest.mark.parametrize(
    ("given", "visibility"),
    [
        ({"functionTimeout": 9}, 18),
        ({"orders:functionTimeout": 9}, 18),
        ({"functionTimeout": 9, "visibilityTimeout": 9}, 9),
        ({"functionTimeout": 0}, 2),
        ({"functionTimeout": "nine"}, 2),
        ({}, 2),
    ],
)
def test_the_visibility_timeout_grows_with_the_functions_unless_it_is_given(
    given: dict[str, object], visibility: int
) -> None:
    declared = ("functionTimeout", "visibilityTimeout")

    assert configuration_for(declared, OF_TARGET, given, {})["visibilityTimeout"] == visibility


@pytest.mark.parametrize("tags", ["team=x", ["team"], 1, None])
def test_tags_that_are_no_object_are_an_error(tags: object) -> None:
    with pytest.raises(UsageError, match="tags must be an object; got ") as raised:
        configuration_for(("tags",), OF_TARGET, {"tags": tags}, TAGS)

    assert "--config 'tags={" in raised.value.hint
