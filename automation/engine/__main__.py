"""`python -m automation.engine`: where the Pulumi engine is, installed where there is none."""

from __future__ import annotations

import os
import sys

from automation.engine.find import find_engine
from automation.support import interrupts
from automation.support.errors import AutomationError, Interrupted
from automation.support.output import survive_failed_writes


def main() -> int:
    """Find the engine and say where it is; progress and errors go to standard error.

    Returns:
        The exit code: 0, an error's own, or what a shell expects of an interrupted command.
    """
    survive_failed_writes()
    interrupts.install()
    try:
        engine = find_engine(environment=os.environ, announce=_announce)
    except Interrupted as interrupted:
        _announce(str(interrupted))
        return interrupted.exit_code
    except AutomationError as error:
        _announce(f"error: {error}")
        _announce(f"hint: {error.hint}")
        return error.exit_code
    sys.stdout.write(f"Pulumi engine {engine.version} ({engine.origin}): {engine.folder}\n")
    return 0


def _announce(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    raise SystemExit(main())
