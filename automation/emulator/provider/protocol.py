"""The messages and the service of the engine's plugin protocol.

They ship inside `pulumi`, whose own import costs 0.2 s and more: the whole SDK for programs. The
generated modules import one another relatively, so they load just as well below this module, once
its path is their folder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2
else:
    from importlib import import_module
    from importlib.util import find_spec

    __path__ = [
        f"{place}/runtime/proto" for place in find_spec("pulumi").submodule_search_locations
    ]
    plugin_pb2 = import_module(f"{__name__}.plugin_pb2")
    provider_pb2 = import_module(f"{__name__}.provider_pb2")
    provider_pb2_grpc = import_module(f"{__name__}.provider_pb2_grpc")
    status_pb2 = import_module(f"{__name__}.status_pb2")

__all__ = ["plugin_pb2", "provider_pb2", "provider_pb2_grpc", "status_pb2"]
