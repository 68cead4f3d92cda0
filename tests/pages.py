"""The pages of the documentation, and the commands in them."""

from __future__ import annotations

import re
from pathlib import Path

from automation.support.paths import CHECKOUT

PROGRAM = "python -m automation"
PAGES = [
    CHECKOUT / "README.md",
    CHECKOUT / "CONTRIBUTING.md",
    *sorted(CHECKOUT.glob("docs/**/*.md")),
]


def name(page: Path) -> str:
    return page.relative_to(CHECKOUT).as_posix()


def code_lines(text: str) -> list[str]:
    """The lines of indented and of fenced code, but of Python, JSON and YAML."""
    fenced = re.findall(r"^ *```(?:text|console|sh|)\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    plain = re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`]+)`", plain)
    return [
        line.strip().removeprefix("$ ")
        for line in [
            *"\n".join(fenced).splitlines(),
            *indented(plain),
            *(" ".join(s.split()) for s in spans),
        ]
    ]


def indented(text: str) -> list[str]:
    """The lines of indented code."""
    return re.findall(r"^ {4,}(\S.*)$", text, re.MULTILINE)


def commands(page: Path, start: str) -> list[str]:
    return [line for line in code_lines(page.read_text()) if line.startswith(start)]


def without_words(line: str) -> str:
    """A command without the words about it, which follow three spaces."""
    return re.split(r" {3,}", line)[0]


def documented() -> list[str]:
    """Each command of the automation once, as a line to type, in the order of the pages."""
    lines = [
        without_words(line).removeprefix(".venv/bin/")
        for page in PAGES
        for start in (PROGRAM, f".venv/bin/{PROGRAM}", "jq ")
        for line in commands(page, start)
    ]
    return list(dict.fromkeys(line.replace("…", "").partition("#")[0].strip() for line in lines))
