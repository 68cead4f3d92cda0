"""`completion`: a script that completes the commands and options in a shell."""

from __future__ import annotations

import sys
from copy import copy
from typing import TYPE_CHECKING

from automation.cli.base import Command

if TYPE_CHECKING:
    import argparse

PROGRAM = "poker-hands"  # the console script; a shell cannot complete `python -m automation`
SHELLS = ("bash", "zsh", "tcsh")

EXAMPLES = """\
examples:
  mkdir -p ~/.local/share/bash-completion/completions ~/.zfunc
  poker-hands completion bash > ~/.local/share/bash-completion/completions/poker-hands
  poker-hands completion zsh > ~/.zfunc/_poker-hands      with ~/.zfunc in fpath
  eval "$(python -m automation completion bash)"          for this shell only
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the shell."""
    parser.add_argument("shell", choices=SHELLS, help="the shell")


def carry_out(options: argparse.Namespace) -> int:
    """Print the script."""
    import shtab

    top = copy(options.parser)
    top.prog = PROGRAM
    sys.stdout.write(shtab.complete(top, shell=options.shell))
    return 0


COMMAND = Command(
    name="completion",
    help="print a shell's completion script",
    description=f"Print a script that completes {PROGRAM}, the console script of the installed "
    "project, in a shell.",
    epilog=EXAMPLES,
    add_arguments=add_arguments,
    carry_out=carry_out,
)
