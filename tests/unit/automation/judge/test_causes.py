from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from automation.judge.verdict import Verdict, judge
from automation.observe.observation import LogEvent
from automation.scenario.model import Message, Scenario
from tests.unit.automation.report.results import SCENARIO, all_dead, events, invocation, observation

FIXTURES = Path(__file__).parents[1] / "observe" / "fixtures"

RAISED = (
    "Traceback (most recent call last):",
    '  File "handler.py", line 10, in lambda_handler',
    "ValueError: boom",
)
CAUGHT = ("[ERROR] caught it", *RAISED)


def judged(*batches: tuple[str, ...], scenario: Scenario = SCENARIO) -> Verdict:
    """The verdict when each batch logged these lines and every message was dead-lettered."""
    log = [
        event
        for number, lines in enumerate(batches, start=1)
        for event in invocation(number, *lines)
    ]
    seen = observation(scenario, log)
    return judge(scenario, all_dead(seen), exact_receives=True)


def test_an_exception_that_nobody_catches_is_the_one_cause_with_its_traceback() -> None:
    (cause,) = judged(RAISED, RAISED, ()).causes

    assert str(cause) == (
        "the function raised ValueError: boom, so the whole batch failed: correct it, or catch it "
        "and return the message's id in batchItemFailures"
    )
    assert cause.times == 2
    assert cause.line.message == "ValueError: boom"
    assert cause.line.detail == RAISED


DENIED = (
    "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the "
    "SendMessage operation: not allowed"
)


@pytest.mark.parametrize(
    ("message", "what", "advice"),
    [
        (DENIED, f"the function raised {DENIED}", "allow that in the policy of its role"),
        (
            f"Oops: {'x' * 300}",
            f"the function raised Oops: {'x' * 194}…",
            "correct it, or catch it",
        ),
        (
            "Runtime.HandlerNotFound: Handler 'handel' missing on module 'orders'",
            "the function could not be loaded (Runtime.HandlerNotFound: Handler 'handel' missing",
            "correct the handler, which is module.function",
        ),
        (
            "Runtime.ImportModuleError: Unable to import module 'order': No module named 'order'",
            "the function could not be loaded",
            "correct the handler, or put that module into the function's folder",
        ),
        (
            "Runtime.ImportModuleError: Unable to import module 'orders': No module named 'rich'",
            "the function could not be loaded",
            "put that module into the function's folder, or its package into requirements.txt",
        ),
        (
            "Runtime.UserCodeSyntaxError: Syntax error in module 'orders': expected ':'",
            "the function could not be loaded",
            "correct its source",
        ),
    ],
)
def test_what_to_do_depends_on_what_was_raised(message: str, what: str, advice: str) -> None:
    (cause,) = judged((*RAISED[:2], message)).causes

    assert cause.what.startswith(what)
    assert cause.advice.startswith(advice)


def test_one_exception_with_a_message_of_its_own_each_time_is_one_cause() -> None:
    (cause,) = judged(RAISED, (*RAISED[:2], "ValueError: bang")).causes

    assert (cause.what, cause.times) == ("the function raised ValueError: boom", 2)


def test_an_exception_that_the_function_logs_and_raises_again_is_a_cause() -> None:
    (cause,) = judged((*CAUGHT, *RAISED), (*RAISED, *RAISED)).causes

    assert cause.what == "the function raised ValueError: boom"
    assert cause.times == 2  # invocations


def test_an_exception_that_it_logs_with_the_one_before_is_none() -> None:
    chain = ("", "During handling of the above exception, another exception occurred:", "")

    assert judged((*CAUGHT, *chain, *RAISED)).causes == ()


def test_whatever_keeps_the_function_from_being_loaded_is_the_cause() -> None:
    lines = ("[ERROR] KeyError: 'TABLE'", "INIT_REPORT Phase: invoke\tStatus: error")

    (cause,) = judged(lines, lines).causes

    assert cause.what == "the function could not be loaded (KeyError: 'TABLE')"
    assert cause.times == 2


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("Task timed out after 1.00 seconds", "the function timed out after 1 s"),
        ("Worker process died", "the function's process ended"),
    ],
)
def test_what_the_platform_says_of_a_batch_is_a_cause(line: str, what: str) -> None:
    (cause,) = judged((line,)).causes

    assert cause.what == what


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("[ERROR] FAIL m-2 receive=1",),
        CAUGHT,
        ("[ERROR] ValueError: mentioned, and nothing was raised",),
        ("[ERROR] Oops: failed", *RAISED),
    ],
)
def test_an_error_that_the_function_logged_itself_is_no_cause(lines: tuple[str, ...]) -> None:
    assert judged(lines).causes == ()


def test_an_invocation_that_processed_a_message_for_good_did_not_fail_as_a_whole() -> None:
    log = events(*RAISED)  # printed by a function that then went on

    assert judge(SCENARIO, observation(log=log), exact_receives=True).causes == ()


def test_the_most_frequent_cause_comes_first() -> None:
    timeout = ("Task timed out after 3.50 seconds",)

    causes = judged(RAISED, timeout, timeout).causes

    assert [cause.what for cause in causes] == [
        "the function timed out after 3.5 s",
        "the function raised ValueError: boom",
    ]


@pytest.mark.parametrize(
    ("dialect", "what"),
    [
        (
            "aws",
            [
                "the function's process ended",
                (
                    "the function could not be loaded (INIT_REPORT Init Duration: 10003.40 ms\t"
                    "Phase: init\tStatus: timeout)"
                ),
                "the function raised ValueError: boom",
                "the function timed out after 3 s",
            ],
        ),
        (
            "emulator",
            [
                "the function raised ValueError: boom",
                "the function timed out after 1 s",
                "the function's process ended",
            ],
        ),
    ],
)
def test_causes_are_found_in_real_logs(dialect: str, what: list[str]) -> None:
    rows = (FIXTURES / f"{dialect}-failures.jsonl").read_text(encoding="utf-8").splitlines()
    log = [
        LogEvent(
            timestamp=datetime.fromtimestamp(row["timestamp"] / 1000, UTC),
            stream=row["stream"],
            text=row["message"],
        )
        for row in map(json.loads, rows)
    ]
    seen = observation(log=log)
    early = tuple(replace(each, sent_at=log[0].timestamp.replace(year=2020)) for each in seen.sent)

    causes = judge(SCENARIO, replace(seen, sent=early), exact_receives=True).causes

    assert [cause.what for cause in causes] == what


def test_the_reason_of_a_dead_letter_is_what_its_last_error_line_says() -> None:
    poison = Message(body="p", fate="dead-lettered", log="FAIL {message_id} reason={receive}")
    lines = ("[ERROR] FAIL m-1 reason=1", "[ERROR] FAIL m-1 reason=2", "[INFO] about m-1")
    scenario = Scenario(name="one", messages=(poison,), invocation=None)

    assert judged(lines, scenario=scenario).messages[0].reason == "2"


def test_the_reason_is_the_one_cause_when_no_line_names_the_message() -> None:
    assert judged(RAISED).messages[1].reason == "the function raised ValueError: boom"
    assert judged(()).messages[1].reason is None


def test_a_message_that_was_deleted_unseen_was_in_no_batch_that_failed() -> None:
    seen = replace(observation(log=invocation(1, *RAISED)), dead_letters=())

    messages = judge(SCENARIO, seen, exact_receives=True).messages

    assert [(message.fate, message.reason) for message in messages] == [("lost", None)] * 2
