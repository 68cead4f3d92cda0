"""What a worker of the emulator does before MiniStack's own script for it.

`ministack.py` puts this source in front of that script. It runs in the function's environment, so
it imports the standard library only.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType
    from typing import TextIO

OF_EMULATOR = ("AUTH", "BIND_HOST", "GATEWAY_PORT", "S3_DATA_DIR", "STATE_DIR")
TASK_ROOT = "/var/task"  # where AWS unpacks a function


class MarkingTheLog:
    """Standard output, which carries the responses; marks the end of the log before each."""

    def __init__(self, stdout: TextIO, end: str) -> None:
        self._stdout, self._end = stdout, end
        self.flush = stdout.flush

    def write(self, response: str) -> int:
        """Write a response."""
        if not response.startswith('{"status": "ready"'):
            sys.stderr.write(f"{self._end}\n")
            sys.stderr.flush()
        return self._stdout.write(response)


def prepare(packages: str, end: str) -> None:
    """Hide what is the emulator's from the function, and load its module as AWS's runtime does.

    MiniStack's script imports botocore if it can find it, which costs 0.3 s of every cold start. So
    what AWS's runtime ships is put on `sys.path` only when the script imports the handler.

    Args:
        packages: Folder of what AWS's runtime ships: boto3, botocore and what they require.
        end: The mark of the end of an invocation's log.
    """
    sys.stdout = MarkingTheLog(sys.stdout, end)
    del sys.path[0]  # MiniStack's files
    for name in OF_EMULATOR:
        os.environ.pop(name, None)
    import_module = importlib.import_module

    def import_handler(name: str, package: str | None = None) -> ModuleType:
        importlib.import_module = import_module
        sys.path.append(packages)
        try:
            return import_module(name, package)
        except Exception as error:
            raise ImportError(load_failure(name, error)) from error

    importlib.import_module = import_handler


def load_failure(module: str, error: Exception) -> str:
    """Say why a module could not be loaded, in the words of AWS's runtime.

    Source: awslambdaric, bootstrap.py.
    """
    match error:
        case ImportError():
            reason = f"Runtime.ImportModuleError: Unable to import module '{module}': {error}"
        case SyntaxError():
            reason = f"Runtime.UserCodeSyntaxError: Syntax error in module '{module}': {error}"
        case _:
            reason = f"{type(error).__name__}: {error}"
    here = os.getcwd()  # noqa: PTH109 -- pathlib takes 10 ms of a cold start
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if here in frame.filename
    ]
    trace = "".join(["Traceback (most recent call last):\n", *traceback.format_list(frames)])
    return f"{reason}\n{trace}".replace(here, TASK_ROOT).rstrip()
