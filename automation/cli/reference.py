"""The reference page of the commands, made from their table: `make docs` writes it."""

from __future__ import annotations

import argparse
import sys
import textwrap
from typing import TYPE_CHECKING

from automation.cli import COMMANDS
from automation.cli.base import EXIT_CODES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from automation.cli.base import Command

HEAD = """\
# Commands

Each is `python -m automation COMMAND`, or `poker-hands COMMAND` where the project is installed.
`--help` has the same texts. `make docs` makes this page from the code.
"""


def page() -> str:
    """Return the page, in Markdown."""
    sections = [section for command in COMMANDS for section in _sections(command, "")]
    return "\n".join([HEAD, *sections, "## Exit codes\n", *_code(EXIT_CODES.partition("\n")[2])])


def _sections(command: Command, group: str) -> Iterator[str]:
    name = f"{group}{command.name}"
    yield f"## {name}\n\n{command.description}\n"
    arguments = list(_arguments(command))
    if arguments:
        yield "\n".join(["| | |", "|-|-|", *arguments, ""])
    if command.epilog:
        yield from _code(command.epilog.removesuffix(EXIT_CODES))
    for verb in command.verbs:
        yield from _sections(verb, f"{name} ")


def _arguments(command: Command) -> Iterator[str]:
    parser = argparse.ArgumentParser(add_help=False)
    command.add_arguments(parser)
    for action in parser._actions:  # noqa: SLF001 -- argparse has no public list of them
        names = list(action.option_strings) or [str(action.metavar or action.dest)]
        value = ""
        if action.option_strings and action.nargs != 0:
            value = f" {action.metavar or '|'.join(action.choices or ())}"
        shown = f"{', '.join(names)}{value}".replace("|", "\\|")
        yield f"| `{shown}` | {action.help} |"


def _code(text: str) -> Iterator[str]:
    yield f"```text\n{textwrap.dedent(text).strip()}\n```\n"


if __name__ == "__main__":
    sys.stdout.write(page())
