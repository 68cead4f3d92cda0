from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

from automation.support import interrupts
from automation.support.clients import Clients, make_clients
from automation.support.interrupts import _Signals

ENVIRONMENT = {
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}


@pytest.fixture(scope="module")
def clients() -> Clients:
    return make_clients(ENVIRONMENT, "us-east-1")


@pytest.fixture
def interrupt(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Handles a SIGINT, as if it came now; after the test, no signal came."""
    for name in ("first", "raised", "first_at"):
        monkeypatch.setattr(_Signals, name, getattr(_Signals, name))
    monkeypatch.setattr(interrupts, "write_from_signal_handler", lambda _: None)
    return lambda: interrupts._on_signal(signal.SIGINT, None)
