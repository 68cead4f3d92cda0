"""What the supervisor makes of an emulator's health checks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from automation.emulator import supervisor
from automation.emulator.supervisor import MOST_SILENT, Emulator, Health, free_port


class Endpoint(ThreadingHTTPServer):
    """Answers health checks with a status, and with 0 not at all."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = 200
        self.closing = threading.Event()


class Handler(BaseHTTPRequestHandler):
    server: Endpoint

    def do_GET(self) -> None:
        if self.server.status == 0:
            self.server.closing.wait(10)
            return
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
        """Print nothing."""


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.closing.set()
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "health"), [(200, "ok"), (500, "unfit"), (204, "unfit"), (0, "silent")]
)
def test_a_health_check_is_what_the_endpoint_responds(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, status: int, health: Health
) -> None:
    monkeypatch.setattr(supervisor, "HEALTHY_WITHIN", 10.0 if status else 0.05)
    endpoint.status = status
    emulator = Emulator(f"http://127.0.0.1:{endpoint.server_port}", None, Path("log"))
    assert emulator._health() == health


def test_a_closed_port_is_told_at_once() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    emulator = Emulator(url, None, Path("log"))
    assert emulator.look(kept=False) == {"error": f"nothing listens at {url}"}
    assert emulator.look(kept=False) is None


class Scripted(Emulator):
    """An emulator with the health checks of a test."""

    def __init__(self, *healths: Health) -> None:
        super().__init__("http://127.0.0.1:1", None, Path("log"))
        self._healths = list(healths)

    def _health(self) -> Health:
        return self._healths.pop(0)

    def facts(self, *, kept: bool = False) -> list[str]:
        """What all the looks tell."""
        told = (self.look(kept=kept) for _ in self._healths.copy())
        return [next(iter(fact)) for fact in told if fact]


SILENCE: list[Health] = ["silent"] * MOST_SILENT


def test_an_emulator_that_hangs_is_told_once() -> None:
    assert Scripted("ok", *SILENCE[1:]).facts() == ["ready"]
    assert Scripted("ok", *SILENCE, *SILENCE).facts() == ["ready", "error"]


@pytest.mark.parametrize("response", ["ok", "unfit"])
def test_any_response_shows_that_an_emulator_does_not_hang(response: Health) -> None:
    assert Scripted("ok", *SILENCE[1:], response, *SILENCE[1:]).facts() == ["ready"]


def test_an_emulator_may_be_silent_while_it_starts() -> None:
    assert Scripted(*SILENCE, *SILENCE, "ok", *SILENCE[1:]).facts() == ["ready"]


def test_an_emulator_that_is_kept_may_hang() -> None:
    emulator = Scripted("ok")
    emulator.facts()
    emulator._healths = [*SILENCE, *SILENCE]
    assert emulator.facts(kept=True) == []


def test_an_emulator_starts_when_the_run_was_first_to_make_the_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    started: list[object] = []
    monkeypatch.setattr("subprocess.Popen", lambda *_, **kw: started.append(kw["cwd"]))

    supervisor.start_emulator(1, tmp_path, tmp_path / "log")

    assert started == [tmp_path / "tmp"]
