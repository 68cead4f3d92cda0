"""Aborting a call of the protocol with an error for the engine."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import grpc

from automation.emulator.provider.protocol import provider_pb2, status_pb2
from automation.emulator.provider.reasons import reason_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from google.protobuf.struct_pb2 import Struct
    from grpc import ServicerContext


@contextmanager
def reporting_errors(context: ServicerContext, operation: str) -> Iterator[None]:
    """Report any error to the engine, in a message that starts with the operation."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 -- the engine must hear of every error
        context.abort(grpc.StatusCode.UNKNOWN, f"{operation}: {reason_of(error)}")


def abort_unsupported(context: ServicerContext, what: str, supported: Iterable[str]) -> NoReturn:
    """Abort a call for a type or function that this provider does not support."""
    context.abort(
        grpc.StatusCode.NOT_FOUND,
        f"the local aws provider does not support the {what}; "
        f"it supports {', '.join(sorted(supported))}",
    )


def abort_init_failed(
    context: ServicerContext, resource_id: str, properties: Struct, reason: str
) -> NoReturn:
    """Abort a creation, but have the engine record the resource so that a destroy deletes it."""
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=reason)
    detail = provider_pb2.ErrorResourceInitFailed(
        id=resource_id, properties=properties, reasons=[reason]
    )
    status.details.add().Pack(detail)
    context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    context.abort(grpc.StatusCode.UNKNOWN, reason)
