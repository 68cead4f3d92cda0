from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from automation.observe.observation import QueueDepth
from automation.observe.observer import SourceQueue
from automation.observe.settings import read_settings
from tests.unit.automation.operate.queues import OUTPUTS

FUNCTION = {"MemorySize": 128, "Timeout": 3}
SOURCE = SourceQueue(
    depth=QueueDepth(visible=0, in_flight=0, delayed=0), visibility_timeout=18, max_receive_count=3
)


@pytest.mark.parametrize(
    ("function", "runtime"),
    [({**FUNCTION, "Runtime": "python3.12"}, "python3.12"), (FUNCTION, "container image")],
)
def test_the_settings_in_effect_are_those_of_the_services(
    function: dict[str, Any], runtime: str
) -> None:
    lambda_: Any = SimpleNamespace(
        get_function_configuration=lambda **_: function,
        get_event_source_mapping=lambda **_: {"BatchSize": 10},
    )

    assert read_settings(lambda_, OUTPUTS, SOURCE).by_key == {
        "functionTimeout": "3 s",
        "visibilityTimeout": "18 s",
        "maxReceiveCount": "3",
        "batchSize": "10",
        "memorySize": "128 MB",
        "runtime": runtime,
    }
