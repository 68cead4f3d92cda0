"""AWS clients that answer what a test says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.stub import Stubber


@contextmanager
def answering(client: Any, *answers: tuple[str, Any]) -> Iterator[None]:
    """A client whose next calls are these, each answered by a response or by an error's code."""
    with Stubber(client) as stubber:
        for operation, answer in answers:
            if isinstance(answer, str):
                stubber.add_client_error(operation, answer, "so it says", 400)
            else:
                stubber.add_response(operation, answer)
        yield
        stubber.assert_no_pending_responses()
