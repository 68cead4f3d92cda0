from __future__ import annotations

import pytest

from automation.emulator.ministack import why_not_loaded

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
