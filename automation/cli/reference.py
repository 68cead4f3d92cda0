"""Writes docs/reference/commands.md from the commands: `python -m automation.cli.reference`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from automation.cli import COMMANDS
from automation.cli.base import EXIT_CODES
from automation.support.paths import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from automation.cli.base import Command

PAGE = CHECKOUT / "docs" / "reference" / "commands.md"
HEAD = """\
# Commands

`make reference` writes this page from the code. `python` is `.venv/bin/python`; where the project
is installed as a package, `poker-hands` is the same as `python -m automation`. `--version` prints
the version.
"""


def page() -> str:
    """Return the page."""
    parts = [HEAD, *(part for each in COMMANDS for part in section(each, each.name, "##"))]
    return "\n".join([*parts, "## Exit codes\n", _code(EXIT_CODES)])


def section(command: Command, words: str, mark: str) -> Iterator[str]:
    """Yield what a command does, its arguments and its examples; then the same of its verbs."""
    yield f"{mark} {words}\n\n{command.description}\n"
    if rows := list(_rows(command)):
        yield "\n".join(("| | |", "|-|-|", *rows, ""))
    epilog = (command.epilog or "").replace(EXIT_CODES, "").rstrip()
    if epilog:
        yield _code(epilog.removeprefix("examples:\n"))
    for verb in command.verbs:
        yield from section(verb, f"{words} {verb.name}", f"{mark}#")


def _code(text: str) -> str:
    return f"```text\n{text.rstrip()}\n```\n"


def _rows(command: Command) -> Iterator[str]:
    parser = argparse.ArgumentParser(add_help=False)
    command.add_arguments(parser)
    for action in parser._actions:  # noqa: SLF001 -- argparse has no public list of them
        names = ", ".join(action.option_strings)
        value = action.metavar or ("{" + ",".join(action.choices) + "}" if action.choices else "")
        words = " ".join(filter(None, (names, str(value))))
        yield f"| `{words}` | {(action.help or '').replace('|', chr(92) + '|')} |"


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
