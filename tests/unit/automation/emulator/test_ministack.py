from __future__ import annotations

import queue
import threading
from types import SimpleNamespace
from typing import Any

import pytest

from automation.emulator.ministack import whole_log, why_not_loaded, with_load_failures

IMPORT = "Runtime.ImportModuleError: Unable to import module 'handler': No module named 'rich'"


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        (f"Worker init failed: {IMPORT}", IMPORT),
        (
            "Worker init failed: module 'a.b' has no attribute 'handle'",
            "Runtime.HandlerNotFound: Handler 'handle' missing on module 'a.b'",
        ),
        (
            "Worker init failed: AttributeError: module 'a' has no attribute 'b'",
            "AttributeError: module 'a' has no attribute 'b'",
        ),
        (
            "Worker process exited immediately. stderr: no space left",
            "Runtime.ExitError: the process ended while it loaded the function\nno space left",
        ),
    ],
)
def test_what_keeps_a_function_from_loading_is_said_in_the_words_of_aws(
    message: str, reason: str
) -> None:
    assert why_not_loaded(message) == reason


@pytest.mark.parametrize("message", [None, "boom", "Task timed out after 3.00 seconds"])
def test_a_function_that_was_loaded_and_fails_is_another_matter(message: str | None) -> None:
    assert why_not_loaded(message) is None


def failed(message: str) -> dict[str, Any]:
    return {"error": True, "body": {"errorMessage": message}, "log": ""}


ENDED = failed("Worker process exited immediately. stderr: ")


@pytest.mark.parametrize(
    ("results", "log"),
    [
        pytest.param(
            [ENDED, failed(f"Worker init failed: {IMPORT}")],
            f"[ERROR] {IMPORT}\nINIT_REPORT Phase: invoke\tStatus: error\t"
            "Error Type: Runtime.ImportModuleError",
            id="ended for the failure of another worker",
        ),
        pytest.param([ENDED, {"body": None, "log": "done"}], "done", id="ended by accident"),
        pytest.param(
            [ENDED, ENDED],
            "[ERROR] Runtime.ExitError: the process ended while it loaded the function\n"
            "INIT_REPORT Phase: invoke\tStatus: error\tError Type: Runtime.ExitError",
            id="ends every time",
        ),
        pytest.param([failed("boom")], "", id="fails once it is loaded"),
    ],
)
def test_a_worker_that_just_ends_has_a_second_chance_to_load_the_function(
    results: list[dict[str, Any]], log: str
) -> None:
    left = [dict(each) for each in results]

    assert with_load_failures(lambda: left.pop(0))()["log"] == log
    assert left == []


class Reader(threading.Thread):
    """Reads the lines of a worker when the machine has time for it, and then ends or goes on."""

    def __init__(self, *lines: str, ends: bool) -> None:
        super().__init__(daemon=True)
        self.lines = lines
        self.queue: queue.Queue[str] = queue.Queue()
        self.may_read, self.may_end = threading.Event(), threading.Event()
        if ends:
            self.may_end.set()

    def run(self) -> None:
        self.may_read.wait(10)
        for line in self.lines:
            self.queue.put(line)
        self.may_end.wait(10)


@pytest.mark.parametrize(
    ("lines", "ends", "log"),
    [
        pytest.param(["one", "", "two", "END"], False, "one\n\ntwo", id="to its end"),
        pytest.param(["one", "twoEND"], False, "one\ntwo", id="without a line's end"),
        pytest.param(["END", "of the next one"], False, "", id="nothing"),
        pytest.param(["one", "two"], True, "one\ntwo", id="of a worker that ended"),
    ],
)
def test_the_log_of_an_invocation_is_whole_however_late_it_is_read(
    lines: list[str], log: str, *, ends: bool
) -> None:
    reader = Reader(*lines, ends=ends)
    worker = SimpleNamespace(
        config={"Runtime": "python3.12"}, _stderr_thread=reader, _stderr_queue=reader.queue
    )
    reader.start()
    threading.Timer(0.1, reader.may_read.set).start()  # MiniStack's own look gives up after 50 ms

    assert whole_log(lambda _: "its own", "END")(worker) == log
    reader.may_end.set()


def test_the_log_of_another_runtime_is_read_as_ministack_does() -> None:
    worker = SimpleNamespace(config={"Runtime": "nodejs22.x"})

    assert whole_log(lambda _: "its own", "END")(worker) == "its own"
