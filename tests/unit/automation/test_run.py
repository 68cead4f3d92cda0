"""A run, step by step, in a world in memory: what it finds out, what it leaves, what it tells."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from automation.emulator.functions import OWN
from automation.narrator import Narrator
from automation.options import RunOptions
from automation.report.result import RunResult
from automation.run import run
from automation.source import check_source
from automation.stack.events import Resource
from automation.stack.records import NAMES, RunFolder
from automation.support import interrupts
from automation.support.errors import (
    DestroyFailedError,
    EngineFailedError,
    HostError,
    ObserveError,
    UsageError,
)
from automation.support.paths import CHECKOUT
from tests.unit.automation.stack.examples import EXPORTED, RECORD
from tests.unit.automation.world import QUEUE, ROLE, SCENARIO, FakeIam, World

QUEUE_NAME = QUEUE.id.rpartition("/")[2]
REFUSED = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetRole")

FRESH = {name: value for name, value in vars(interrupts._Signals).items() if name[0] != "_"}

Go = Callable[..., RunResult]


class Listening(Narrator):
    def __init__(self) -> None:
        self.said: list[str] = []
        self.phases: list[str] = []

    def say(self, line: str) -> None:
        self.said.append(line)

    def phase(self, name: str) -> None:
        self.phases.append(name)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    world = World(tmp_path / "runs")
    monkeypatch.setattr("automation.run.check_source", lambda *_: None)
    monkeypatch.setattr("automation.run.open_target", world.open_target)
    monkeypatch.setattr("automation.run.find_engine", world.find_engine)
    monkeypatch.setattr("automation.existing.command_for", world.engine_command)
    monkeypatch.setattr("automation.existing.lasting.find", lambda: "a lasting emulator")
    monkeypatch.setattr("automation.run.command_of_run", world.engine_command)
    monkeypatch.setattr("automation.run.make_clients", world.clients)
    monkeypatch.setattr(interrupts, "_Signals", type("Fresh", (), FRESH))
    monkeypatch.setattr(interrupts, "write_from_signal_handler", lambda _line: None)
    yield world
    assert not world.target_open


@pytest.fixture
def narrator() -> Listening:
    return Listening()


@pytest.fixture
def go(world: World, narrator: Listening, tmp_path: Path) -> Go:
    scenario = tmp_path / "scenario.json"
    scenario.write_text(json.dumps(SCENARIO))
    options = RunOptions(target="local", program=CHECKOUT, scenario=scenario)
    assert world.folder.parent == tmp_path
    return lambda **changes: run(replace(options, **changes), {}, narrator)


def test_what_the_program_refuses_with_the_targets_timings_is_refused_before_anything_starts(
    world: World, go: Go
) -> None:
    result = go(target="aws", configuration={"visibilityTimeout": 4})

    assert isinstance(result.error, UsageError)
    assert "visibilityTimeout (4 s) must be at least functionTimeout (5 s)" in str(result.error)
    assert world.calls == []


def at(name: str, act: Callable[[], None]) -> Callable[[int, str], None]:
    """Acts before each call of that name."""
    return lambda _number, called: act() if called == name else None


def fail_with(error: BaseException) -> Callable[[], None]:
    def act() -> None:
        raise error

    return act


def interrupt() -> None:
    interrupts._on_signal(signal.SIGINT, None)


def folders(world: World) -> list[Path]:
    return list(world.folder.iterdir()) if world.folder.exists() else []


# A run that goes well.


def test_a_run_deploys_sends_proves_destroys_and_looks_in_that_order(
    go: Go, world: World, narrator: Listening
) -> None:
    result = go()

    assert result.outcome == "passed", result.checks
    assert result.exit_code == 0
    assert result.leftovers == ()
    assert narrator.phases == [
        *("set up", "create", "deploy", "send", "prove", "destroy", "look", "tear down")
    ]
    assert [call for call in world.calls if call.startswith("engine")] == [
        *("engine stack", "engine up", "engine destroy")
    ]
    assert not world.resources
    assert not folders(world)
    assert not narrator.said


def test_a_run_tells_all_it_found_out(go: Go) -> None:
    result = go()

    assert result.stack.startswith(NAMES)
    assert result.description == "a fake target"
    assert result.scenario == "two"
    assert result.versions["engine"] == "3.259.0"
    assert result.log_group == EXPORTED["log_group_name"]
    assert result.settings is not None
    assert result.settings.by_key == {
        "functionTimeout": "1 s",
        "visibilityTimeout": "0 s",
        "maxReceiveCount": "3",
        "batchSize": "10",
        "memorySize": "128 MB",
        "runtime": "python3.12",
    }
    assert result.concluded
    assert result.verdict is not None
    assert [message.fate for message in result.verdict.messages] == ["processed", "dead-lettered"]
    assert result.events
    assert set(result.phases) >= {"deploy", "prove", "total"}


@pytest.mark.parametrize(
    "elsewhere", [{"target": "aws"}, {"endpoint": "http://127.0.0.1:1"}, {"account": "1"}]
)
def test_of_earlier_runs_only_those_are_told_that_reap_would_show(
    elsewhere: dict[str, str], go: Go, world: World, narrator: Listening
) -> None:
    for name, changes in (("run-1", {}), ("run-2", elsewhere)):
        folder = RunFolder(world.folder / name)
        folder.path.mkdir(parents=True)
        folder.hold(replace(RECORD, stack=name, **changes)).close()
    (world.folder / ".DS_Store").touch()

    go()

    assert [line.partition(";")[0] for line in narrator.said if "earlier runs" in line] == [
        "earlier runs left something: run-1"
    ]


def test_a_stack_that_is_kept_stays_with_its_target_and_the_commands_that_end_it(
    go: Go, world: World
) -> None:
    result = go(keep=True)

    assert result.outcome == "passed"
    assert world.resources
    assert world.target_kept
    assert result.leftovers is None  # not looked for
    destroy, stop = result.finish
    assert destroy == f"python -m automation reap --stack {result.stack} --yes"
    assert stop == "stop it"
    assert len(folders(world)) == 1
    assert world.released == ["handle of m-1"]  # so that whoever looks sees the dead letter


def test_an_existing_stack_of_another_account_is_refused_before_anything_is_sent(
    go: Go, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(EXPORTED, "queue_arn", "arn:aws:sqs:eu-north-1:123456789012:q")

    result = go(stack="dev")

    assert isinstance(result.error, UsageError)
    assert "is in account 123456789012, and the credentials are of 000000000000" in str(
        result.error
    )
    assert not world.sent


def test_an_existing_stack_is_proved_and_left_as_it_was(go: Go, world: World) -> None:
    result = go(stack="dev")

    assert result.outcome == "passed", result.checks
    assert result.stack == "dev"
    assert {call for call in world.calls if call.startswith("engine")} == {"engine stack"}
    assert world.deleted == ["handle of m-1"]  # the run's own dead letter, and no other


def test_an_existing_stack_needs_an_emulator_that_could_have_it(
    go: Go, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("automation.existing.lasting.find", lambda: None)

    assert go(stack="dev", emulator="http://127.0.0.1:4566").outcome == "passed"
    calls = len(world.calls)
    result = go(stack="dev")

    assert result.exit_code == 2
    assert "no emulator is running, so there is no stack dev" in str(result.error)
    assert len(world.calls) == calls


def test_of_a_send_that_was_retried_no_copy_is_left_on_an_existing_stack(
    go: Go, world: World
) -> None:
    world.retries = 1

    result = go(stack="dev")

    assert result.outcome == "passed", result.checks
    assert sorted(world.deleted) == ["handle of m-1", "handle of n-1"]


# A run that does not.


def test_a_check_that_fails_is_no_error_and_the_stack_is_destroyed(go: Go, world: World) -> None:
    world.strike = at("logs.filter_log_events", world.sent.clear)

    result = go()

    assert result.error is None
    assert result.outcome == "failed"
    assert result.exit_code == 1
    assert not world.resources


def test_a_proof_that_does_not_come_in_time_is_told_and_what_was_seen_last_is_judged(
    go: Go, world: World, narrator: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("automation.proof.Conclusive", lambda _quiet: lambda _verdict: False)

    result = go(outcome_timeout=0.05)

    assert result.outcome == "passed"
    assert world.calls.count("logs.filter_log_events") > 1
    (said,) = narrator.said
    assert said.startswith("waited 0 s for the outcome; last seen: 1 of 1 processed")


def test_a_usage_error_opens_no_target(go: Go, world: World) -> None:
    result = go(configuration={"nonsense": 1})

    assert isinstance(result.error, UsageError)
    assert result.exit_code == 2
    assert not world.calls


def test_a_message_that_the_queue_would_refuse_is_refused_before_anything_is_deployed(
    go: Go, world: World, tmp_path: Path
) -> None:
    large = {"body": "x" * 1001, "fate": "dead-lettered"}
    scenario = tmp_path / "large.json"
    scenario.write_text(json.dumps({"name": "large", "messages": [large]}))

    result = go(scenario=scenario)

    assert isinstance(result.error, UsageError)
    assert "message 1 has 1,001 bytes" in str(result.error)
    assert not world.calls


@pytest.mark.parametrize(
    ("call", "error", "kind"),
    [
        ("target.wait_ready", EngineFailedError("no"), EngineFailedError),
        ("engine up", EngineFailedError("no"), EngineFailedError),
        ("engine up", OSError(28, "No space left on device"), HostError),
        ("sqs.send_message_batch", REFUSED, ObserveError),
        ("logs.filter_log_events", REFUSED, ObserveError),
    ],
)
def test_an_error_at_any_step_is_the_result_and_the_stack_is_destroyed(
    call: str, error: Exception, kind: type[Exception], go: Go, world: World
) -> None:
    world.strike = at(call, fail_with(error))

    result = go()

    assert isinstance(result.error, kind), result.error
    assert result.exit_code == 3
    assert result.leftovers == ()
    assert not world.resources
    assert not folders(world)


def test_a_destroy_that_fails_says_so_and_what_still_stands(go: Go, world: World) -> None:
    world.strike = at("engine destroy", fail_with(EngineFailedError("the cloud is down")))

    result = go()

    assert isinstance(result.error, DestroyFailedError)
    assert "the cloud is down" in str(result.error)
    assert result.exit_code == 3
    assert result.leftovers == (f"queue {QUEUE_NAME}", "role PokerHandsLambdaRole-0123abc")
    assert len(folders(world)) == 1


def test_the_first_error_is_told_when_the_destroy_fails_too(go: Go, world: World) -> None:
    def strike(_number: int, name: str) -> None:
        if name in {"engine up", "engine destroy"}:
            raise EngineFailedError(f"no {name}")

    world.strike = strike

    result = go()

    assert isinstance(result.error, DestroyFailedError)
    assert str(result.error).startswith("no engine up\nand then stack ")


def test_what_a_destroy_leaves_behind_fails_the_run_and_is_told(
    go: Go, world: World, narrator: Listening
) -> None:
    world.strike = at("engine destroy", lambda: world.indestructible.add(QUEUE))

    result = go()

    assert result.leftovers == (f"queue {QUEUE_NAME}",)
    assert (result.outcome, result.exit_code) == ("failed", 1)
    assert narrator.said == [f"waited 0 s for queue {QUEUE_NAME} to be deleted"]


def test_what_the_engine_never_recorded_is_swept_and_told(go: Go, world: World) -> None:
    world.unrecorded.add(QUEUE)
    world.indestructible.add(QUEUE)

    result = go()

    assert result.outcome == "passed", result.checks
    assert result.leftovers == ()
    assert result.swept == (f"queue {QUEUE_NAME}",)
    assert not world.resources


@pytest.mark.parametrize("tagged", [False, True])
def test_what_has_a_name_that_the_program_chose_is_the_stacks_only_with_its_tag(
    go: Go, world: World, monkeypatch: pytest.MonkeyPatch, *, tagged: bool
) -> None:
    chosen = Resource(type=ROLE.type, id="prod-role")
    monkeypatch.setattr("tests.unit.automation.world.ROLE", chosen)
    world.unrecorded.add(chosen)
    world.indestructible.add(chosen)  # it may have been there before
    monkeypatch.setattr("automation.run.secrets.token_hex", lambda _: "0123abcd")
    world.role_tags = {"stack": "run-0123abcd" if tagged else "prod"}

    result = go()

    assert (chosen in world.resources) is not tagged
    assert result.swept == (("role prod-role",) if tagged else ())
    note = "role prod-role has a name that the program chose, and no tag stack=run-0123abcd"
    assert any(note in each for each in result.notes) is not tagged


def test_what_may_not_be_looked_at_hides_no_error_of_the_deployment(
    go: Go, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = Resource(type=ROLE.type, id="prod-role")
    monkeypatch.setattr("tests.unit.automation.world.ROLE", chosen)
    world.unrecorded.add(chosen)
    monkeypatch.setattr(FakeIam, "list_role_tags", lambda _self, **_: fail_with(REFUSED)())

    result = go()

    assert result.outcome == "passed", result.error
    assert any("role prod-role has a name that the program chose" in each for each in result.notes)


def test_leftovers_that_cannot_be_looked_for_are_an_error_and_not_a_clean_bill(
    go: Go, world: World
) -> None:
    world.strike = at("iam.get_role", fail_with(REFUSED))

    result = go()

    assert isinstance(result.error, ObserveError)
    assert "looking for what is left" in str(result.error)
    assert result.leftovers is None
    assert result.exit_code == 3


def test_a_response_that_lacks_what_it_should_have_is_an_error_and_no_traceback(
    go: Go, world: World
) -> None:
    world.strike = at("sqs.get_queue_attributes", fail_with(KeyError("Attributes")))

    result = go()

    assert isinstance(result.error, ObserveError)
    assert str(result.error).endswith("a response lacks 'Attributes'")
    assert not world.resources


# Programs of other folders.


@pytest.fixture
def other_program(tmp_path: Path) -> Path:
    folder = tmp_path / "orders"
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text("name: orders\nruntime: python\nconfig:\n  size: 1\n")
    return folder


def test_a_run_of_another_program_deploys_that_and_says_whose_stack_it_is(
    go: Go, world: World, other_program: Path
) -> None:
    mains = []

    def look(_number: int, name: str) -> None:
        if name == "engine up":
            (folder,) = folders(world)
            mains.append(json.loads((folder / "Pulumi.yaml").read_text())["main"])

    world.strike = look

    result = go(program=other_program)

    assert result.outcome == "passed"
    assert result.project == "orders"
    assert mains == [str(other_program)]


def test_a_function_that_cannot_be_compiled_is_not_deployed(
    go: Go, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("automation.run.check_source", check_source)
    (tmp_path / "handler.py").write_text("def handle(event, context)\n    pass\n")
    given = {"functionSource": str(tmp_path), "runtime": OWN}

    result = go(configuration=given)

    assert result.exit_code == 2
    assert f"{tmp_path}/handler.py, line 1: expected ':'" in str(result.error)
    assert not world.calls


def test_a_run_of_another_program_takes_its_configuration_keys_and_its_scenario(
    go: Go, world: World, other_program: Path
) -> None:
    (other_program / "scenario.json").write_text("{}")

    refused = go(program=other_program, configuration={"batchSize": 1})
    invalid = go(program=other_program, scenario=None)

    assert "no configuration key batchSize" in str(refused.error)
    assert f"the scenario {other_program}/scenario.json is not valid" in str(invalid.error)
    assert not world.calls


def test_a_program_that_exports_too_little_is_told_and_destroyed(go: Go, world: World) -> None:
    exported = {name: value for name, value in EXPORTED.items() if name != "mapping_uuid"}
    world.exported = exported

    result = go()

    assert result.exit_code == 3
    assert "does not export mapping_uuid" in str(result.error)
    assert result.leftovers == ()
    assert not world.resources


# Interrupts.


CALLS = 16  # that a run which goes well makes to the outside


def test_interrupts_are_tried_at_every_call_of_a_run(go: Go, world: World) -> None:
    go()

    assert len(world.calls) == CALLS


@pytest.mark.parametrize("number", range(CALLS))
def test_an_interrupt_at_any_call_ends_in_a_destroy(number: int, go: Go, world: World) -> None:
    world.strike = lambda at_call, _name: interrupt() if at_call == number else None

    result = go()

    assert result.outcome == "interrupted"
    assert result.exit_code == 130
    assert result.leftovers == ()
    assert not world.resources
    assert not folders(world)


@pytest.mark.parametrize("number", range(CALLS))
def test_interrupts_at_every_call_from_one_on_end_in_a_destroy(
    number: int, go: Go, world: World
) -> None:
    world.strike = lambda at_call, _name: interrupt() if at_call >= number else None

    result = go()

    assert result.exit_code == 130
    assert result.leftovers == ()
    assert not world.resources


def test_an_interrupt_before_anything_is_made_makes_nothing(go: Go, world: World) -> None:
    interrupt()

    result = go()

    assert result.exit_code == 130
    assert "engine up" not in world.calls
    assert not folders(world)


def test_a_run_that_is_interrupted_while_it_waits_has_not_concluded(go: Go, world: World) -> None:
    world.strike = at("logs.filter_log_events", interrupt)

    assert not go().concluded


def test_an_interrupted_run_tells_what_it_had_seen(go: Go, world: World) -> None:
    world.strike = at("engine destroy", interrupt)

    result = go()

    assert result.outcome == "interrupted"
    assert result.verdict is not None
    assert result.verdict.passed


def test_an_interrupt_keeps_nothing(go: Go, world: World) -> None:
    world.strike = at("logs.filter_log_events", interrupt)

    result = go(keep=True)

    assert result.exit_code == 130
    assert not world.resources
    assert not world.target_kept


def test_an_interrupt_of_an_existing_stacks_proof_leaves_it_as_it_was(go: Go, world: World) -> None:
    world.strike = at("logs.filter_log_events", interrupt)

    result = go(stack="dev")

    assert result.exit_code == 130
    assert world.deleted == ["handle of m-1"]


# When a verdict is conclusive.
