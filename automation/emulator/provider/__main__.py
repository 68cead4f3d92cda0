"""The provider plugin's process.

The engine starts it and reads its port from the first line of standard output. To stop a plugin,
the engine sends SIGINT and kills it 5 s later. The plugin is in a process group of its own, so
Ctrl-C at a terminal does not reach it. If the engine is killed, this process's standard input, a
pipe from the engine, is closed.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from automation.emulator.provider.aws import ClientCache, loopback_endpoint
from automation.emulator.provider.errors import ProviderError

if TYPE_CHECKING:
    import grpc

MAX_CONCURRENT_CALLS = 64  # the engine runs as many in parallel as the program's dependencies allow
SHUTDOWN_SIGNALS = (signal.SIGINT, signal.SIGTERM)
GRACE_PERIOD = 4.0  # seconds for calls in progress; the engine kills the plugin after 5


def main() -> int:
    """Serve until the engine stops this process or exits; return 1 if there is no emulator."""
    try:
        endpoint = loopback_endpoint(os.environ)
    except ProviderError as error:
        sys.stderr.write(f"{error}; {error.hint}\n")
        return 1
    serve(ClientCache(endpoint, os.environ))
    return 0


def serve(clients: ClientCache) -> None:
    """Serve until SIGINT, SIGTERM or the end of standard input; then finish calls in progress."""
    server = None
    with contextlib.suppress(KeyboardInterrupt):
        for signum in SHUTDOWN_SIGNALS:  # a shell's background job inherits an ignored SIGINT
            signal.signal(signum, signal.default_int_handler)
        server = start(clients)
        while os.read(0, 1):
            pass
    for signum in SHUTDOWN_SIGNALS:
        signal.signal(signum, signal.SIG_IGN)
    if server is not None:
        server.stop(GRACE_PERIOD).wait()


def start(clients: ClientCache) -> grpc.Server:
    """Start a server on a free port, and print the port."""
    import grpc  # not needed without an emulator (docs/architecture.md, Start-up time)

    from automation.emulator.provider.protocol import provider_pb2_grpc
    from automation.emulator.provider.server import Provider

    server = grpc.server(ThreadPoolExecutor(max_workers=MAX_CONCURRENT_CALLS))
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
    os._exit(code)  # skips Python's slow shutdown (docs/architecture.md, Start-up time)
