"""The provider plugin's process: it serves the engine that started it, and ends with it.

The engine reads the port from the first line of standard output. It ends a plugin with SIGINT (sent
to the plugin's own process group, which no Ctrl-C at a terminal reaches) and kills it 5 s later; if
the engine itself is killed, the pipe that it holds as this process's standard input is closed.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from automation.emulator.provider.aws import Clients, loopback_endpoint
from automation.emulator.provider.errors import ProviderError

if TYPE_CHECKING:
    import grpc

CALLS_AT_ONCE = 64  # the engine asks for as many as a program's resources allow
ENDING = (signal.SIGINT, signal.SIGTERM)  # also where a shell's background job ignores SIGINT
GRACE = 4.0  # seconds that calls under way have to end; after 5 the engine kills


def main() -> int:
    """Serve until the engine ends this process, or is gone; 1 without an emulator to serve."""
    try:
        endpoint = loopback_endpoint(os.environ)
    except ProviderError as error:
        sys.stderr.write(f"{error}; {error.hint}\n")
        return 1
    serve(Clients(endpoint, os.environ))
    return 0


def serve(clients: Clients) -> None:
    """Serve until SIGINT, SIGTERM or the end of standard input; then finish the calls under way."""
    server = None
    with contextlib.suppress(KeyboardInterrupt):
        for signum in ENDING:
            signal.signal(signum, signal.default_int_handler)
        server = start(clients)
        while os.read(0, 1):
            pass
    for signum in ENDING:
        signal.signal(signum, signal.SIG_IGN)
    if server is not None:
        server.stop(GRACE).wait()


def start(clients: Clients) -> grpc.Server:
    """Start a server on a port of its own, and print the port."""
    import grpc  # 0.15 s: a refusal needs none of it

    from automation.emulator.provider.protocol import provider_pb2_grpc
    from automation.emulator.provider.server import Provider

    server = grpc.server(ThreadPoolExecutor(max_workers=CALLS_AT_ONCE))
    provider = Provider(clients, os.environ)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    threading.Thread(target=provider.warm_up, daemon=True).start()
    return server


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    os._exit(code)  # the engine waits for the end: 0.1 s and more, if Python tidied up first
