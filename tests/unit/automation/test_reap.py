"""What `reap` finds, what it removes, and what it leaves alone; in a world in memory."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from automation.cli import command
from automation.narrator import Narrator
from automation.options import ReapOptions
from automation.reap import reap, unrecorded_runs
from automation.stack.records import RunFolder
from automation.stack.remains import Remains
from automation.support.errors import CommandFailedError, EmulatorError, EngineFailedError
from automation.support.paths import CHECKOUT, PROJECT
from automation.targets.base import Target
from tests.unit.automation.stack.examples import RECORD
from tests.unit.automation.world import QUEUE, ROLE, World, WorldEngine

PAST, FUTURE = "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"
EXPIRED = replace(RECORD, region="us-east-1", started_at=PAST, expires_at=PAST)
QUEUE_NAME = QUEUE.id.rpartition("/")[2]
QUEUE_ARN = f"arn:aws:sqs:us-east-1:000000000000:{QUEUE_NAME}"

Reap = Callable[..., list[Remains]]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    world = World(tmp_path / "runs")
    monkeypatch.setattr("automation.reap.open_target", world.open_target)
    monkeypatch.setattr("automation.reap.find_engine", world.find_engine)
    monkeypatch.setattr("automation.reap.command_of_run", world.engine_command)
    monkeypatch.setattr("automation.reap.make_clients", world.clients)
    monkeypatch.setattr("automation.reap.lasting.find", lambda: "a lasting emulator")
    monkeypatch.setattr("automation.reap.runs_folder", lambda: tmp_path / "external")
    return world


@pytest.fixture
def reaped(world: World) -> Reap:
    assert not world.calls

    def run(*, yes: bool = True, **options: Any) -> list[Remains]:
        asked = ReapOptions(**{"target": "local", "program": CHECKOUT, **options})
        return reap(asked, {}, Narrator(), lambda _found: yes)

    return run


@pytest.fixture
def left(world: World) -> Iterator[Callable[..., RunFolder]]:
    """Makes what a killed run left: its folder, its resources, its state."""
    locks: list[Any] = []

    def leave(*, alive: bool = False, **changes: str) -> RunFolder:
        record = replace(EXPIRED, **changes)
        folder = RunFolder(world.folder / record.stack)
        folder.path.mkdir(parents=True)
        (folder.path / "Pulumi.yaml").write_text('{"name": "p", "runtime": "python"}')
        lock = folder.hold(record)
        if alive:
            locks.append(lock)
        else:
            lock.close()
        world.resources |= {QUEUE, ROLE}
        return folder

    yield leave
    for lock in locks:
        lock.close()


def test_what_has_expired_is_destroyed_through_its_state_and_forgotten(
    world: World, left: Callable[..., RunFolder], reaped: Reap
) -> None:
    folder = left()

    (remains,) = reaped()

    assert remains.removed
    assert not remains.failures
    assert not world.resources
    assert not folder.path.exists()
    assert "engine cancel" in world.calls  # of the lock that a killed engine leaves
    assert "engine destroy" in world.calls


def test_without_a_yes_everything_is_listed_and_nothing_removed(
    world: World, left: Callable[..., RunFolder], reaped: Reap
) -> None:
    folder = left()

    (remains,) = reaped(yes=False)

    assert {item.kind for item in remains.items} == {"queue", "role"}
    assert {remains.found_by(item) for item in remains.items} == {"state"}
    assert not remains.removed
    assert world.resources
    assert folder.path.exists()


@pytest.mark.parametrize(
    ("options", "removed"),
    [({}, False), ({"everything": True}, True), ({"stack": "run-1"}, True)],
)
def test_what_has_not_expired_is_removed_only_if_asked_for(
    options: dict[str, Any],
    world: World,
    left: Callable[..., RunFolder],
    reaped: Reap,
    *,
    removed: bool,
) -> None:
    left(expires_at=FUTURE)

    (remains,) = reaped(**options)

    assert remains.removed is removed
    assert bool(world.resources) is not removed


def test_a_stack_whose_run_is_going_on_is_left_alone_whatever_is_asked(
    world: World, left: Callable[..., RunFolder], reaped: Reap
) -> None:
    left(alive=True)

    (remains,) = reaped(everything=True)

    assert remains.alive
    assert not remains.removed
    assert world.resources


@pytest.mark.parametrize(
    "elsewhere", [{"account": "123456789012"}, {"endpoint": "http://127.0.0.1:1"}]
)
def test_a_stack_of_another_account_or_endpoint_is_not_looked_at(
    elsewhere: dict[str, str], world: World, left: Callable[..., RunFolder], reaped: Reap
) -> None:
    left(**elsewhere)

    assert reaped(everything=True) == []
    assert world.resources


def test_what_no_state_knows_is_found_by_its_tag_and_deleted(world: World, reaped: Reap) -> None:
    world.resources |= {QUEUE}
    world.tagged[QUEUE_ARN] = {
        "project": PROJECT,
        "stack": "run-2",
        "expires-at": PAST,
    }

    (remains,) = reaped()

    assert remains.stack == "run-2"
    assert remains.removed
    assert not world.resources


def test_tagged_resources_of_another_program_are_found_if_it_is_named(
    world: World, reaped: Reap, tmp_path: Path
) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: orders\nruntime: python\n")
    world.resources = {QUEUE}
    world.tagged[QUEUE_ARN] = {"project": "orders", "stack": "run-2", "expires-at": PAST}

    (remains,) = reaped(program=tmp_path)

    assert remains.removed
    assert not world.resources


def test_tagged_resources_of_another_project_are_left_alone(world: World, reaped: Reap) -> None:
    world.resources |= {QUEUE}
    world.tagged[QUEUE_ARN] = {"project": "other", "stack": "run-2", "expires-at": PAST}

    assert reaped(everything=True) == []
    assert world.resources


def test_one_stack_can_be_named(world: World, left: Callable[..., RunFolder], reaped: Reap) -> None:
    left(stack="run-1")
    left(stack="run-2")

    removed = {remains.stack: remains.removed for remains in reaped(stack="run-2")}

    assert removed == {"run-1": False, "run-2": True}
    assert [path.name for path in world.folder.iterdir()] == ["run-1"]


def test_what_cannot_be_removed_is_named_and_kept_for_the_next_try(
    world: World, left: Callable[..., RunFolder], reaped: Reap
) -> None:
    folder = left()
    world.indestructible |= {QUEUE, ROLE}

    def refuse(_number: int, name: str) -> None:
        if name == "sqs.delete_queue":
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DeleteQueue")

    world.strike = refuse

    (remains,) = reaped()

    assert not remains.removed
    assert any(f"queue {QUEUE_NAME}" in failure for failure in remains.failures)
    assert any("AccessDenied" in failure for failure in remains.failures)
    assert folder.path.exists()
    assert world.resources == {QUEUE}  # it went on past the queue


def test_a_destroy_that_fails_is_finished_by_the_sweep(
    world: World, left: Callable[..., RunFolder], reaped: Reap
) -> None:
    folder = left()

    def fail(_number: int, name: str) -> None:
        if name == "engine destroy":
            raise EngineFailedError("the plugin is broken")

    world.strike = fail

    (remains,) = reaped()

    assert remains.removed
    assert not remains.failures
    assert not world.resources
    assert not folder.path.exists()


@pytest.mark.parametrize("option", ["protect", "retainOnDelete"])
def test_what_the_program_protects_or_retains_is_not_deleted(
    option: str,
    world: World,
    left: Callable[..., RunFolder],
    reaped: Reap,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = left()
    world.indestructible = {QUEUE}
    spared = {"resources": [{"type": QUEUE.type, "id": QUEUE.id, option: True}]}
    monkeypatch.setattr(WorldEngine, "_deployment", lambda _self: spared)

    def protect(_number: int, name: str) -> None:
        if name == "engine destroy" and option == "protect":
            raise EngineFailedError("the queue is protected")

    world.strike = protect

    (remains,) = reaped()

    assert QUEUE in world.resources
    assert remains.removed is (option == "retainOnDelete")
    assert folder.path.exists() is (option == "protect")  # with the state


def test_a_role_that_is_found_by_its_tag_is_removed_where_its_stack_is(
    world: World, reaped: Reap
) -> None:
    world.resources = {QUEUE}
    tags = {"project": PROJECT, "stack": "run-2", "expires-at": PAST, "region": "eu-west-1"}
    world.tagged[QUEUE_ARN] = tags

    (remains,) = reaped()

    assert remains.region == "eu-west-1"
    assert remains.place.endswith(", eu-west-1")


def test_what_stays_is_told_with_why_the_destroy_failed(
    world: World, left: Callable[..., RunFolder], reaped: Reap
) -> None:
    folder = left()
    world.undeletable = {QUEUE}

    def fail(_number: int, name: str) -> None:
        if name == "engine destroy":
            raise EngineFailedError("the passphrase is wrong")

    world.strike = fail

    (remains,) = reaped()

    assert not remains.removed
    assert remains.failures == ["the passphrase is wrong", f"still exists: queue {QUEUE_NAME}"]
    assert folder.path.exists()


def test_runs_on_an_emulator_that_is_not_running_are_forgotten(
    world: World, reaped: Reap, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = RunFolder(tmp_path / "external" / "run-1")
    folder.path.mkdir(parents=True)
    folder.hold(EXPIRED).close()
    monkeypatch.setattr("automation.reap.lasting.find", lambda: None)

    def refused(*_: object, **__: object) -> None:
        raise EmulatorError("nothing listens")

    monkeypatch.setattr("automation.reap.open_target", refused)

    (remains,) = reaped()

    assert remains.removed
    assert "not running" in remains.place
    assert not folder.path.exists()
    assert not world.calls


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["reap"], 0, "add --yes to remove expired stacks"),
        (["reap", "--yes"], 0, "removed"),
        (["reap", "--json"], 0, '"found_by": "state"'),
    ],
)
def test_the_command_prints_what_is_left(
    arguments: list[str],
    code: int,
    text: str,
    left: Callable[..., RunFolder],
    capsys: pytest.CaptureFixture[str],
) -> None:
    left()

    assert command(arguments) == code

    output = capsys.readouterr()
    assert text in output.out + output.err
    assert "run-1" in output.out


@pytest.mark.parametrize(
    ("expiries", "told"),
    [
        ({"run-1": FUTURE}, "nothing was removed: 1 stack has not expired; add --all\n"),
        (
            {"run-1": PAST, "run-2": FUTURE, "run-3": FUTURE},
            "2 stacks have not expired; add --all\n",
        ),
        ({"run-1": PAST}, ""),
        ({}, ""),
    ],
)
def test_the_command_says_what_it_did_not_remove_and_why(
    expiries: dict[str, str],
    told: str,
    left: Callable[..., RunFolder],
    capsys: pytest.CaptureFixture[str],
) -> None:
    for stack, expires_at in expiries.items():
        left(stack=stack, expires_at=expires_at)

    assert command(["reap", "--yes"]) == 0

    assert capsys.readouterr().err == told


@pytest.mark.parametrize(
    ("others", "told"),
    [
        (["run-1", "run-2"], ": did you mean run-1? there are: run-1, run-2"),
        ([], ", nor any other; for a stack of your own"),
    ],
)
def test_the_command_says_that_there_is_no_stack_of_that_name_and_which_there_are(
    others: list[str],
    told: str,
    left: Callable[..., RunFolder],
    capsys: pytest.CaptureFixture[str],
) -> None:
    for stack in others:
        left(stack=stack)

    assert command(["reap", "--stack", "rum-1", "--yes"]) == 0

    output = capsys.readouterr()
    assert output.out == "Nothing is left of stack rum-1.\n"
    assert f"there is no ephemeral stack rum-1{told}" in output.err
    assert "pulumi destroy" in output.err


def test_the_command_says_when_nothing_is_left(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not world.calls
    assert command(["reap"]) == 0
    assert "Nothing is left" in capsys.readouterr().out
    assert command(["reap", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_the_command_ends_with_3_when_something_could_not_be_removed(
    world: World, left: Callable[..., RunFolder], capsys: pytest.CaptureFixture[str]
) -> None:
    left()
    world.indestructible |= {QUEUE, ROLE}
    world.undeletable |= {QUEUE}

    assert command(["reap", "--yes"]) == 3
    assert f"still exists: queue {QUEUE_NAME}" in capsys.readouterr().out


@pytest.fixture
def unrecorded(tmp_path: Path) -> Path:
    """The folder of a run that was killed before it wrote its record, an hour ago."""
    folder = tmp_path / "external" / "run-0"
    folder.mkdir(parents=True)
    (folder / "Pulumi.yaml").write_text('{"name": "p", "runtime": "python"}')
    os.utime(folder, (time.time() - 3600,) * 2)
    return folder


@pytest.mark.parametrize("yes", [True, False])
def test_the_folder_of_a_run_that_was_killed_before_its_record_is_removed(
    unrecorded: Path, reaped: Reap, *, yes: bool
) -> None:
    (remains,) = reaped(yes=yes)

    assert remains.stack == "run-0"
    assert remains.removed is yes
    assert unrecorded.exists() is not yes


def test_the_folder_of_a_run_that_has_just_begun_stays(unrecorded: Path, reaped: Reap) -> None:
    os.utime(unrecorded)

    (remains,) = reaped()

    assert not remains.removed
    assert unrecorded.exists()


def test_the_folder_of_a_run_that_takes_its_lock_meanwhile_stays(
    unrecorded: Path, reaped: Reap
) -> None:
    lock = RunFolder(unrecorded).lock()
    assert lock
    with lock:
        (remains,) = reaped(everything=True)

    assert remains.alive
    assert unrecorded.exists()


def test_the_folder_of_a_run_that_ends_while_it_is_looked_at_is_passed_over(
    world: World, unrecorded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RunFolder, "record", lambda folder: shutil.rmtree(folder.path))

    assert unrecorded_runs() == []
    assert not unrecorded.exists()
    assert not world.calls


def test_what_somebody_else_removes_during_the_question_is_no_error(
    unrecorded: Path, left: Callable[..., RunFolder]
) -> None:
    folders = [unrecorded, left().path]

    def confirm(found: list[Remains]) -> bool:
        assert found
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
        return True

    options = ReapOptions(target="local", program=CHECKOUT)
    assert not any(each.removed for each in reap(options, {}, Narrator(), confirm))


@pytest.mark.parametrize("in_folder", [True, False])
def test_a_damaged_state_goes_with_the_folder_that_it_is_in(
    world: World,
    left: Callable[..., RunFolder],
    reaped: Reap,
    monkeypatch: pytest.MonkeyPatch,
    *,
    in_folder: bool,
) -> None:
    folder = left()
    world.resources.clear()
    place = folder.path if in_folder else folder.path.parent
    backend = {"PULUMI_BACKEND_URL": f"file://{place}/backend"}
    monkeypatch.setattr(Target, "environment_of", lambda _self, _folder: backend)

    def strike(_number: int, name: str) -> None:
        if name.startswith("engine "):
            raise CommandFailedError("unexpected end of JSON input")

    world.strike = strike

    (remains,) = reaped()

    assert remains.removed is in_folder
    assert folder.path.exists() is not in_folder
