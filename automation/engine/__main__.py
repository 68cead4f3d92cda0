"""`python -m automation.engine`: find the Pulumi engine, or install it, and print its folder."""

from __future__ import annotations

import os
import sys

from automation.engine.find import find_engine
from automation.support import interrupts
from automation.support.errors import AutomationError, Interrupted
from automation.support.output import survive_failed_writes


def main() -> int:
    """Find the engine and print where it is; progress and errors go to standard error.

    Returns:
        The exit code: 0, the error's own, or 128 plus the signal's number.
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
    sys.stdout.write(f"Pulumi engine {engine.version} ({engine.source}): {engine.folder}\n")
    return 0


def _announce(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    raise SystemExit(main())
