from __future__ import annotations

from dataclasses import replace

import pytest

from automation.observe.observation import QueueDepth
from automation.proof import Conclusive
from tests.unit.automation.report.results import EMPTY, observation, verdict

BUSY = QueueDepth(visible=0, in_flight=1, delayed=0)
FAILED = verdict(observation(log=[]))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr("automation.proof.time.monotonic", lambda: now[0])
    return now


def test_a_verdict_that_passes_is_conclusive_at_once(clock: list[float]) -> None:
    assert clock
    assert Conclusive(3.0)(verdict())


@pytest.mark.parametrize(
    "looks",
    [
        pytest.param(
            [(100.0, EMPTY, False), (102.9, EMPTY, False), (103.0, EMPTY, True)],
            id="once the queue has been empty for long enough",
        ),
        pytest.param(
            [
                (100.0, EMPTY, False),
                (102.0, BUSY, False),
                (104.0, EMPTY, False),
                (106.9, EMPTY, False),
                (107.0, EMPTY, True),
            ],
            id="a message that comes back starts the time anew",
        ),
        *(
            pytest.param([(100.0, busy, False), (1000.0, busy, False)], id=f"never while {where}")
            for where in ("visible", "in_flight", "delayed")
            for busy in [replace(EMPTY, **{where: 1})]
        ),
    ],
)
def test_a_verdict_that_fails_is_conclusive(
    looks: list[tuple[float, QueueDepth, bool]], clock: list[float]
) -> None:
    conclusive = Conclusive(3.0)

    for now, source, final in looks:
        clock[0] = now
        assert conclusive(replace(FAILED, source=source)) is final, now
