"""docs/arguments.md says what the code says."""

from __future__ import annotations

import dataclasses

from components.limits import LIMITS
from tests.unit.components.arguments_page import GROUPS, ON_AWS_ONLY, PAGE, page


def test_the_page_is_as_the_code_is() -> None:
    command = "python -m tests.unit.components.arguments_page"
    assert PAGE.read_text(encoding="utf-8") == page(), f"run {command}"


def test_every_argument_has_a_row_and_a_rule() -> None:
    arguments = {
        f"{group}.{field.name}"
        for group, fields in GROUPS.items()
        for field in dataclasses.fields(fields)
    }
    assert arguments - {"function.code"} == LIMITS.keys() - {"tags"}
    assert ON_AWS_ONLY.keys() <= arguments
    for argument in arguments:
        assert f"| `{argument.partition('.')[2]}` |" in page()
