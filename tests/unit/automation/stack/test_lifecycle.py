from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from automation.engine import Engine
from automation.stack.command import EngineCommand
from automation.stack.configuration import StackPlan
from automation.stack.events import Resource, ResourceStep
from automation.stack.lifecycle import EphemeralStack
from automation.stack.project import read_project
from automation.stack.records import RunFolder
from automation.support.errors import (
    AutomationError,
    DestroyFailedError,
    EngineFailedError,
    Interrupted,
    StackExistsError,
    StackLockedError,
    StackMissingError,
)
from automation.support.paths import CHECKOUT
from tests.unit.automation.stack.examples import RECORD
from tests.unit.automation.stack.fake_engine import (
    BROKEN,
    EXISTS,
    LOCKED,
    MISSING,
    QUEUE,
    FakeEngine,
    made,
    planned_for,
    problem,
)


@pytest.fixture
def plan(tmp_path: Path) -> StackPlan:
    return StackPlan(
        record=RECORD,
        folder=tmp_path / "runs" / "run-1",
        configuration={"functionTimeout": 1, "aws:region": "eu-west-1", "tags": {"a": "b"}},
        finish_by_hand="pulumi destroy --stack run-1",
        project=read_project(CHECKOUT),
    )


def block(
    plan: StackPlan, engine: FakeEngine, told: list[ResourceStep] | None = None
) -> EphemeralStack:
    tell = (lambda _: None) if told is None else told.append
    return EphemeralStack(plan, engine, enter=lambda _: None, tell=tell)


def deploy(plan: StackPlan, engine: FakeEngine) -> None:
    with block(plan, engine) as stack:
        stack.create()
        stack.up()


def test_a_stack_is_created_deployed_and_destroyed_and_its_folder_goes(plan: StackPlan) -> None:
    engine = FakeEngine()

    with block(plan, engine) as stack:
        stack.create()
        stack.up()
        assert engine.commands == ["stack", "up"]

    assert engine.commands == ["stack", "up", "destroy"]
    assert engine.ran[0] == ["stack", "init", "run-1", "--no-select"]
    assert "--remove" in engine.ran[2]
    assert all("run-1" in arguments for arguments in engine.ran)
    assert set(engine.folders) == {str(plan.folder)}
    assert not plan.folder.exists()


@pytest.mark.parametrize(
    "failure", [BROKEN, EngineFailedError("timed out"), Interrupted(15, "SIGTERM"), ValueError()]
)
def test_whatever_ends_a_deployment_is_followed_by_the_destroy(
    failure: str | BaseException, plan: StackPlan
) -> None:
    engine = FakeEngine(up=[failure])
    raised = EngineFailedError if isinstance(failure, str) else type(failure)

    with pytest.raises(raised):
        deploy(plan, engine)

    assert engine.commands == ["stack", "up", "destroy"]
    assert not plan.folder.exists()


def test_a_stack_whose_making_was_interrupted_is_destroyed_too(plan: StackPlan) -> None:
    engine = FakeEngine(stack=[Interrupted(2, "SIGINT")])

    with pytest.raises(Interrupted), block(plan, engine) as stack:
        stack.create()

    assert engine.commands == ["stack", "destroy"]


def test_the_destroy_is_certain_before_anything_of_the_stack_is_made(plan: StackPlan) -> None:
    engine = FakeEngine(destroy=[MISSING])

    with pytest.raises(ZeroDivisionError), block(plan, engine):
        raise ZeroDivisionError

    assert engine.commands == ["destroy"]


def test_a_stack_that_could_not_be_created_is_not_said_to_stand(plan: StackPlan) -> None:
    engine = FakeEngine(stack=[BROKEN])

    with pytest.raises(EngineFailedError) as raised, block(plan, engine) as stack:
        stack.create()

    assert str(raised.value).startswith("could not create stack run-1:")
    assert "the cloud is down" in str(raised.value)
    assert engine.commands == ["stack"]
    assert not plan.folder.exists()


def test_a_stack_of_somebody_elses_with_the_same_name_is_not_destroyed(plan: StackPlan) -> None:
    engine = FakeEngine(stack=[EXISTS])

    with pytest.raises(StackExistsError, match="the name is taken"), block(plan, engine) as stack:
        stack.create()

    assert engine.commands == ["stack"]
    assert not plan.folder.exists()


@pytest.mark.parametrize("failure", [LOCKED, BROKEN, EngineFailedError("timed out")])
def test_a_destroy_that_fails_is_tried_once_more_unlocked_and_refreshed(
    failure: str | BaseException, plan: StackPlan
) -> None:
    engine = FakeEngine(destroy=[failure])

    with block(plan, engine) as stack:
        stack.create()

    assert engine.commands == ["stack", "destroy", "cancel", "destroy"]
    assert "--refresh" not in engine.ran[1]
    assert "--refresh" in engine.ran[3]
    assert not plan.folder.exists()


def test_a_lock_that_cannot_be_cancelled_does_not_keep_the_second_try_from_being_made(
    plan: StackPlan,
) -> None:
    engine = FakeEngine(destroy=[BROKEN], cancel=["error: nothing to cancel"])

    with block(plan, engine) as stack:
        stack.create()

    assert engine.commands == ["stack", "destroy", "cancel", "destroy"]


def test_a_destroy_that_got_through_before_it_failed_is_no_failure(plan: StackPlan) -> None:
    engine = FakeEngine(destroy=[BROKEN, MISSING])

    with block(plan, engine) as stack:
        stack.create()

    assert not plan.folder.exists()


def test_what_cannot_be_destroyed_keeps_its_folder_and_says_how_to_finish(plan: StackPlan) -> None:
    engine = FakeEngine(destroy=[BROKEN, BROKEN])

    with pytest.raises(DestroyFailedError) as raised:
        deploy(plan, engine)

    assert engine.commands == ["stack", "up", "destroy", "cancel", "destroy"]
    assert "stack run-1 still exists" in str(raised.value)
    assert "the cloud is down" in str(raised.value)
    assert plan.finish_by_hand in raised.value.hint
    assert raised.value.exit_code == 3
    assert (plan.folder / "Pulumi.run-1.yaml").exists()


def test_a_stack_that_is_kept_is_not_destroyed_and_keeps_its_folder(plan: StackPlan) -> None:
    engine = FakeEngine()

    with block(plan, engine) as stack:
        stack.create()
        stack.keep()
        assert stack.kept

    assert engine.commands == ["stack"]
    assert (plan.folder / "Pulumi.yaml").exists()


def test_what_was_made_and_what_was_exported_are_told_by_the_engines_events(
    plan: StackPlan,
) -> None:
    engine = FakeEngine()
    root = Resource(type="pulumi:pulumi:Stack", id="")
    engine.events["up"] = [made(QUEUE), made(root, {"queue_url": QUEUE.id})]
    told: list[ResourceStep] = []

    with block(plan, engine, told) as stack:
        stack.create()
        assert stack.up() == {"queue_url": QUEUE.id}
        assert stack.recorded == {QUEUE}

    assert stack.recorded == {QUEUE}  # still to be asked for, now that they should be gone
    assert told[0] == ResourceStep(operation="create", type=QUEUE.type, name="TheName", done=True)


@pytest.mark.parametrize("op", ["read", "same", "import", "refresh"])
def test_what_existed_before_is_nothing_of_the_stacks_own(plan: StackPlan, op: str) -> None:
    engine = FakeEngine()
    events = [planned_for(QUEUE), made(QUEUE)]
    for event in events:
        (each,) = event.values()
        each["metadata"]["op"] = op
    engine.events["up"] = events

    with block(plan, engine) as stack:
        stack.create()
        stack.up()

    assert not stack.recorded
    assert not stack.planned


def test_an_engine_that_cannot_be_run_any_more_leaves_a_way_to_finish(
    plan: StackPlan, tmp_path: Path
) -> None:
    gone = EngineCommand(Engine(folder=tmp_path / "gone", version="3.259.0", source="PATH"), {})

    with (
        pytest.raises(DestroyFailedError, match="`pulumi destroy` could not be run") as raised,
        EphemeralStack(plan, gone, enter=lambda _: None, tell=lambda _: None),
    ):
        pass

    assert "finish with: " in raised.value.hint
    assert plan.folder.exists()


def test_what_a_failed_deployment_made_is_known(plan: StackPlan) -> None:
    engine = FakeEngine(up=[BROKEN])
    engine.events["up"] = [made(QUEUE), problem("AWS says no\n")]

    with block(plan, engine) as stack:
        with pytest.raises(EngineFailedError) as raised:
            stack.up()
        assert stack.recorded == {QUEUE}

    assert str(raised.value) == "could not deploy stack run-1:\nAWS says no"


@pytest.mark.parametrize(
    ("stderr", "kind"),
    [
        (MISSING, StackMissingError),
        (EXISTS, StackExistsError),
        (LOCKED, StackLockedError),
        ("[409] Conflict: Another update is currently in progress.", StackLockedError),
        (BROKEN, EngineFailedError),
    ],
)
def test_what_the_engine_says_becomes_an_error_of_ours(
    stderr: str, kind: type[AutomationError], plan: StackPlan
) -> None:
    engine = FakeEngine(up=[stderr])

    with pytest.raises(AutomationError) as raised, block(plan, engine) as stack:
        stack.up()

    assert type(raised.value) is kind
    assert "could not deploy stack run-1" in str(raised.value)
    assert raised.value.exit_code == 3


# Settings.


@pytest.fixture
def settings(plan: StackPlan) -> Iterator[dict[str, Any]]:
    before = {path: path.stat().st_mtime_ns for path in CHECKOUT.iterdir() if path.is_file()}
    with block(plan, FakeEngine()):
        yield {
            path.name: yaml.safe_load(path.read_text(encoding="utf-8"))
            for path in plan.folder.glob("*.yaml")
        }
    after = {path: path.stat().st_mtime_ns for path in before if path.exists()}
    assert after == before


def test_a_run_has_the_checkouts_whole_project_and_runs_its_program(
    settings: dict[str, Any],
) -> None:
    project = yaml.safe_load((CHECKOUT / "Pulumi.yaml").read_text(encoding="utf-8"))

    mine = settings["Pulumi.yaml"]

    assert mine["main"] == str(CHECKOUT)
    assert mine["config"] == project["config"]
    assert {key: mine[key] for key in ("name", "description")} == {
        key: project[key] for key in ("name", "description")
    }
    assert mine["runtime"]["name"] == "python"
    assert (Path(mine["runtime"]["options"]["virtualenv"]) / "bin" / "python").exists()


def test_a_runs_configuration_is_its_own_with_the_projects_name_before_bare_keys(
    settings: dict[str, Any],
) -> None:
    assert settings["Pulumi.run-1.yaml"] == {
        "config": {
            "poker-hands-consumer:functionTimeout": 1,
            "poker-hands-consumer:tags": {"a": "b"},
            "aws:region": "eu-west-1",
        }
    }


def test_a_run_never_takes_a_folder_that_is_there(plan: StackPlan) -> None:
    plan.folder.mkdir(parents=True)
    (plan.folder / "precious").touch()

    with pytest.raises(FileExistsError), block(plan, FakeEngine()):
        pass

    assert (plan.folder / "precious").exists()


# A stack that is somebody else's to make and to destroy.


def test_the_phases_of_a_stack_are_told_as_they_begin(plan: StackPlan) -> None:
    engine = FakeEngine()
    entered: list[str] = []

    with EphemeralStack(plan, engine, enter=entered.append, tell=lambda _: None) as stack:
        stack.create()
        stack.up()
        assert entered == ["create", "deploy"]

    assert entered == ["create", "deploy", "destroy"]


def test_a_run_is_recorded_and_holds_a_lock_until_its_stack_is_destroyed(plan: StackPlan) -> None:
    folder = RunFolder(plan.folder)

    with block(plan, FakeEngine()) as stack:
        assert folder.record() == RECORD
        assert folder.alive()
        stack.keep()

    assert not folder.alive()
    assert folder.record() == RECORD
