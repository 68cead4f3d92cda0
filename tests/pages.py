"""The pages of the documentation, and the commands in them."""

from __future__ import annotations

import re
from pathlib import Path

from automation.support.paths import CHECKOUT

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
    indented = re.findall(r"^ {4,}(\S.*)$", plain, re.MULTILINE)
    spans = re.findall(r"`([^`]+)`", plain)
    return [
        line.strip().removeprefix("$ ")
        for line in [
            *"\n".join(fenced).splitlines(),
            *indented,
            *(" ".join(s.split()) for s in spans),
        ]
    ]


def commands(page: Path, start: str) -> list[str]:
    return [line for line in code_lines(page.read_text()) if line.startswith(start)]


def without_words(line: str) -> str:
    """A command without the words about it, which follow three spaces."""
    return re.split(r" {3,}", line)[0]
