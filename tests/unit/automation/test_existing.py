"""Which stack the commands find, in a world in memory."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from automation.existing import ExistingStack, open_stack
from automation.listing import list_all
from automation.options import StackOptions
from automation.stack.command import Finished
from automation.stack.records import RunFolder
from automation.support.errors import UsageError
from automation.support.paths import CHECKOUT, PROJECT
from tests.unit.automation.stack.examples import EXPORTED, RECORD
from tests.unit.automation.stack.fake_engine import FakeEngine
from tests.unit.automation.world import QUEUE, World

UNEXPIRED = replace(RECORD, expires_at="2999-01-01T00:00:00Z")


class Stacks(FakeEngine):
    """An engine that has stacks of these names."""

    def __init__(self, *names: str) -> None:
        super().__init__()
        self.names = names

    def run(self, args: list[str], cwd: str, *rest: Any, **more: Any) -> Finished:
        self.stdout = json.dumps(EXPORTED)
        if args[:2] == ["stack", "ls"]:
            self.stdout = json.dumps([{"name": name, "current": False} for name in self.names])
        elif args[-1] not in self.names:
            self.script["stack"] = deque([f"error: no stack named '{args[-1]}' found"])
        return super().run(args, cwd, *rest, **more)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(tmp_path / "runs")
    for module in ("existing", "reap"):
        monkeypatch.setattr(f"automation.{module}.open_target", made.open_target)
        monkeypatch.setattr(f"automation.{module}.find_engine", made.find_engine)
        monkeypatch.setattr(f"automation.{module}.make_clients", made.clients)
        monkeypatch.setattr(f"automation.{module}.lasting.find", lambda: "a lasting emulator")
    return made


@pytest.fixture
def engine(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Stacks]:
    """Put stacks of the user's own, and of runs, on the target."""

    def put(*own: str, runs: tuple[str, ...] = ()) -> Stacks:
        made = Stacks(*own, *runs)
        for name in runs:
            (world.folder / name).mkdir(parents=True)
            RunFolder(world.folder / name).hold(replace(UNEXPIRED, stack=name)).close()
        monkeypatch.setattr("automation.existing.command_for", lambda *_: made)
        for module in ("existing", "reap"):
            monkeypatch.setattr(f"automation.{module}.command_of_run", lambda *_: made)
        return made

    return put


def opened(stack: str | None = None) -> ExistingStack:
    with open_stack(
        StackOptions(target="local", program=CHECKOUT, stack=stack), {}, lambda _: None
    ) as found:
        return found


def refused(stack: str | None = None) -> str:
    with pytest.raises(UsageError) as error:
        opened(stack)
    return f"{error.value} {error.value.hint}"


def test_a_stack_is_opened_by_its_name_with_its_outputs(engine: Callable[..., Stacks]) -> None:
    engine("dev", "prod")

    stack = opened("prod")

    assert stack.name == "prod"
    assert stack.outputs.function_name == EXPORTED["function_name"]


def test_the_only_stack_needs_no_name(engine: Callable[..., Stacks]) -> None:
    engine("dev")
    assert opened().name == "dev"


def test_a_stack_that_a_run_kept_is_read_in_its_run_s_folder(
    engine: Callable[..., Stacks], world: World
) -> None:
    made = engine(runs=("run-1",))

    assert opened().name == "run-1"
    assert made.folders[-1] == str(world.folder / "run-1")


def test_without_a_backend_only_the_stacks_of_runs_are_known(
    engine: Callable[..., Stacks], world: World
) -> None:
    engine("dev", runs=("run-1",))
    world.own_backend = True

    assert opened().name == "run-1"
    assert opened("run-1").name == "run-1"
    assert "no Pulumi backend is chosen, so there is no stack dev" in refused("dev")


def test_of_several_stacks_one_must_be_named(engine: Callable[..., Stacks]) -> None:
    engine("dev", "prod", runs=("run-1",))

    assert "there are 3 stacks on a fake target: dev, prod, run-1" in refused()


def test_a_typo_suggests_the_near_name(engine: Callable[..., Stacks]) -> None:
    engine("dev", "production")

    told = refused("Prodution")

    assert "there is no stack Prodution on a fake target" in told
    assert "did you mean production? there are: dev, production" in told


def test_without_any_stack_the_hint_says_how_to_make_one(engine: Callable[..., Stacks]) -> None:
    engine()

    assert "pulumi stack init dev, then: python -m automation exec -- pulumi up" in refused()
    assert "pulumi stack init mine, then:" in refused("mine")


def test_where_no_emulator_runs_none_is_started(
    engine: Callable[..., Stacks], monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    engine("dev")
    monkeypatch.setattr("automation.existing.lasting.find", lambda: None)

    assert "no emulator is running, so there is no stack dev" in refused("dev")
    assert "no emulator is running, so there is no stack deploy" in refused()
    assert not world.target_open


def test_the_stacks_of_another_program_are_not_touched(
    engine: Callable[..., Stacks], world: World
) -> None:
    engine("dev")
    for project, name in (("orders", "run-1"), (PROJECT, "run-2")):
        (world.folder / name).mkdir(parents=True)
        record = replace(RECORD, stack=name, project=project)
        RunFolder(world.folder / name).hold(record).close()

    assert "there are 2 stacks on a fake target: dev, run-2" in refused()
    assert "there is no stack run-1 on a fake target" in refused("run-1")
    found = list_all(StackOptions(target="local", program=CHECKOUT), {}, lambda _: None)
    assert [each.stack for each in found] == ["dev", "run-2"]


def test_all_stacks_are_listed_with_whose_they_are(
    engine: Callable[..., Stacks], world: World
) -> None:
    engine("dev", runs=("run-1", "run-2"))
    going_on = RunFolder(world.folder / "run-2").lock()
    assert going_on is not None
    world.tagged["arn:aws:sqs:us-east-1:000000000000:q-0123abc"] = {
        "stack": "run-9",
        "project": PROJECT,
        "expires-at": "2020-01-01T00:00:00Z",
    }
    world.resources.add(QUEUE)

    with going_on:
        found = list_all(StackOptions(target="local", program=CHECKOUT), {}, lambda _: None)

    assert [(each.stack, each.owner) for each in found] == [
        ("dev", "yours"),
        ("run-1", "a run of this machine"),
        ("run-2", "a run, going on"),
        ("run-9", "a run of another machine"),
    ]
    assert [bool(each.expires_at) for each in found] == [False, True, True, True]
