from __future__ import annotations

import pytest

from automation.report.phases import Phases


def test_times_are_by_phase_in_order_with_the_total_last(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 3.0, 6.0, 6.0, 7.0, 7.0])
    monkeypatch.setattr("automation.report.phases.time.monotonic", lambda: next(clock))
    told: list[str] = []
    phases = Phases(told.append)

    phases.enter("deploy")
    phases.enter("prove")

    assert phases.stop() == {"deploy": 2.0, "prove": 3.0, "total": 6.0}
    assert told == ["deploy", "prove"]
    assert list(phases.stop()) == ["deploy", "prove", "total"]
