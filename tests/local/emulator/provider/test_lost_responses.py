"""Creates whose response is lost: the call was carried out, and botocore sends it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import pytest
from botocore.exceptions import ConnectionClosedError
from botocore.httpsession import URLLib3Session

from tests.local.emulator.provider.driver import AbortedError, Driver
from tests.local.emulator.provider.stack import FUNCTION, LOG_GROUP, MAPPING, QUEUE, ROLE, TRUST

if TYPE_CHECKING:
    from automation.emulator.provider.aws import Aws
    from tests.local.emulator.provider.stack import Stack

CREATES = {
    QUEUE: ("sqs", "CreateQueue"),
    ROLE: ("iam", "CreateRole"),
    FUNCTION: ("lambda", "CreateFunction"),
    LOG_GROUP: ("logs", "CreateLogGroup"),
    MAPPING: ("lambda", "CreateEventSourceMapping"),
}


class LostResponse:
    """Loses the response to the first call of an operation."""

    def __init__(self, aws: Aws, service: str, operation: str) -> None:
        self.events = aws.clients.get(service, aws.region).meta.events
        self.name = f"before-send.{service}.{operation}"
        self.lost = False

    def __enter__(self) -> Self:
        self.events.register(self.name, self.lose)
        return self

    def __exit__(self, *_: object) -> None:
        self.events.unregister(self.name, self.lose)

    def lose(self, request: Any, **_: Any) -> None:
        if not self.lost:
            self.lost = True
            URLLib3Session().send(request)
            raise ConnectionClosedError(endpoint_url=request.url)


@pytest.mark.parametrize("type_token", CREATES)
def test_a_create_whose_response_is_lost_makes_one_resource(
    type_token: str, stack: Stack, driver: Driver, aws: Aws
) -> None:
    inputs = stack.inputs(type_token)

    with LostResponse(aws, *CREATES[type_token]) as lost:
        resource = driver.create(type_token, "once", **inputs)

    assert lost.lost
    assert driver.read(resource) is not None
    if type_token == MAPPING:
        mappings = aws.lambda_.list_event_source_mappings(EventSourceArn=inputs["eventSourceArn"])
        assert [each["UUID"] for each in mappings["EventSourceMappings"]] == [resource.id]


def test_a_name_that_somebody_else_has_stays_an_error(driver: Driver) -> None:
    driver.create(ROLE, "taken", name="taken", assumeRolePolicy=TRUST)

    with pytest.raises(AbortedError, match="EntityAlreadyExists"):
        driver.create(ROLE, "again", name="taken", assumeRolePolicy=TRUST)
