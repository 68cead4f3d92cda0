from __future__ import annotations

from dataclasses import replace

from automation.pytest_plugin.sections import (
    MOST_CHARACTERS,
    MOST_LINES,
    dead_letters_section,
    log_section,
    messages_section,
    short,
)
from tests.unit.automation.report.results import observation


def test_of_a_long_log_the_last_lines_are_shown() -> None:
    lines = [str(number) for number in range(MOST_LINES + 2)]

    first, *rest = log_section(lines).splitlines()

    assert first == "(2 earlier lines are left out)"
    assert rest == lines[2:]
    assert log_section(lines[2:]).splitlines() == lines[2:]


def test_empty_sections_say_that_they_are_empty() -> None:
    assert log_section([]) == "nothing was logged"
    assert dead_letters_section(replace(observation(), dead_letters=())) == "empty"


def test_a_long_body_is_cut() -> None:
    assert short("x" * MOST_CHARACTERS) == "x" * MOST_CHARACTERS
    assert short("x" * (MOST_CHARACTERS + 1)) == "x" * MOST_CHARACTERS + "…"


def test_a_message_that_is_nowhere_is_lost() -> None:
    seen = replace(observation(log=[]), dead_letters=())

    assert "lost, its id is not in the log" in messages_section(seen, exact_receives=True)
