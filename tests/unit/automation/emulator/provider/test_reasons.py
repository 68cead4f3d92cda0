"""The error code of an exception."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from automation.emulator.provider.reasons import error_code

REFUSED = ClientError({"Error": {"Code": "Throttling", "Message": "slow down"}}, "DescribeAlarms")
BROKEN = ConnectionClosedError(endpoint_url="http://127.0.0.1")  # its `response` is None


@pytest.mark.parametrize(
    ("error", "code"),
    [(REFUSED, "Throttling"), (BROKEN, ""), (ValueError("another"), "")],
    ids=lambda value: type(value).__name__,
)
def test_only_a_response_of_the_service_has_an_error_code(error: Exception, code: str) -> None:
    assert error_code(error) == code
