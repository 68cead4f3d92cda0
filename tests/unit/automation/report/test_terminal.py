from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from automation.observe.observation import LogEvent
from automation.report.result import RunResult
from automation.report.terminal import (
    make_console,
    print_error,
    print_result,
    printable,
)
from automation.scenario.model import Message, Scenario
from automation.support.errors import EngineFailedError, Interrupted
from tests.unit.automation.report.results import BEGAN, PASSED, STREAMS, events, failed, seen

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
NASTY = "\x1b[2J\x1b]0;owned\x07 \x9b31m \r\b\x00 \u202edlrow"


def shown(result: RunResult, width: int = 120) -> str:
    output = io.StringIO()
    print_result(result, Console(file=output, width=width, highlight=False))
    return output.getvalue()


def words(text: str) -> str:
    return " ".join(text.split())


def test_the_log_pull_shows_every_line_of_every_stream_from_start_to_report_in_order() -> None:
    log = shown(PASSED).split("Log ")[1].split("\nMessages\n")[0].splitlines()

    assert log[0] == "/aws/lambda/PokerHandsConsumer-1234567"
    expected = []
    for stream in STREAMS:
        expected += [f"=== {stream} ==="]
        of_stream = [event.text for event in events() if event.stream == stream]
        expected += ["| " + text.rstrip().replace("\t", "  ") for text in of_stream]
    assert [line for line in log[1:] if line] == expected


def test_a_stream_is_named_again_when_another_one_stood_between() -> None:
    log = [
        LogEvent(timestamp=BEGAN, stream=stream, text=f"line {number}")
        for number, stream in enumerate(["a", "a", "b", "a"])
    ]

    assert re.findall(r"=== (\w) ===", shown(replace(PASSED, events=tuple(log)))) == ["a", "b", "a"]


def test_each_message_is_told_with_its_fate_and_the_times_of_its_receives() -> None:
    rows = [words(line) for line in shown(PASSED).split("\nMessages\n")[1].splitlines()]

    assert '1 processed 1 at +0.5 s {"n": 1}' in rows
    assert "2 dead-lettered 3 at +0.5, 2.5, 4.5 s poison" in rows


def test_a_message_that_was_never_received_is_told_as_such() -> None:
    assert '1 lost none seen {"n": 1}' in words(shown(failed()))


def test_a_check_that_failed_shows_what_was_expected_and_what_was_seen() -> None:
    result = failed()
    check = next(check for check in result.checks if not check.passed)

    output = words(shown(result))

    assert f"FAIL {check.expected} {words(check.actual)}" in output
    assert "m-1" in check.actual
    assert "FAILED in 2.7 s" in output


def test_a_leftover_is_named() -> None:
    output = shown(replace(PASSED, leftovers=("queue http://127.0.0.1/0/forgotten",)))

    assert "queue http://127.0.0.1/0/forgotten is left" in output
    assert "FAILED" in output


@pytest.mark.parametrize("result", [PASSED, failed()], ids=["passed", "failed"])
def test_a_narrow_terminal_loses_no_word_of_a_check(result: RunResult) -> None:
    narrow = words(shown(result, width=40))

    assert result.checks
    for check in result.checks:
        assert words(check.expected) in narrow
        if not check.passed:
            assert words(check.actual).replace(" ", "") in narrow.replace(" ", "")


@pytest.mark.parametrize("result", [PASSED, failed()], ids=["passed", "failed"])
def test_nothing_but_text_goes_into_a_pipe(
    result: RunResult, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)

    print_result(result, make_console())

    output = capsys.readouterr().out
    assert result.outcome.upper() in output
    assert not CONTROL.search(output)


def test_a_log_line_cannot_steer_the_terminal() -> None:
    output = shown(seen(log=events(f"[ERROR] {NASTY}")))

    assert not CONTROL.search(output)
    assert r"[ERROR] \x1b[2J\x1b]0;owned\x07" in output


def test_a_traceback_in_the_log_keeps_its_lines() -> None:
    output = shown(seen(log=events("[ERROR] KeyError: 'a'\nTraceback:\n  File x")))

    assert "| [ERROR] KeyError: 'a'\n| Traceback:\n|   File x\n" in output


def test_a_line_of_the_function_cannot_pass_for_one_of_the_report() -> None:
    output = shown(seen(log=events("x\nChecks\n  ok  everything\n\nPASSED in 1.0 s")))

    assert "| PASSED in 1.0 s" in output.splitlines()
    assert "PASSED in 1.0 s" not in output.splitlines()


def test_a_body_cannot_steer_the_terminal_nor_take_more_than_its_row() -> None:
    body = f"{NASTY}\n2 forged processed 1 at +0.0 s"
    scenario = Scenario(
        name="nasty",
        messages=(Message(body=body, fate="processed", log="never logged"),),
        invocation=None,
    )
    output = shown(seen(scenario))

    assert not CONTROL.search(output)
    table = output.split("\nMessages\n")[1].split("\nChecks\n")[0].strip().splitlines()
    assert len(table) == 2


def test_markup_in_a_body_or_a_line_is_shown_to_the_letter() -> None:
    scenario = Scenario(
        name="markup",
        messages=(Message(body="[red]hi[/]:x:", fate="processed", log="never logged"),),
        invocation=None,
    )

    output = shown(seen(scenario, log=events("[bold]x[/bold] :x:")))

    assert "[red]hi[/]:x:" in output
    assert "[bold]x[/bold] :x:" in output


def test_a_note_is_shown_to_the_letter() -> None:
    verdict = PASSED.verdict
    assert verdict is not None

    output = shown(replace(PASSED, verdict=replace(verdict, notes=("[red]twice[/] \x1b[2J",))))

    assert r"[red]twice[/] \x1b[2J" in output


def test_a_stack_that_was_kept_says_how_to_destroy_it() -> None:
    commands = ("python -m automation exec -- pulumi destroy " + "x" * 100, "and then :x: [red]")

    output = shown(replace(PASSED, leftovers=None, finish=commands), width=40)

    for command in commands:
        assert f"  {command}\n" in output  # on one line, to be copied
    assert "PASSED" in output


def test_an_error_tells_what_happened_and_the_next_step_before_the_outcome() -> None:
    error = EngineFailedError("could not deploy:\nno such thing", hint="try this")

    output = shown(replace(PASSED, verdict=None, events=(), leftovers=None, error=error))

    assert "error: could not deploy:\nno such thing\nnext: try this\n" in output
    assert output.rstrip().endswith("ERROR in 2.7 s")


def test_an_interrupted_run_says_so() -> None:
    output = shown(replace(PASSED, error=Interrupted(2, "SIGINT")))

    assert "interrupted by SIGINT" in output
    assert "INTERRUPTED" in output


def test_the_words_of_an_error_cannot_steer_the_terminal() -> None:
    output = io.StringIO()

    print_error(EngineFailedError(NASTY, hint=NASTY), Console(file=output, force_terminal=False))

    assert not CONTROL.search(output.getvalue())


@pytest.mark.parametrize(
    ("text", "shown_as"),
    [
        ("plain é 漢 ♠", "plain é 漢 ♠"),
        ("two\nlines", "two\nlines"),
        ("a\tb", "a  b"),
        ("\x1b[0m", r"\x1b[0m"),
        ("\ud800", r"\ud800"),
        ("\u2028", r"\u2028"),
        ("back\\slash 'quote'", "back\\slash 'quote'"),
    ],
)
def test_only_what_could_steer_a_terminal_is_spelt_out(text: str, shown_as: str) -> None:
    assert printable(text) == shown_as
