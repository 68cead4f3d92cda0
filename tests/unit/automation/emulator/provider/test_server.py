"""Calls of the protocol that need no emulator."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct

from automation.emulator.provider.aws import ClientCache
from automation.emulator.provider.protocol import provider_pb2
from automation.emulator.provider.server import Provider
from automation.emulator.provider.values import SIGNATURE_KEY, encode
from tests.local.emulator.provider.driver import AbortedError, Context

QUEUE = "aws:sqs/queue:Queue"


@pytest.fixture
def provider() -> Any:
    return Provider(ClientCache("http://127.0.0.1:1", {}), {})


@pytest.fixture
def broken() -> Struct:
    return encode({"policy": {SIGNATURE_KEY: "unheard"}})


def test_an_error_in_a_check_says_what_was_checked(provider: Any, broken: Struct) -> None:
    request = provider_pb2.CheckRequest(type=QUEUE, name="jobs", news=broken)
    with pytest.raises(AbortedError, match=r"checking SQS queue 'jobs': .*signature unheard"):
        provider.Check(request, Context())


def test_an_error_in_a_comparison_says_what_was_compared(provider: Any, broken: Struct) -> None:
    request = provider_pb2.DiffRequest(type=QUEUE, name="jobs", news=broken)
    with pytest.raises(AbortedError, match=r"comparing SQS queue 'jobs': .*signature unheard"):
        provider.Diff(request, Context())


def test_an_unsupported_type_is_an_error_that_names_the_resource(provider: Any) -> None:
    request = provider_pb2.CheckRequest(type="aws:s3/bucket:Bucket", name="receipts")
    with pytest.raises(AbortedError, match="resource type aws:s3/bucket:Bucket of 'receipts'; "):
        provider.Check(request, Context())


@pytest.mark.parametrize(
    ("call", "operation"),
    [
        ("CheckConfig", "checking the provider's configuration"),
        ("DiffConfig", "comparing the provider's configurations"),
    ],
)
def test_an_error_in_the_providers_configuration_is_told_like_all_others(
    provider: Any, broken: Struct, call: str, operation: str
) -> None:
    requests = {"CheckConfig": provider_pb2.CheckRequest, "DiffConfig": provider_pb2.DiffRequest}
    with pytest.raises(AbortedError, match=f"{operation}: .*signature unheard"):
        getattr(provider, call)(requests[call](news=broken), Context())


def test_an_update_that_can_change_nothing_tells_the_first_error(provider: Any) -> None:
    inputs = {"delaySeconds": 5}
    request = provider_pb2.UpdateRequest(type=QUEUE, id="x", olds=encode({}), news=encode(inputs))
    context = Context()
    with pytest.raises(AbortedError, match=r"updating SQS queue x: EndpointConnectionError"):
        provider.Update(request, context)
    assert context.metadata == {}  # nothing can be said of the resource, so its state stays
