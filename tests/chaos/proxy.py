"""A proxy on loopback between a run and the emulator, which answers some requests wrongly."""

from __future__ import annotations

import http.client
import random
import re
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import urlsplit

Kind = Literal["throttled", "broken", "reset", "slow", "lost", "hung"]
WITHIN = 30.0  # seconds for each request
SLOW = 3.0  # seconds that a slow answer is held back
HOP_BY_HOP = {"connection", "content-length", "keep-alive", "transfer-encoding"}
NO_LINGER = struct.pack("ii", 1, 0)  # the socket's end is a reset
EVER = 10**9  # times

LAMBDA = (  # method, path, action: Lambda's actions have no name on the wire
    ("POST", r"/2015-03-31/functions/?", "CreateFunction"),
    ("DELETE", r"/2015-03-31/functions/[^/]+", "DeleteFunction"),
    ("POST", r"/2015-03-31/event-source-mappings/?", "CreateEventSourceMapping"),
    ("DELETE", r"/2015-03-31/event-source-mappings/[^/]+", "DeleteEventSourceMapping"),
)
ERRORS: dict[Kind, tuple[int, str, str]] = {
    "throttled": (400, "ThrottlingException", "Rate exceeded"),
    "broken": (500, "InternalFailure", "an injected failure"),
}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What to do to which requests.

    Attributes:
        kind: "throttled" and "broken" are error responses; "reset" closes the connection;
            "slow" holds the response back; "lost" carries the request out, then resets; "hung"
            answers neither this request nor any later one, until `Proxy.heal`.
        action: The AWS action; empty for any.
        times: How often.
        share: The share of the requests, by `seed`.
        seed: Of the dice.
    """

    kind: Kind
    action: str = ""
    times: int = EVER
    share: float = 1.0
    seed: int = 0


class Proxy(ThreadingHTTPServer):
    """Forwards to an emulator, and injects one fault."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, upstream: str, fault: Fault) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        parts = urlsplit(upstream)
        self.upstream = (parts.hostname or "", parts.port or 80)
        self.hits = 0
        self._fault = fault
        self._dice = random.Random(fault.seed)
        self._lock = threading.Lock()
        self._healed = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def kind_for(self, action: str) -> Kind | None:
        """What to do to the next request."""
        fault = self._fault
        with self._lock:
            if fault.kind == "hung" and self.hits:
                return None if self._healed.is_set() else "hung"
            wanted = action != "" and fault.action in {"", action} and self.hits < fault.times
            if not wanted or self._dice.random() >= fault.share:
                return None
            self.hits += 1
            return fault.kind

    def hang(self) -> None:
        """Wait until `heal`."""
        self._healed.wait()

    def heal(self) -> None:
        """Answer again."""
        self._healed.set()

    def shutdown_request(self, request: Any) -> None:
        self.close_request(request)  # without the orderly end before it: see `_reset`

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that has gone is nothing to print."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    timeout = WITHIN
    server: Proxy

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kind = self.server.kind_for(action_of(self.command, self.path, self.headers, body))
        if kind in ERRORS:
            self._respond(*error_response(kind, query=body.startswith(b"Action=")))
        elif kind == "reset":
            self._reset()
        elif kind == "hung":
            self.server.hang()
            self._reset()
        else:
            response = self._forward(body)
            if kind == "lost":
                self._reset()
                return
            if kind == "slow":
                time.sleep(SLOW)
            self._respond(*response)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = _serve  # noqa: N815 -- the base class's names

    def _forward(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(*self.server.upstream, timeout=WITHIN)
        try:
            connection.request(self.command, self.path, body, dict(self.headers.items()))
            response = connection.getresponse()
            return response.status, response.getheaders(), response.read()
        finally:
            connection.close()

    def _respond(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
        """Print nothing."""


def action_of(method: str, path: str, headers: Any, body: bytes) -> str:
    """Return a request's AWS action; "other" if it is one without a name here, "" if it is none."""
    if path.startswith(("/_ministack", "/_localstack")):  # a health check
        return ""
    if target := headers.get("X-Amz-Target"):
        return str(target).rpartition(".")[2]
    if match := re.match(rb"Action=(\w+)", body):
        return match[1].decode()
    bare = path.partition("?")[0]
    for its_method, pattern, action in LAMBDA:
        if method == its_method and re.fullmatch(pattern, bare):
            return action
    return "other"


def error_response(kind: Kind, *, query: bool) -> tuple[int, list[tuple[str, str]], bytes]:
    """Return an error response: in XML for the query protocol, else in JSON."""
    status, code, message = ERRORS[kind]
    if query:
        text = (
            f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error>"
            "<RequestId>1</RequestId></ErrorResponse>"
        )
        return status, [("Content-Type", "text/xml")], text.encode()
    text = f'{{"__type": "{code}", "message": "{message}", "Message": "{message}"}}'
    headers = [("Content-Type", "application/json"), ("x-amzn-ErrorType", code)]
    return status, headers, text.encode()


@contextmanager
def proxy_to(upstream: str, fault: Fault) -> Iterator[Proxy]:
    """Run a proxy to an emulator for one `with` block."""
    with Proxy(upstream, fault) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.heal()
            proxy.shutdown()
            thread.join(WITHIN)
