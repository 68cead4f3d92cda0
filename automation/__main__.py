"""``python -m automation``: output and signals first, then the slow imports."""

import sys
import traceback
from pathlib import Path

from automation.support.errors import AutomationError, Interrupted, UsageError
from automation.support.interrupts import ignore_from_now_on, install
from automation.support.output import survive_failed_writes


def main() -> int:
    """Run one command and return its exit code."""
    survive_failed_writes()
    install()
    code = run_command()
    ignore_from_now_on()
    return code


def run_command() -> int:
    """Run the command of the command line; print what stopped it, and return the exit code."""
    try:
        from automation.cli import command

        return command(sys.argv[1:])
    except Interrupted as interrupted:
        sys.stderr.write(f"{interrupted}\n")
        return interrupted.exit_code
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("automation"):
            raise
        sys.stderr.write(f"{outside_of_environment(str(missing.name))}\n")
        return UsageError.exit_code
    except Exception:  # noqa: BLE001 -- our own defect: print all of it, and do not report it as a failed check
        traceback.print_exc()
        return AutomationError.exit_code


def outside_of_environment(module: str) -> str:
    """Return what to do when this Python lacks a package."""
    python = Path(__file__).resolve().parents[1] / ".venv" / "bin" / "python"
    step = f"run: {python} -m automation" if python.exists() else "run `make demo` first"
    return f"error: {sys.executable} has no {module}: the packages are in .venv; {step}"


if __name__ == "__main__":
    sys.exit(main())
