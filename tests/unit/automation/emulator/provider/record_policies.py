"""Records the pairs of policies in the tests of hashicorp/awspolicyequivalence.

    python -m tests.unit.automation.emulator.provider.record_policies <sources> "<their version>"

writes ``official-policies.json`` next to this file. Run it from the checkout's root, after each
upgrade of pulumi-aws, and review the diff. ``<sources>`` is a checkout of that library, which the
official provider uses to decide whether two policies are the same.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).with_name("official-policies.json")
TESTS = "aws_policy_equivalence_test.go"
CONSTANT = re.compile(r"^const (\w+) = `(.*?)`", re.DOTALL | re.MULTILINE)
CASE = re.compile(
    r'name:\s+"(?P<name>[^"]+)",\s+policy1:\s+(?P<one>\w+),\s+policy2:\s+(?P<other>\w+),\s+'
    r"equivalent:\s+(?P<equivalent>true|false)"
)


def recorded(tests: str, version: str) -> dict[str, Any]:
    """Return the recorded document.

    Raises:
        ValueError: The tests have cases that this module cannot read.
    """
    constants = dict(CONSTANT.findall(tests))
    cases = [
        {
            "name": found["name"],
            "policies": [constants[found["one"]], constants[found["other"]]],
            "equivalent": found["equivalent"] == "true",
        }
        for found in CASE.finditer(tests)
    ]
    if len(cases) != len(re.findall(r"policy1:\s+\w+,", tests)):
        raise ValueError("some cases have another form")
    return {
        "about": "Pairs of policies, and whether the official provider takes them for the same. "
        "record_policies.py, next to this file, writes it.",
        "source": f"hashicorp/awspolicyequivalence, {TESTS}, {version}",
        "cases": cases,
    }


def main() -> None:
    """Write the recorded file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sources", type=Path, help="a checkout of hashicorp/awspolicyequivalence")
    parser.add_argument("version", help="the version of these sources")
    arguments = parser.parse_args()
    tests = (arguments.sources / TESTS).read_text(encoding="utf-8")
    document = json.dumps(recorded(tests, arguments.version), indent=2, ensure_ascii=False)
    RECORDED.write_text(document + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
