"""``python -m automation``: the signals first, then everything that is slow to import."""

import sys
import traceback

from automation.errors import AutomationError, Interrupted
from automation.interrupts import install


def main() -> int:
    """Run one command; its exit code."""
    install()
    try:
        from automation.cli import command

        return command(sys.argv[1:])
    except Interrupted as interrupted:
        sys.stderr.write(f"{interrupted}\n")
        return interrupted.exit_code
    except Exception:  # noqa: BLE001 -- a defect of ours: told whole, and not as a check that failed
        traceback.print_exc()
        return AutomationError.exit_code


if __name__ == "__main__":
    sys.exit(main())
