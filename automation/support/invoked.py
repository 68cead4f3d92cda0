"""The name by which this process was started, for commands that a message tells to type."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

MODULE, SCRIPT = "python -m automation", "poker-hands"  # the script: pyproject.toml


def command_name(program: str) -> str:
    """Return what to type for a command: the installed script if that was started, else the module.

    Args:
        program: `sys.argv[0]`.
    """
    if Path(program).name != SCRIPT:
        return MODULE
    return SCRIPT if shutil.which(SCRIPT) else program


INVOKED = command_name(sys.argv[0])
