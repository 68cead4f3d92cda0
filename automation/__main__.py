"""``python -m automation``: output and signals first, then the slow imports."""

import sys
import traceback

from automation.support.errors import AutomationError, Interrupted
from automation.support.interrupts import install
from automation.support.output import survive_failed_writes


def main() -> int:
    """Run one command and return its exit code."""
    survive_failed_writes()
    install()
    try:
        from automation.cli import command

        return command(sys.argv[1:])
    except Interrupted as interrupted:
        sys.stderr.write(f"{interrupted}\n")
        return interrupted.exit_code
    except Exception:  # noqa: BLE001 -- our own defect: print all of it, and do not report it as a failed check
        traceback.print_exc()
        return AutomationError.exit_code


if __name__ == "__main__":
    sys.exit(main())
