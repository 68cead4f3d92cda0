from __future__ import annotations

from pathlib import Path

import pytest

from automation.rehearsal import rehearse
from automation.stack.project import read_project
from automation.support.errors import UsageError
from automation.support.paths import CHECKOUT

PROJECT = """
name: orders
runtime: {runtime}
config:
  size: {{type: integer, default: 1}}
  tags: {{type: object, default: {{}}}}
"""
REFUSES = """
import os, pulumi
config = pulumi.Config()
assert not os.environ.get("AWS_SECRET_ACCESS_KEY")
if config.require_int("size") > 1 or config.require_object("tags"):
    raise pulumi.RunError(f"size must be 1; got {config.require('size')}")
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text(PROJECT.format(runtime="python"))
    (tmp_path / "__main__.py").write_text(REFUSES)
    return tmp_path


@pytest.mark.parametrize("given", [{"size": 2}, {"tags": {"a": "b"}}])
def test_what_a_program_refuses_is_told_in_its_words(
    program: Path, given: dict[str, object]
) -> None:
    with pytest.raises(UsageError, match="size must be 1; got"):
        rehearse(read_project(program), given, {"AWS_SECRET_ACCESS_KEY": "secret"})


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("import pulumi\npulumi.export('a', 1)\n", id="it refuses nothing"),
        pytest.param("raise ValueError('only with the real thing')\n", id="it fails otherwise"),
        pytest.param("import missing_module\n", id="it cannot run here"),
    ],
)
def test_all_else_is_left_to_the_deployment(program: Path, source: str) -> None:
    with pytest.raises(UsageError, match="size must be 1"):
        rehearse(read_project(program), {"size": 2}, {})

    (program / "__main__.py").write_text(source)

    rehearse(read_project(program), {"size": 2}, {})


def test_a_program_in_another_language_is_left_to_the_deployment(program: Path) -> None:
    with pytest.raises(UsageError, match="size must be 1"):
        rehearse(read_project(program), {"size": 2}, {})

    (program / "Pulumi.yaml").write_text(PROJECT.format(runtime="nodejs"))

    rehearse(read_project(program), {"size": 2}, {})


def test_this_checkouts_program_refuses_what_aws_would_refuse() -> None:
    with pytest.raises(UsageError, match="batchSize must be a whole number"):
        rehearse(read_project(CHECKOUT), {"batchSize": 0}, {})
    rehearse(read_project(CHECKOUT), {"batchSize": 1}, {})
