from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import pytest
from pulumi.automation import CommandResult, errors

from automation.stack.events import Resource
from automation.stack.failures import engine_errors
from automation.stack.state import (
    KnownStack,
    Recorded,
    list_stacks,
    recorded_resources,
    stack_outputs,
)
from automation.support.errors import (
    CommandFailedError,
    EngineFailedError,
    StackExistsError,
    StackLockedError,
    StackMissingError,
)
from automation.support.paths import CHECKOUT
from tests.unit.automation.stack.fake_engine import BROKEN, EXISTS, LOCKED, MISSING, FakeEngine

CLOUD = "error: [409] Conflict: Another update is currently in progress."


def test_outputs_of_an_existing_stack_are_read_without_selecting_it() -> None:
    engine = FakeEngine()
    engine.stdout = '{"queue_url": "http://127.0.0.1/0/q", "count": 3}'

    exported = stack_outputs("dev", CHECKOUT, engine)

    assert exported == {"queue_url": "http://127.0.0.1/0/q", "count": 3}
    assert {tuple(arguments[:2]) for arguments in engine.ran} == {("stack", "output")}
    assert all(arguments[-2:] == ["--stack", "dev"] for arguments in engine.ran)


def test_a_stack_that_does_not_exist_is_named() -> None:
    with pytest.raises(StackMissingError, match="outputs of stack dev: the stack does not exist"):
        stack_outputs("dev", CHECKOUT, FakeEngine(stack=[MISSING]))


def test_stacks_are_listed_with_when_and_what_was_deployed_if_anything_was() -> None:
    engine = FakeEngine()
    deployed = {"lastUpdate": "2026-04-15T10:00:00.000Z", "resourceCount": 11}
    engine.stdout = json.dumps([{"name": "dev", **deployed}, {"name": "empty"}])

    assert list_stacks(CHECKOUT, engine) == [
        KnownStack("dev", datetime(2026, 4, 15, 10, tzinfo=UTC), 11),
        KnownStack("empty", None, None),
    ]


def test_what_a_state_records_are_the_resources_that_have_an_id() -> None:
    engine = FakeEngine()
    queue = {"type": "aws:sqs/queue:Queue", "id": "http://127.0.0.1/0/q"}
    recorded = [{"type": "pulumi:pulumi:Stack"}, queue]
    engine.stdout = json.dumps({"version": 3, "deployment": {"resources": recorded}})

    found = recorded_resources("run-1", CHECKOUT, engine)
    assert found.owned == {Resource(**queue)}
    assert not found.spared


@pytest.mark.parametrize("engine", [FakeEngine(stack=[MISSING]), FakeEngine()])
def test_a_stack_that_is_gone_or_empty_has_no_resources(engine: FakeEngine) -> None:
    engine.stdout = '{"version": 3}'

    nothing = Recorded(owned=frozenset(), spared=frozenset())
    assert recorded_resources("run-1", CHECKOUT, engine) == nothing


def test_what_is_only_read_is_none_of_them_and_what_is_protected_is_spared() -> None:
    engine = FakeEngine()
    read, kept, retained = (
        {"type": "aws:sqs/queue:Queue", "id": f"http://127.0.0.1/0/{name}"} for name in "abc"
    )
    recorded = [
        {**read, "external": True},
        {**kept, "protect": True},
        {**retained, "retainOnDelete": True},
    ]
    engine.stdout = json.dumps({"version": 3, "deployment": {"resources": recorded}})

    found = recorded_resources("run-1", CHECKOUT, engine)

    assert found.owned == frozenset()
    assert found.spared == {Resource(**kept), Resource(**retained)}


@pytest.mark.parametrize(
    ("stderr", "of_the_sdk", "ours", "words"),
    [
        (MISSING, errors.StackNotFoundError, StackMissingError, "the stack does not exist"),
        (EXISTS, errors.StackAlreadyExistsError, StackExistsError, "the name is taken"),
        (LOCKED, errors.ConcurrentUpdateError, StackLockedError, "another operation holds its"),
        (CLOUD, errors.ConcurrentUpdateError, StackLockedError, "another operation holds its"),
        (BROKEN, errors.CommandError, EngineFailedError, BROKEN),
    ],
)
def test_a_failed_command_means_what_the_sdk_takes_it_for(
    stderr: str, of_the_sdk: type[Exception], ours: type[Exception], words: str
) -> None:
    theirs = errors.create_command_error(CommandResult(stderr=stderr, stdout="", code=1))
    assert type(theirs) is of_the_sdk

    with (
        pytest.raises(EngineFailedError, match=re.escape(words)) as raised,
        engine_errors("could not", []),
    ):
        raise CommandFailedError(stderr)

    assert type(raised.value) is ours


def test_a_response_that_is_not_json_is_an_error_that_names_the_command() -> None:
    engine = FakeEngine()
    engine.stdout = "warning: a new version of Pulumi is available\n[]"

    with pytest.raises(EngineFailedError, match="`pulumi stack ls --json` did not print JSON"):
        list_stacks(CHECKOUT, engine)
