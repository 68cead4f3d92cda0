from __future__ import annotations

import io

import pytest
from rich.console import Console

from automation.report.live import PHASES, TerminalNarrator


def test_a_narrator_is_quiet_in_a_pipe_but_for_what_must_be_seen() -> None:
    output = io.StringIO()
    with TerminalNarrator(Console(file=output, width=40)) as narrator:
        for phase in PHASES:
            narrator.phase(phase)
        narrator.waiting("9 of 9 processed")
        narrator.say("building the engine in /a/:x:/[red], which takes about seven minutes")

    assert output.getvalue() == (
        "building the engine in /a/:x:/[red], which takes about seven minutes\n"
    )


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
