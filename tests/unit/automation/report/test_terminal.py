from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console
from rich.table import Table

from automation.observe.observation import LogEvent, QueueDepth
from automation.report.printing import print_result
from automation.report.result import RunResult
from automation.report.terminal import make_console, print_error, print_table, printable
from automation.scenario.model import Message, Scenario
from automation.support.errors import EngineFailedError, Interrupted
from tests.unit.automation.report.results import (
    BEGAN,
    GOOD,
    PASSED,
    POISON,
    RAISED,
    STREAMS,
    events,
    failed,
    invocation,
    observation,
    raised,
    seen,
    verdict,
)

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
FAIL = "FAIL m-1 receive="
NASTY = "\x1b[2J\x1b]0;owned\x07 \x9b31m \r\b\x00 \u202edlrow"


def shown(result: RunResult, width: int = 120) -> str:
    output = io.StringIO()
    print_result(result, Console(file=output, width=width, highlight=False))
    return output.getvalue()


def on_terminal(result: RunResult, width: int, height: int = 40) -> str:
    """What a person sees who did not ask for --log, without colours."""
    output = io.StringIO()
    console = Console(
        file=output, width=width, height=height, force_terminal=True, color_system=None
    )
    print_result(result, console, whole=False)
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
    table = words(shown(PASSED).split("\nMessages\n")[1])

    assert '1 processed 1 try, at 0.5 s {"n": 1} 2' in table
    assert "2 dead-lettered 3 tries, at 0.5, 2.5 and 4.5 s poison" in table


def test_a_message_that_was_never_received_is_told_as_such() -> None:
    assert '1 lost no try logged {"n": 1}' in words(shown(failed()))


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


# What a person sees.


def interrupted() -> RunResult:
    return replace(failed(), concluded=False, error=Interrupted(2, "SIGINT"))


@pytest.mark.parametrize(
    ("result", "last"),
    [
        (PASSED, "PASSED in 2.7 s: 1 processed, 1 dead-lettered, everything deleted"),
        (failed(), "FAILED in 2.7 s: 1 of 10 checks failed (processed)"),
        (
            raised(),
            (
                "FAILED in 2.7 s: the function raised ValueError: boom, so the whole batch failed: "
                "correct it, or catch it and return the message's id in batchItemFailures"
            ),
        ),
        (interrupted(), "INTERRUPTED in 2.7 s: not proved"),
    ],
    ids=["passed", "failed", "raised", "interrupted"],
)
@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_last_words_are_the_result_and_why(result: RunResult, last: str, width: int) -> None:
    assert words(on_terminal(result, width)).endswith(last)


def test_the_header_names_project_stack_target_and_the_settings_in_effect() -> None:
    header = shown(PASSED).split("\nLog ")[0]

    assert header.splitlines()[:2] == [
        "poker-hands-consumer / run-0123abcd",
        "on MiniStack 1.5.33 at http://127.0.0.1:4566",
    ]
    for setting in (
        "functionTimeout 1 s",
        "visibilityTimeout 2 s",
        "maxReceiveCount 3",
        "batchSize 10",
        "memorySize 128 MB",
    ):
        assert setting in header


def test_a_stack_that_was_not_destroyed_is_said_to_stand() -> None:
    assert shown(replace(PASSED, leftovers=None)).endswith(", the stack stands\n")


def test_a_log_of_many_invocations_is_folded_into_what_fits() -> None:
    log = [each for _ in range(30) for each in events()]
    many = [
        replace(each, text=each.text.replace("-0000-", f"-{n // 4:04}-"))
        for n, each in enumerate(log)
    ]

    folded = on_terminal(seen(log=many), 80, 40).split("Log ")[1].split("\nMessages\n")[0]

    assert len(folded.splitlines()) < 25
    assert "invocations in all" in folded


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_poison_row_is_whole_with_its_reason_at_any_width(width: int) -> None:
    scenario = Scenario(
        name="long",
        messages=(Message(body="x" * 200 + "the word", fate="dead-lettered", log=POISON.log),),
        invocation=None,
    )
    result = seen(scenario, [e for n in (1, 2, 3) for e in invocation(n, f"[ERROR] {FAIL}{n}")])

    table = on_terminal(result, width).split("\nMessages\n")[1].split("\nChecks\n")[0]

    assert "x" * 200 + "theword" in re.sub(r"\s", "", table)
    assert "FAIL m-1 receive=3" in table


def test_on_a_terminal_an_invocation_is_folded_into_a_line_and_its_errors() -> None:
    log = on_terminal(PASSED, 80).split("Log ")[1].split("\nMessages\n")[0].splitlines()

    assert log[1:] == [
        "| START … REPORT 00000000: 2 records, 6 lines, 8.21 ms",
        "| [ERROR] FAIL m-2 receive=1",
        "| START … REPORT 00000000: 1 record, 5 lines, 8.21 ms",
        "| [ERROR] FAIL m-2 receive=2",
        "| START … REPORT 00000000: 1 record, 5 lines, 8.21 ms",
        "| [ERROR] FAIL m-2 receive=3",
        "  (folded; the whole log: --log)",
    ]


def test_of_many_messages_a_terminal_shows_what_fits_the_failed_ones_first() -> None:
    many = (*[GOOD] * 500, replace(GOOD, body="the one"))
    log = list(invocation(1, *(f"[INFO] done m-{n} receive=1" for n in range(501))))

    output = on_terminal(seen(Scenario(name="many", messages=many, invocation=None), log), 80, 24)

    assert "501  lost" in output
    assert "and 477 more messages (all of them: --log)" in output
    assert len(output.splitlines()) < 80


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize(
    "result", [PASSED, failed(), raised(), interrupted()], ids=["ok", "failed", "raised", "stopped"]
)
def test_on_a_terminal_no_line_but_the_functions_is_too_long(result: RunResult, width: int) -> None:
    for line in on_terminal(result, width).splitlines():
        assert len(line) <= width or line.startswith("| "), line


def test_when_the_function_raises_the_cause_comes_first_and_is_told_once() -> None:
    output = on_terminal(raised(), 120)

    told = output.split("\nCause ")[1].split("\nMessages\n")
    what, _, lines = told[0].partition("\nin 3")
    assert " ".join(what.split()) == (
        "the function raised ValueError: boom, so the whole batch failed: correct it, or catch it "
        "and return the message's id in batchItemFailures"
    )
    assert f"in 3{lines}".splitlines() == [
        "in 3 of 3 invocations; the first:",
        *(f"| {line}" for line in RAISED),
    ]
    failures = [line for line in told[1].splitlines() if "m-1" in line]
    assert len(failures) <= 2  # one for each check that failed, not one for each message


def test_a_long_traceback_shows_its_first_and_last_lines_and_how_many_there_are_between() -> None:
    frames = [f'  File "handler.py", line {number}, in f' for number in range(20)]
    log = invocation(1, RAISED[0], *frames, RAISED[-1])

    told = on_terminal(seen(log=log), 120).split("; the first:\n")[1].split("\n\n")[0]
    lines = [line.removeprefix("| ") for line in told.splitlines()]
    assert lines == [RAISED[0], "  … 9 more lines", *frames[-11:], RAISED[-1]]


@pytest.mark.parametrize("width", [60, 80])
def test_no_problem_and_no_error_is_cut_on_a_narrow_terminal(width: int) -> None:
    told = " ".join(on_terminal(raised(), width).split())
    assert "'done {message_id} receive={receive}' was never logged" in told

    reason = "chip_delta must be int, got str, which is a long reason for a narrow terminal"
    log = invocation(1, f"[ERROR] FAIL m-2 receive=1 reason={reason}")
    assert reason in " ".join(on_terminal(seen(log=log), width).replace("|", " ").split())


def test_a_message_that_met_another_fate_is_shown_with_its_own_log_lines() -> None:
    log = [event for event in events("[INFO] m-1 is looked at") if "done m-1" not in event.text]

    output = on_terminal(seen(log=log), 80)

    assert (
        "Message 1 m-1\nis lost, expected processed; its log lines:\n| [INFO] m-1 is looked at\n"
    ) in output
    assert "lost           expected line never logged" in output


def test_a_message_whose_receives_the_scenario_does_not_name_is_not_logged() -> None:
    silent = Message(body="s", fate="dead-lettered", log=None)

    output = shown(seen(Scenario(name="s", messages=(silent,), invocation=None), invocation(1)))

    assert "1  dead-lettered  not logged\n" in output


def test_an_interrupted_run_says_not_proved_where_it_could_not_tell() -> None:
    output = words(on_terminal(interrupted(), 80))

    assert "not proved all 1 good" not in output
    assert "not proved the good message was processed and logged" in output
    assert "FAIL the good" not in output
    assert "ok the queue is empty" in output


def test_of_a_run_that_is_interrupted_early_each_pending_message_is_one_row() -> None:
    busy = replace(observation(log=[]), source=QueueDepth(visible=0, in_flight=2, delayed=0))
    busy = replace(busy, dead_letters=())
    stopped = replace(interrupted(), events=(), verdict=verdict(busy))

    output = on_terminal(stopped, 60)

    assert '\n1  pending  no try logged  {"n": 1}\n2  pending  no try logged  poison\n' in output
    assert "  nothing was logged\n" in output


def test_what_is_left_after_an_interrupt_is_a_failure_all_the_same() -> None:
    assert "FAIL everything was deleted" in words(
        shown(replace(interrupted(), leftovers=("queue q",)))
    )


def test_without_colours_every_word_is_still_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    output = io.StringIO()

    print_result(failed(), Console(file=output, width=80, force_terminal=True), whole=False)

    assert not re.search("\x1b\\[[0-9;]*3[0-9]m", output.getvalue())
    assert "FAIL" in output.getvalue()


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


def test_a_body_cannot_steer_the_terminal_nor_forge_a_row() -> None:
    body = f"{NASTY}\n2 forged processed 1 at +0.0 s"
    scenario = Scenario(
        name="nasty",
        messages=(Message(body=body, fate="processed", log="never logged"),),
        invocation=None,
    )
    output = shown(seen(scenario))

    assert not CONTROL.search(output)
    rows = output.split("\nMessages\n")[1].split("\n\n")[0].splitlines()
    assert [row[:1] for row in rows] == ["1", " "]


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
    judged = PASSED.verdict
    assert judged is not None

    output = shown(replace(PASSED, verdict=replace(judged, notes=("[red]twice[/] \x1b[2J",))))

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
    assert output.rstrip().endswith("ERROR in 2.7 s: not proved")


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


def test_what_the_target_did_otherwise_is_noted() -> None:
    text = shown(replace(PASSED, notes=("the function ran under python3.11",)))

    assert "note  the function ran under python3.11" in text


# Tables.

NAME = "http://127.0.0.1:4566/000000000000/" + "PokerHandsQueue" * 20
PROSE = "a run of another machine"


def table_of(*rows: tuple[str, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("name", "whose", "age"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def test_in_a_pipe_no_name_is_split_and_no_line_ends_with_blanks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_table(table_of((NAME, PROSE, "5 min"), ("dev", "yours", "")), make_console(), names=(0,))

    heading, long, short = capsys.readouterr().out.splitlines()
    assert heading.split() == ["name", "whose", "age"]
    assert long == f"{NAME}  {PROSE}  5 min"
    assert short == f"{'dev':{len(NAME)}}  yours"


def test_in_a_pipe_no_sentence_is_split(capsys: pytest.CaptureFixture[str]) -> None:
    sentence = " ".join(["word"] * 100)

    make_console().print(sentence)

    assert capsys.readouterr().out == f"{sentence}\n"


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (60, [f"run-0123abcd  {PROSE}  5 min"]),
        (
            32,
            ["run-0123abcd  a run of     5 min", "              another", "              machine"],
        ),
        (
            24,
            [
                "run-0123ab  a run    5",
                "cd          of       min",
                "            another",
                "            machine",
            ],
        ),
    ],
)
def test_on_a_narrow_terminal_prose_is_folded_before_names(width: int, lines: list[str]) -> None:
    output = io.StringIO()
    console = Console(file=output, width=width, force_terminal=True, color_system=None)

    print_table(table_of(("run-0123abcd", PROSE, "5 min")), console, names=(0,))

    _heading, *shown = output.getvalue().splitlines()
    assert [line.rstrip() for line in shown] == lines
    assert all(len(line) <= width for line in shown)
