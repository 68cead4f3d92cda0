"""Compiles the function's source before anything is deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automation.emulator.functions import find_pythons
from automation.engine import child
from automation.support.errors import ChildFailedError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from automation.stack.project import Project

SOURCE, RUNTIME = "functionSource", "runtime"  # keys of the program's configuration
WITHIN = 60.0  # seconds; a file takes milliseconds
COMPILE = """
import pathlib, sys
folder = pathlib.Path(sys.argv[1])
for path in sorted(folder.rglob("*.py")):
    name = path.relative_to(folder)
    if not any(part.startswith(".") for part in name.parts):
        try:
            compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            line = getattr(error, "lineno", None) or 1
            print(f"{path}, line {line}: {getattr(error, 'msg', error)}")
            sys.exit()
"""


def check_source(
    project: Project, given: Mapping[str, Any], environment: Mapping[str, str]
) -> None:
    """Compile all of the function's source, if the program's settings say where that is.

    The Python release of its runtime compiles it: another one may know other syntax. Without that
    release on this machine, or if it takes too long, nothing is checked.

    Args:
        project: The program's project.
        given: Configuration by key; overrides the program's defaults.
        environment: The caller's.

    Raises:
        UsageError: A file cannot be compiled.
    """
    settings = {**project.defaults, **project.own(given)}
    source, runtime = settings.get(SOURCE), settings.get(RUNTIME)
    python = find_pythons(environment).get(str(runtime))
    if not isinstance(source, str) or python is None:
        return
    command = [
        str(python),
        "-I",
        "-S",
        "-W",
        "ignore",
        "-c",
        COMPILE,
        str(project.program / source),
    ]
    try:
        problem = child.run(command, environment={}, folder=project.program, within=WITHIN)
    except ChildFailedError:
        return  # the child cannot tell
    if problem:
        raise UsageError(
            f"the function cannot be compiled: {problem.strip()}",
            hint=f"fix it ({runtime} compiled it); nothing was deployed",
        )
