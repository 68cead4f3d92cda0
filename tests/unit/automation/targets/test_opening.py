from __future__ import annotations

from automation.options import TARGETS
from automation.targets.opening import CONFIGURATIONS


def test_every_target_has_its_timings() -> None:
    assert tuple(CONFIGURATIONS) == TARGETS
