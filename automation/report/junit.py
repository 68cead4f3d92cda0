"""The result of a run as JUnit XML, as CI systems read it: one test case for each check."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from automation.report.terminal import printable

if TYPE_CHECKING:
    from automation.judge.checks import Check
    from automation.report.result import RunResult


def junit_text(result: RunResult) -> str:
    """Return the result as JUnit XML.

    A check that passed is a passed case, one that failed a failure, and one that an interrupted run
    could not tell is skipped. What stopped the run is an error, in a case of its own.
    """
    cases = [_case(result, check) for check in result.checks]
    if result.error is not None:
        cases.append(_run_case(result))
    counts = {
        "tests": str(len(cases)),
        "failures": _count(cases, "failure"),
        "errors": _count(cases, "error"),
        "skipped": _count(cases, "skipped"),
        "time": f"{result.phases['total']:.3f}",
    }
    root = ET.Element("testsuites", {"name": result.project, **counts})
    suite = ET.SubElement(
        root,
        "testsuite",
        {
            "name": result.project,
            "timestamp": result.started_at.isoformat(timespec="seconds"),
            **counts,
        },
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(result).items():
        ET.SubElement(properties, "property", {"name": name, "value": printable(value)})
    suite.extend(cases)
    log = "\n".join(event.text.rstrip() for event in result.events)
    ET.SubElement(suite, "system-out").text = printable(log)
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text.decode() + "\n"


def _case(result: RunResult, check: Check) -> ET.Element:
    case = _element(result, check.name)
    status = result.status(check)
    if status == "failed":
        message = {"message": printable(f"expected: {check.expected}"), "type": "CheckFailed"}
        ET.SubElement(case, "failure", message).text = printable("\n".join(check.problems))
    elif status == "not proved":
        ET.SubElement(case, "skipped", {"message": "not proved"})
    return case


def _run_case(result: RunResult) -> ET.Element:
    case = _element(result, "run")
    message = {"message": printable(str(result.error)), "type": type(result.error).__name__}
    hint = getattr(result.error, "hint", "")
    ET.SubElement(case, "error", message).text = printable(f"{result.error}\n{hint}".rstrip())
    return case


def _element(result: RunResult, name: str) -> ET.Element:
    return ET.Element("testcase", {"classname": f"{result.project}.run", "name": name, "time": "0"})


def _properties(result: RunResult) -> dict[str, str]:
    return {
        "outcome": result.outcome,
        "summary": result.summary,
        "stack": result.stack,
        "scenario": result.scenario,
        "target": result.target,
        **(result.settings.by_key if result.settings else {}),
        **{f"seconds {name}": f"{seconds:.3f}" for name, seconds in result.phases.items()},
        **{f"version of {name}": version for name, version in result.versions.items()},
    }


def _count(cases: list[ET.Element], tag: str) -> str:
    return str(sum(case.find(tag) is not None for case in cases))
