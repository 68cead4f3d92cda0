"""Which Pulumi program a command is about."""

from __future__ import annotations

import shlex
from pathlib import Path

from automation.support.errors import UsageError
from automation.support.paths import CHECKOUT

PROJECT_FILE = "Pulumi.yaml"


def program_option(program: Path) -> str:
    """Return the option that names a program, or nothing where commands find it by themselves.

    Args:
        program: Folder of the program.
    """
    here = Path.cwd()
    found = program in (here, *here.parents) or program == CHECKOUT
    return "" if found else f" --program {shlex.quote(str(program))}"


def find_program(given: Path | None, here: Path, *, stack: str | None = None) -> Path:
    """Return the folder of the program: the one given, else that of the working folder.

    As for `pulumi`, that is the nearest folder with a Pulumi.yaml, from the working folder upwards.
    Outside of any program, it is this checkout; but not for an existing stack, which would then be
    that of a program that nobody named.

    Args:
        given: The option `--program`.
        here: The working folder.
        stack: Name of an existing stack of the program.

    Raises:
        UsageError: There is no program.
    """
    if given is not None:
        if not (given / PROJECT_FILE).is_file():
            raise UsageError(
                f"{given} is not a Pulumi program: it has no {PROJECT_FILE}",
                hint="name the folder of a Pulumi program",
            )
        return given.resolve()
    for folder in (here, *here.parents):
        if (folder / PROJECT_FILE).is_file():
            return folder
    if stack is not None or not (CHECKOUT / PROJECT_FILE).is_file():
        raise UsageError(
            f"{here} is not in a Pulumi program"
            + ("" if stack is None else f", so it is not known whose stack {stack} is"),
            hint="name the folder of the program: --program DIR",
        )
    return CHECKOUT
