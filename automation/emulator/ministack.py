"""MiniStack, with functions that run as Lambda would run them.

The supervisor runs ``python -m automation.emulator.ministack FOLDER``; FOLDER has the environments
of functions. MiniStack alone runs functions under its own interpreter with all packages of its
environment. It does not log why a function cannot be loaded. It stops reading an invocation's log 5
to 50 ms after the response, so lines are lost on a busy machine. This module overrides private
functions of the pinned MiniStack; tests/local/emulator/test_functions.py fails if they change.
"""

from __future__ import annotations

import importlib
import queue
import re
import runpy
import secrets
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automation.emulator.functions import PACKAGES, environment_of

if TYPE_CHECKING:
    from collections.abc import Callable

LOG_WITHIN = 5.0  # seconds until a log without its end is taken as it is; it is there in 1 ms
INIT_FAILED = "Worker init failed: "
EXITED = "Worker process exited immediately. stderr: "
NO_HANDLER = re.compile("module '(?P<module>.*)' has no attribute '(?P<handler>.*)'")


def main(folder: Path) -> None:
    """Override, then run MiniStack."""
    lambda_runtime: Any = importlib.import_module("ministack.core.lambda_runtime")
    lambda_svc: Any = importlib.import_module("ministack.services.lambda_svc")
    binary_and_script = lambda_runtime._detect_runtime_binary  # noqa: SLF001 -- MiniStack has no setting for it
    prelude = Path(__file__).with_name("prelude.py").read_text(encoding="utf-8")
    end = secrets.token_hex()
    prelude += f"\nprepare({str(folder / PACKAGES)!r}, {end!r})\n"

    def in_its_environment(runtime: str) -> tuple[str, str]:
        binary, script = binary_and_script(runtime)
        if not runtime.startswith("python"):
            return binary, script
        return str(environment_of(folder, runtime) / "bin" / "python"), prelude + script

    lambda_runtime._detect_runtime_binary = in_its_environment  # noqa: SLF001 -- the same
    execute = lambda_svc._execute_function_warm  # noqa: SLF001 -- the same
    lambda_svc._execute_function_warm = with_load_failures(execute)  # noqa: SLF001 -- the same
    worker = lambda_runtime.Worker
    worker._drain_stderr_bounded = whole_log(worker._drain_stderr_bounded, end)  # noqa: SLF001 -- the same
    runpy.run_module("ministack", run_name="__main__")


def whole_log(drain: Callable[[Any], str], end: str) -> Callable[[Any], str]:
    """Wrap MiniStack's log reader so that it reads up to the end mark, which the prelude writes.

    Args:
        drain: MiniStack's log reader, which still reads for runtimes without our prelude.
        end: The mark.
    """

    def drain_to_the_end(worker: Any) -> str:
        if not str(worker.config.get("Runtime")).startswith("python"):
            return drain(worker)
        reader = worker._stderr_thread  # noqa: SLF001 -- MiniStack has no other way to it
        lines: list[str] = []
        deadline = time.monotonic() + LOG_WITHIN
        while time.monotonic() < deadline:
            try:
                line = worker._stderr_queue.get(timeout=0.05)  # noqa: SLF001 -- the same
            except queue.Empty:
                if not reader.is_alive():
                    break  # the worker ended, and this is all that it said
                continue
            text, mark, _ = line.partition(end)
            if text or not mark:
                lines.append(text)
            if mark:
                break
        return "\n".join(lines)

    return drain_to_the_end


def with_load_failures(execute: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Wrap MiniStack's execute function so that a load failure appears in the log.

    When one worker cannot load a function, MiniStack ends the function's other workers, too, and
    one of them may be loading it at that moment. So a worker that just ends gets a second chance.
    """

    def execute_and_tell(*arguments: Any) -> dict[str, Any]:
        result = execute(*arguments)
        if (message_of(result) or "").startswith(EXITED):
            result = execute(*arguments)
        if reason := why_not_loaded(message_of(result)):
            result["log"] = log_of_load_failure(reason)
        return result

    return execute_and_tell


def message_of(result: dict[str, Any]) -> str | None:
    """Return the message of an execution that failed; None for any other."""
    return result["body"].get("errorMessage") if result.get("error") else None


def why_not_loaded(message: str | None) -> str | None:
    """Return why a function could not be loaded, in AWS's words; None for any other failure."""
    if message is None:
        return None
    if message.startswith(EXITED):
        said = message.removeprefix(EXITED).strip()
        return f"Runtime.ExitError: the process ended while it loaded the function\n{said}".strip()
    if not message.startswith(INIT_FAILED):
        return None
    reason = message.removeprefix(INIT_FAILED)
    if missing := NO_HANDLER.fullmatch(reason):
        handler, module = missing["handler"], missing["module"]
        return f"Runtime.HandlerNotFound: Handler '{handler}' missing on module '{module}'"
    return reason


def log_of_load_failure(reason: str) -> str:
    """Return what AWS logs when a function cannot be loaded."""
    kind = reason.partition(":")[0]
    return f"[ERROR] {reason}\nINIT_REPORT Phase: invoke\tStatus: error\tError Type: {kind}"


if __name__ == "__main__":
    main(Path(sys.argv.pop(1)))
