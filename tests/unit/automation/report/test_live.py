from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from automation.report.live import PHASES, TerminalNarrator, bar
from automation.stack.events import ResourceStep
from tests.unit.automation.report.results import SETTINGS

QUEUE = ResourceStep(operation="create", type="aws:sqs/queue:Queue", name="Orders", done=False)


def test_in_a_pipe_each_phase_is_one_line_and_nothing_else_is_but_what_must_be_seen() -> None:
    output = io.StringIO()
    with TerminalNarrator(Console(file=output, width=40)) as narrator:
        narrator.settings(SETTINGS)
        for phase in PHASES:
            narrator.phase(phase)
            narrator.resource(QUEUE)
            narrator.waiting("9 of 9 processed")
        narrator.say("building the engine in /a/:x:/[red], which takes about seven minutes")

    lines = [re.sub(r"^ +[0-9.]+ s  ", "", line) for line in output.getvalue().splitlines()]
    assert lines == [
        *list(PHASES.values())[:4],
        "waiting for the outcome, 3 x 2 s of visibility timeouts",
        *list(PHASES.values())[5:],
        "building the engine in /a/:x:/[red], which takes about seven minutes",
    ]


def test_on_a_terminal_the_wait_shows_for_what_how_long_and_how_far() -> None:
    output = io.StringIO()
    console = Console(file=output, force_terminal=True, width=80)
    with TerminalNarrator(console) as narrator:
        narrator.settings(SETTINGS)
        narrator.phase("prove")
        narrator.waiting("9 of 9 processed, 0 of 1 dead-lettered")

    told = output.getvalue()
    assert "waiting 0 s  " in told
    assert "░|░░░░|░░░░ 3 x 2 s  9 of 9 processed, 0 of 1 dead-lettered" in told


@pytest.mark.parametrize(
    ("seconds", "count", "each", "drawn"),
    [
        (0, 3, 2, "----|----|---- 3 x 2 s"),
        (3, 3, 2, "####|##--|---- 3 x 2 s"),
        (99, 3, 2, "####|####|#### 3 x 2 s"),
        (30, 1, 60, "######------ 1 x 60 s"),
        (50, 100, 1, "######------ 100 x 1 s"),
        (1, 3, 0, "####|####|#### 3 x 0 s"),
    ],
)
def test_visibility_timeouts_are_drawn_as_one_part_each(
    seconds: float, count: int, each: int, drawn: str
) -> None:
    assert bar(seconds, count, each, ("#", "-")) == drawn


@pytest.mark.parametrize("width", [30, 60, 80])
def test_a_narrators_line_never_wraps(width: int) -> None:
    output = io.StringIO()
    console = Console(file=output, force_terminal=True, width=width, color_system=None)
    with TerminalNarrator(console) as narrator:
        narrator.settings(SETTINGS)
        narrator.phase("prove")
        narrator.waiting("9 of 9 processed, 0 of 1 dead-lettered; queue: 1 in flight; not yet: x")

    assert "waiting 0 s" in output.getvalue()
    for line in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "\n", output.getvalue()).splitlines():
        assert len(line) <= width


def test_a_narrator_leaves_the_terminals_cursor_as_it_was() -> None:
    output = io.StringIO()
    with TerminalNarrator(Console(file=output, force_terminal=True, width=60)) as narrator:
        narrator.phase("prove")
        narrator.waiting("\x1b[2J\x1b]0;owned\x07")

    told = output.getvalue()
    assert "waiting for the outcome" in told
    assert told.rindex("\x1b[?25h") > told.rindex("\x1b[?25l")  # shown again after it was hidden
    assert "\x1b]0;" not in told
    assert "\x1b[2J" not in told


@pytest.mark.parametrize(
    ("answer", "yes"), [("y\n", True), ("YES\n", True), ("n\n", False), ("\n", False), ("", False)]
)
def test_a_question_is_asked_without_the_status_line(
    monkeypatch: pytest.MonkeyPatch, answer: str, *, yes: bool
) -> None:
    output, terminal = io.StringIO(), io.StringIO(answer)
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", terminal)
    with TerminalNarrator(Console(file=output, force_terminal=True, width=60)) as narrator:
        narrator.phase("set up")
        assert narrator.ask("Deploy to [red]?") is yes

    told = output.getvalue()
    asked = told.index("Deploy to [red]? [y/N]")
    assert told.rindex("\x1b[?25h", 0, asked) > told.rindex("\x1b[?25l", 0, asked)


def test_without_a_terminal_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    output = io.StringIO()
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    with TerminalNarrator(Console(file=output)) as narrator:
        assert not narrator.ask("Deploy?")

    assert output.getvalue() == ""
