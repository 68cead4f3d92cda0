"""The messages and the service of the engine's plugin protocol.

The generated modules are part of `pulumi`, which is slow to import. Setting `__path__` to their
folder imports them as submodules of this module, without `pulumi` (docs/architecture.md, Start-up
time). This works because they import one another relatively.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2
else:
    from importlib import import_module
    from importlib.util import find_spec

    __path__ = [
        f"{folder}/runtime/proto" for folder in find_spec("pulumi").submodule_search_locations
    ]
    plugin_pb2 = import_module(f"{__name__}.plugin_pb2")
    provider_pb2 = import_module(f"{__name__}.provider_pb2")
    provider_pb2_grpc = import_module(f"{__name__}.provider_pb2_grpc")
    status_pb2 = import_module(f"{__name__}.status_pb2")

__all__ = ["plugin_pb2", "provider_pb2", "provider_pb2_grpc", "status_pb2"]
