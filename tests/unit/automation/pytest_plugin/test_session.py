"""Live stacks in a world in memory: deployed, destroyed, and never left."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from automation.pytest_plugin.options import LiveOptions
from automation.pytest_plugin.sections import sections
from automation.pytest_plugin.session import LiveSession
from automation.stack.records import NAMES
from automation.support import interrupts
from automation.support.errors import (
    DestroyFailedError,
    EngineFailedError,
    UsageError,
    WaitTimeoutError,
)
from automation.support.paths import CHECKOUT
from automation.targets.base import Target
from tests.unit.automation.stack.examples import EXPORTED
from tests.unit.automation.world import QUEUE, ROLE, SCENARIO, World

OPTIONS = LiveOptions(target="local", emulator=None, keep=False, program=CHECKOUT, worker=False)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    world = World(tmp_path / "runs")
    session = "automation.pytest_plugin.session"
    monkeypatch.setattr(f"{session}.open_target", world.open_target)
    monkeypatch.setattr(f"{session}.find_engine", world.find_engine)
    monkeypatch.setattr(f"{session}.make_clients", world.clients)
    monkeypatch.setattr("automation.pytest_plugin.session.command_of_run", world.engine_command)
    monkeypatch.setattr(interrupts, "write_from_signal_handler", lambda _line: None)
    return world


def live_session(**options: Any) -> LiveSession:
    return LiveSession(replace(OPTIONS, **options), {}, lambda _line: None)


@pytest.fixture
def session(world: World) -> Iterator[LiveSession]:
    session = live_session()
    yield session
    session.close()
    assert world.resources == set()
    assert not world.target_open


def scenario(folder: Path, **changed: Any) -> Path:
    path = folder / "scenario.json"
    path.write_text(json.dumps({**SCENARIO, **changed}))
    return path


def test_stacks_are_destroyed_one_by_one_and_the_target_is_closed_last(
    world: World, session: LiveSession
) -> None:
    first, second = session.deploy(), session.deploy()
    assert first.name != second.name
    assert first.name.startswith(NAMES)
    assert list(session.stacks) == [first, second]

    session.destroy(first)
    session.destroy(first)

    assert list(session.stacks) == [second]
    assert world.calls.count("engine destroy") == 1
    assert world.target_open


def test_what_no_fixture_destroyed_is_destroyed_at_the_end(
    world: World, session: LiveSession
) -> None:
    session.deploy()
    session.deploy()

    session.close()
    session.close()

    assert world.calls.count("engine destroy") == 2
    assert not list(world.folder.iterdir())


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("moment", ["engine stack", "engine up"])
def test_a_signal_ends_a_deployment_and_its_stack(
    world: World, session: LiveSession, moment: str, signum: int
) -> None:
    def strike(_number: int, name: str) -> None:
        if name in {moment, "engine destroy"}:  # the second one changes nothing
            os.kill(os.getpid(), signum)

    world.strike = strike

    ended = KeyboardInterrupt if signum == signal.SIGINT else pytest.exit.Exception
    with pytest.raises(ended):
        session.deploy()

    assert "engine destroy" in world.calls
    assert world.resources == set()
    assert session.stacks == {}


def test_no_signal_cuts_a_destroy_short_and_it_goes_to_pytest_afterwards(
    world: World, session: LiveSession
) -> None:
    live = session.deploy()
    world.strike = lambda _number, _name: os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        session.destroy(live)

    world.strike = lambda _number, _name: None
    assert world.resources == set()
    assert not list(world.folder.iterdir())


def test_what_the_engine_did_not_record_is_deleted(world: World, session: LiveSession) -> None:
    world.unrecorded = world.indestructible = {ROLE}

    session.destroy(session.deploy())

    assert world.resources == set()


def test_what_stays_is_an_error_that_says_how_to_finish(world: World, session: LiveSession) -> None:
    world.indestructible = world.undeletable = {QUEUE}
    live = session.deploy()

    with pytest.raises(DestroyFailedError, match="this is left: queue") as raised:
        session.destroy(live)

    assert f"reap --stack {live.name} --yes" in raised.value.hint
    world.resources.clear()


def test_a_target_may_know_better_how_to_finish(
    world: World, session: LiveSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = "the emulator ends now"
    monkeypatch.setattr(
        Target, "explain", lambda _self, error: DestroyFailedError(str(error), hint=ends)
    )
    live = session.deploy()
    world.indestructible = world.undeletable = {QUEUE}
    with pytest.raises(DestroyFailedError, match="this is left: queue") as of_a_destroy:
        session.destroy(live)

    def strike(_number: int, name: str) -> None:
        if name in {"engine up", "engine destroy"}:
            raise EngineFailedError("the cloud is down")

    world.strike = strike
    with pytest.raises(DestroyFailedError, match="still exists") as of_a_deployment:
        session.deploy()

    assert [of_a_destroy.value.hint, of_a_deployment.value.hint] == [ends, ends]
    world.resources.clear()


def test_a_kept_stack_is_left_and_said_how_to_destroy(world: World) -> None:
    session = live_session(keep=True)
    live = session.deploy()

    session.close()

    assert world.resources == {QUEUE, ROLE}
    assert world.target_kept
    assert session.kept == [f"python -m automation reap --stack {live.name} --yes", "stop it"]


def test_a_worker_keeps_no_emulator(world: World) -> None:
    with pytest.raises(UsageError, match="every worker") as raised:
        live_session(keep=True, worker=True).deploy()

    assert "-n" in raised.value.hint
    assert world.calls == []


def test_a_key_that_the_program_lacks_starts_nothing(world: World, session: LiveSession) -> None:
    with pytest.raises(UsageError, match="no configuration key batchsize"):
        session.deploy(configuration={"batchsize": 1})

    assert not world.target_open


def test_a_scenario_is_proved(session: LiveSession, tmp_path: Path) -> None:
    assert session.deploy().prove(scenario(tmp_path)).passed


def test_a_scenario_that_fails_says_what_was_expected_and_seen(
    session: LiveSession, tmp_path: Path
) -> None:
    live = session.deploy()

    with pytest.raises(AssertionError) as raised:
        live.prove(scenario(tmp_path, invocation="saw {records}"))

    assert "failed the scenario 'two'" in str(raised.value)
    assert "    expected: every invocation's log is complete" in str(raised.value)
    assert "    actual:   " in str(raised.value)


def test_bodies_are_sent_as_they_are_or_as_json(world: World, session: LiveSession) -> None:
    sent = session.deploy().send("text", {"a": 1}, 2)

    assert [each.message.body for each in sent] == ["text", '{"a":1}', "2"]
    assert list(world.sent.values()) == ["text", '{"a":1}', "2"]


def test_a_stack_has_all_that_its_program_exports(world: World, session: LiveSession) -> None:
    world.exported = {**EXPORTED, "totals": [1, 2]}

    live = session.deploy()

    assert live.exports == {**EXPORTED, "totals": [1, 2]}
    assert live.outputs.queue_url == EXPORTED["queue_url"]


def test_a_stack_has_clients_of_any_service(session: LiveSession) -> None:
    live = session.deploy()
    session.used.clear()

    assert live.client("dynamodb").meta.region_name == live.outputs.region
    assert live in session.used


def test_a_failed_tests_report_has_the_log_the_dead_letters_and_each_fate(
    session: LiveSession,
) -> None:
    live = session.deploy()
    live.send("good", "poison")

    log, letters, messages = sections(live)

    assert log[0] == f"live stack {live.name}: log"
    assert "[INFO] done m-0 receive=1" in log[1]
    assert letters == (f"live stack {live.name}: dead-letter queue", "m-1 poison")
    assert messages[1].splitlines() == [
        "m-0 no longer in the queue, in 1 log line: good",
        "m-1 dead-lettered, in 3 log lines: poison",
        "source queue: empty",
    ]


def test_a_stack_that_cannot_be_read_says_why(world: World, session: LiveSession) -> None:
    live = session.deploy()

    def refuse(_number: int, _name: str) -> None:
        raise ConnectionError("the emulator is gone")

    world.strike = refuse
    ((title, why),) = sections(live)
    world.strike = lambda _number, _name: None

    assert title == f"live stack {live.name}: not read"
    assert "ConnectionError: the emulator is gone" in why


def test_a_wait_that_is_in_vain_quotes_the_last_result(session: LiveSession) -> None:
    live = session.deploy()

    with pytest.raises(WaitTimeoutError, match="waited 0 s for luck; last seen: 7"):
        live.wait_until("luck", lambda: 7, lambda seen: seen == 8, within=0.02)


def test_a_wait_that_is_in_vain_shows_the_line_of_the_test_alone(session: LiveSession) -> None:
    live = session.deploy()

    with pytest.raises(WaitTimeoutError) as raised:
        live.wait_until("luck", lambda: 7, lambda seen: seen == 8, within=0)

    (shown,) = raised.traceback.filter(raised)
    assert shown.path == Path(__file__)
