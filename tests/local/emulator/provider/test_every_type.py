"""What holds for every resource type, against a running emulator."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from automation.emulator.provider.resources import RESOURCE_TYPES
from automation.emulator.provider.values import UNKNOWN
from tests.local.emulator.provider.driver import Driver, Resource
from tests.local.emulator.provider.stack import ACCOUNT, QUEUE, ROLE_POLICY, Stack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from automation.emulator.provider.aws import Aws


@dataclass(frozen=True)
class Created:
    """A resource that several tests read and none changes, and the inputs it was created with."""

    driver: Driver
    resource: Resource
    inputs: dict[str, Any]


@pytest.fixture(scope="module", params=RESOURCE_TYPES)
def created(request: pytest.FixtureRequest, aws: Aws) -> Iterator[Created]:
    driver = Driver(aws.clients)
    inputs = Stack(driver).inputs(request.param)
    yield Created(driver, driver.create(request.param, "thing", **inputs), inputs)
    driver.delete_all()


def test_a_resource_is_made_as_asked_and_its_outputs_are_known(created: Created) -> None:
    resource_type, state = RESOURCE_TYPES[created.resource.type], created.resource.state
    assert created.resource.id
    assert set(resource_type.outputs) <= state.keys()
    assert UNKNOWN not in state.values()
    assert "__defaults" not in state
    if resource_type.naming is not None:
        assert re.fullmatch(r"thing-[0-9a-f]{7}", state["name"])


def test_a_preview_touches_nothing_and_knows_what_can_be_known(created: Created, aws: Aws) -> None:
    resource_type = RESOURCE_TYPES[created.resource.type]
    properties = created.driver.preview(created.resource.type, "planned", **created.inputs)
    for output in resource_type.outputs:
        assert properties[output] is UNKNOWN
    if resource_type.naming is None:
        return
    name = properties["name"]
    assert re.fullmatch(r"planned-[0-9a-f]{7}", name)
    ids = {
        QUEUE: f"{aws.clients.endpoint}/{ACCOUNT}/{name}",
        ROLE_POLICY: f"{created.inputs.get('role')}:{name}",
    }
    planned = Resource(created.resource.type, "planned", ids.get(created.resource.type, name))
    assert created.driver.read(planned) is None


def test_the_same_inputs_again_are_no_change(created: Created) -> None:
    assert created.driver.diff(created.resource, **created.inputs).changed == set()


def test_a_refresh_of_what_nobody_touched_changes_nothing(created: Created) -> None:
    found = created.driver.read(created.resource)
    assert found is not None
    assert (found.inputs, found.state) == (created.resource.inputs, created.resource.state)


def test_an_import_finds_the_resource_by_its_id(created: Created) -> None:
    found = created.driver.read(Resource(created.resource.type, "thing", created.resource.id))
    assert found is not None
    name = {"name": created.resource.state["name"]} if "name" in created.resource.state else {}
    assert created.driver.diff(found, **created.inputs, **name).changed <= {"code"}


def test_a_new_region_replaces_what_is_regional(created: Created) -> None:
    moved = replace(
        created.resource,
        inputs={**created.resource.inputs, "region": "eu-west-1"},
        state={**created.resource.state, "region": "eu-west-1"},
    )
    regional = "region" in RESOURCE_TYPES[created.resource.type].properties
    replaces = created.driver.diff(moved, **created.inputs).replaces
    assert replaces == ({"region"} if regional else set())


@pytest.mark.parametrize("token", RESOURCE_TYPES)
def test_a_deleted_resource_is_gone_and_deleting_it_again_succeeds(
    driver: Driver, stack: Stack, token: str
) -> None:
    created = driver.create(token, "thing", **stack.inputs(token))
    driver.delete(created)
    assert driver.read(created) is None
    driver.delete(created)
