"""Runs a function under AWS's own runtime client, against a Runtime API on loopback.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. The client writes each log event as
a frame to a pipe, as it does on AWS, and what the function prints goes to its standard output.
"""

from __future__ import annotations

import fcntl
import json
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal
from uuid import NAMESPACE_URL, uuid5

WITHIN = 60.0  # seconds for all invocations
MEMORY_MB = "128"
ARN = "arn:aws:lambda:us-east-1:000000000000:function:f"
HEADER = struct.Struct(">IIQ")  # of a frame: its type, the length of its text, microseconds

LogFormat = Literal["Text", "JSON"]


@dataclass(kw_only=True)
class Invocation:
    """One call of the function; the first of a run is its initialization, without a request.

    Attributes:
        request_id: Lambda's request id.
        events: The log events, the printed lines last.
        response: What the function returned.
        error: What it raised, as the client tells it.
    """

    request_id: str = ""
    events: list[str] = field(default_factory=list)
    response: Any = None
    error: Any = None


def invoke(
    folder: Path, handler: str, requests: Sequence[object], log_format: LogFormat
) -> list[Invocation]:
    """Run a function for some requests, one after the other.

    Args:
        folder: Holds the function's modules.
        handler: `module.function`.
        requests: The events that it is called with.
        log_format: Lambda's setting.

    Returns:
        The initialization and each invocation.
    """
    with pipe() as logged, pipe() as printed, Api(handler, requests, logged[0], printed[0]) as api:
        environment = {
            "PATH": os.defpath,
            "PYTHONPATH": str(folder),
            "LAMBDA_TASK_ROOT": str(folder),
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_port}",
            "AWS_LAMBDA_LOG_FORMAT": log_format,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": MEMORY_MB,
            "_LAMBDA_TELEMETRY_LOG_FD": str(logged[1]),
        }
        command = [sys.executable, "-m", "awslambdaric", handler]
        with subprocess.Popen(
            command, env=environment, stdout=printed[1], pass_fds=[logged[1]]
        ) as process:
            thread = threading.Thread(target=api.serve_forever, args=(0.01,))
            thread.start()
            try:
                assert api.done.wait(WITHIN), "the runtime client did not call"
            finally:
                process.kill()
                api.shutdown()
                thread.join()
    return api.invocations


@contextmanager
def pipe() -> Iterator[tuple[int, int]]:
    reader, writer = os.pipe()
    fcntl.fcntl(reader, fcntl.F_SETFL, os.O_NONBLOCK)
    try:
        yield reader, writer
    finally:
        os.close(reader)
        os.close(writer)


class Api(ThreadingHTTPServer):
    """The Runtime API, for the client's one connection."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, name: str, requests: Sequence[object], logged: int, printed: int) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.name = name
        self.requests = list(requests)
        self.invocations = [Invocation()]
        self.done = threading.Event()
        self._logged, self._printed = logged, printed

    def collect(self) -> Invocation:
        """Give what was logged and printed since the last call to the current invocation."""
        current = self.invocations[-1]
        current.events += frames(drained(self._logged))
        current.events += drained(self._printed).decode().splitlines()
        return current

    def handle_error(self, request: object, client_address: object) -> None:
        """The client is killed in the middle of a request: nothing to print."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Api

    def do_GET(self) -> None:
        """Hand out the next request; without one, the client is about to be killed."""
        self.server.collect()
        if not self.server.requests:
            self.server.done.set()
            return
        request_id = uuid5(NAMESPACE_URL, f"{self.server.name} {len(self.server.invocations)}")
        self.server.invocations.append(Invocation(request_id=str(request_id)))
        headers = {
            "Content-Type": "application/json",  # without it the client crashes
            "Lambda-Runtime-Aws-Request-Id": str(request_id),
            "Lambda-Runtime-Deadline-Ms": str(10**15),
            "Lambda-Runtime-Invoked-Function-Arn": ARN,
        }
        self._respond(200, headers, json.dumps(self.server.requests.pop(0)).encode())

    def do_POST(self) -> None:
        """Take the response to a request, or an error: an invocation's or the initialization's."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        current = self.server.collect()
        if self.path.endswith("/response"):
            current.response = body
        else:
            current.error = body
        self._respond(202, {}, b'{"status": "OK"}')
        if self.path.endswith("/init/error"):
            self.server.done.set()

    def _respond(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
        """Print nothing."""


def drained(reader: int) -> bytes:
    """Read all that is in a pipe."""
    text = b""
    while True:
        try:
            text += os.read(reader, 1 << 16)
        except BlockingIOError:
            return text


def frames(text: bytes) -> Iterator[str]:
    """The messages of the frames in which the client logs."""
    while text:
        _, length, _ = HEADER.unpack_from(text)
        end = HEADER.size + length
        yield text[HEADER.size : end].decode()
        text = text[end:]
