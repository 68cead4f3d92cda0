"""What a command is: its help, its arguments and what it does."""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from automation.support.invoked import INVOKED, MODULE
from automation.support.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

EXIT_CODES = """\
exit codes:
  0  proved (run), done (the others)
  1  a check failed
  2  wrong arguments, options or files, or no access to AWS; nothing was deployed
  3  an error: deploying, proving or destroying failed
  124  the run took longer than --timeout; what was created has been destroyed
  129, 130, 143  interrupted; likewise
"""


class Help(argparse.HelpFormatter):
    """Wraps sentences, and leaves blocks with indented lines, such as examples, as they stand."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        blocks = text.strip("\n").replace(MODULE, INVOKED).split("\n\n")
        return "\n\n".join(
            block if "\n  " in block else super(Help, self)._fill_text(block, width, indent)
            for block in blocks
        )


class Parser(argparse.ArgumentParser):
    """A parser whose error for an unknown choice or option suggests the near one."""

    def parse(self, arguments: Sequence[str]) -> argparse.Namespace:
        """Parse all arguments; an unknown one is an error of the command that was chosen."""
        options, unknown = self.parse_known_args(arguments)
        if unknown:
            chosen: Parser = getattr(options, "chosen", self)
            known = [each for action in chosen._actions for each in action.option_strings]
            near = did_you_mean(unknown[0].partition("=")[0], known)
            chosen.error(f"unrecognized arguments: {' '.join(unknown)}\n{near}".rstrip())
        return options

    def error(self, message: str) -> NoReturn:
        """Print the usage and the error, and exit with 2."""
        choice = re.search(r"invalid choice: '(.*)' \(choose from (.*)\)", message)
        near = did_you_mean(choice[1], re.findall(r"[\w-]+", choice[2])) if choice else ""
        super().error(f"{message}\n{near.strip()}" if near else message)


class Version(argparse.Action):
    """Prints the version and exits."""

    def __init__(self, option_strings: Sequence[str], dest: str, **_: Any) -> None:
        super().__init__(option_strings, dest, nargs=0, help="print the version")

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        """Print the version and exit."""
        import tomllib
        from importlib.metadata import version

        from automation.support.paths import CHECKOUT, PROJECT

        project = CHECKOUT / "pyproject.toml"  # an installed package has none
        if project.is_file():
            number = tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"]
        else:
            number = version(PROJECT)
        sys.stdout.write(f"{PROJECT} {number}\n")
        parser.exit()


def _no_arguments(_parser: argparse.ArgumentParser) -> None:
    """Add nothing."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command, or a group of commands.

    Attributes:
        name: What the user types.
        help: A few words for the list of commands.
        description: What it does, in sentences.
        epilog: Examples, and what else comes after the options.
        add_arguments: Adds its arguments and options to its parser.
        carry_out: Does what the parsed options ask for, and returns the exit code; None for a
            group.
        verbs: The commands of a group.
    """

    name: str
    help: str
    description: str
    epilog: str | None = None
    add_arguments: Callable[[argparse.ArgumentParser], None] = _no_arguments
    carry_out: Callable[[argparse.Namespace], int] | None = None
    verbs: tuple[Command, ...] = ()


def add_commands(
    parser: argparse.ArgumentParser, commands: Iterable[Command], *, metavar: str
) -> None:
    """Add a choice of commands to a parser."""
    choices = parser.add_subparsers(metavar=metavar, required=True)
    for command in commands:
        chosen = choices.add_parser(
            command.name,
            help=command.help,
            description=command.description,
            epilog=command.epilog,
            formatter_class=Help,
        )
        command.add_arguments(chosen)
        if command.verbs:
            add_commands(chosen, command.verbs, metavar="VERB")
        else:
            chosen.set_defaults(carry_out=command.carry_out, chosen=chosen)
