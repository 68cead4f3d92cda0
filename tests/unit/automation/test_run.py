from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from automation.narrator import Narrator
from automation.observe.observation import QueueDepth
from automation.options import RunOptions
from automation.run import Run, Settled
from automation.scenario.model import TEN_HANDS
from tests.unit.automation.report.results import EMPTY, observation, verdict

BUSY = QueueDepth(visible=0, in_flight=1, delayed=0)
FAILED = verdict(observation(log=[]))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr("automation.run.time.monotonic", lambda: now[0])
    return now


def test_a_verdict_that_passes_is_final_at_once(clock: list[float]) -> None:
    assert clock
    assert Settled(3.0)(verdict())


def test_a_verdict_that_fails_is_final_once_the_queue_has_been_empty_for_long_enough(
    clock: list[float],
) -> None:
    settled = Settled(3.0)

    for now, final in [(100.0, False), (102.9, False), (103.0, True)]:
        clock[0] = now
        assert settled(FAILED) is final, now


def test_a_message_that_comes_back_starts_the_time_anew(clock: list[float]) -> None:
    settled = Settled(3.0)

    for now, source, final in [
        (100.0, EMPTY, False),
        (102.0, BUSY, False),
        (104.0, EMPTY, False),
        (106.9, EMPTY, False),
        (107.0, EMPTY, True),
    ]:
        clock[0] = now
        assert settled(replace(FAILED, source=source)) is final, now


@pytest.mark.parametrize("where", ["visible", "in_flight", "delayed"])
def test_a_queue_that_holds_anything_never_settles(where: str, clock: list[float]) -> None:
    source = replace(EMPTY, **{where: 1})
    settled = Settled(3.0)

    for now in (100.0, 1000.0):
        clock[0] = now
        assert not settled(replace(FAILED, source=source))


def test_when_the_time_is_up_a_person_is_told_and_what_was_seen_last_is_judged() -> None:
    class Listening(Narrator):
        def __init__(self) -> None:
            self.said: list[str] = []

        def say(self, line: str) -> None:
            self.said.append(line)

    narrator = Listening()
    looks: list[int] = []
    run = Run(RunOptions(target="local", scenario=TEN_HANDS), {}, narrator)

    def look() -> Any:
        looks.append(1)
        return FAILED

    run._until_timeout("the outcome", look, lambda _: False, within=0.01, poll=0.001)

    assert len(looks) > 1
    assert narrator.said == [f"waited 0 s for the outcome; last seen: {FAILED.progress}"]
