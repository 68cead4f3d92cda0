from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from automation.report.junit import junit_text
from automation.report.result import RunResult
from automation.support.errors import EngineFailedError, Interrupted
from tests.unit.automation.report.results import PASSED, events, failed, seen

NASTY = "\x1b[2J\x00 <b>&\"' ]]> \ud800 \u202e"
INTERRUPTED = replace(failed(), concluded=False, error=Interrupted(2, "SIGINT"))
BROKEN = replace(
    PASSED,
    verdict=None,
    events=(),
    leftovers=None,
    error=EngineFailedError("it broke", hint="fix"),
)


def suite_of(result: RunResult) -> ET.Element:
    root = ET.fromstring(junit_text(result).encode())  # noqa: S314 -- our own
    assert root.tag == "testsuites"
    (suite,) = root
    assert [root.get(name) for name in ("tests", "failures", "errors", "skipped")] == [
        suite.get(name) for name in ("tests", "failures", "errors", "skipped")
    ]
    return suite


def outcomes(result: RunResult) -> dict[str | None, str]:
    """What each case came to, by its name."""
    return {
        case.get("name"): next((child.tag for child in case), "passed")
        for case in suite_of(result).iter("testcase")
    }


@pytest.mark.parametrize(
    ("result", "special"),
    [
        (PASSED, {}),
        (failed(), {"processed": "failure"}),
        (replace(PASSED, leftovers=("queue q",)), {"nothing left": "failure"}),
        (INTERRUPTED, {"processed": "skipped", "run": "error"}),
    ],
    ids=["passed", "failed", "left", "interrupted"],
)
def test_each_check_is_a_case_under_the_name_it_always_has(
    result: RunResult, special: dict[str, str]
) -> None:
    expected = {check.name: "passed" for check in result.checks} | special

    assert outcomes(result) == expected
    counts = {tag: str(list(expected.values()).count(tag)) for tag in ("failure", "error")}
    suite = suite_of(result)
    assert suite.get("tests") == str(len(expected))
    assert suite.get("failures") == counts["failure"]
    assert suite.get("errors") == counts["error"]


def test_a_run_that_proved_nothing_is_an_error_and_not_an_empty_suite() -> None:
    suite = suite_of(BROKEN)

    assert outcomes(BROKEN) == {"run": "error"}
    error = suite.find("testcase/error")
    assert error is not None
    assert error.get("message") == "it broke"
    assert error.get("type") == "EngineFailedError"
    assert error.text == "it broke\nfix"


def test_a_failure_says_what_was_expected_and_each_problem() -> None:
    result = failed()
    failure = suite_of(result).find("testcase/failure")

    (check,) = (check for check in result.checks if not check.passed)
    assert failure is not None
    assert failure.get("message") == f"expected: {check.expected}"
    assert failure.text == "\n".join(check.problems)


def test_the_properties_name_the_stack_the_settings_and_the_times() -> None:
    properties = {each.get("name"): each.get("value") for each in suite_of(PASSED).iter("property")}

    assert properties["stack"] == "run-0123abcd"
    assert properties["scenario"] == "two"
    assert properties["functionTimeout"] == "1 s"
    assert properties["seconds deploy"] == "2.500"
    assert properties["version of engine"] == "3.259.0"


def test_characters_that_xml_does_not_allow_are_spelt_out() -> None:
    log = suite_of(seen(log=events(f"[ERROR] {NASTY}"))).findtext("system-out")

    assert log is not None
    assert r"[ERROR] \x1b[2J\x00 <b>&" in log
    assert r"]]> \ud800 \u202e" in log
