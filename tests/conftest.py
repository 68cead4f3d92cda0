"""What holds for all tests: signals as at a terminal, few generated examples, and what saves time.

A background job ignores SIGINT, and nohup ignores SIGHUP.
"""

from __future__ import annotations

import gc
import signal
import sys
from collections.abc import Generator

import hypothesis
import pytest

signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

gc.set_threshold(200_000)  # the default of 700 takes a tenth of the unit tests' time

# `make chaos` generates more: --hypothesis-profile=thorough
SLOW = [hypothesis.HealthCheck.too_slow]  # measures seconds, which a busy machine lacks
hypothesis.settings.register_profile("quick", max_examples=30, suppress_health_check=SLOW)
hypothesis.settings.register_profile("thorough", max_examples=500, suppress_health_check=SLOW)
hypothesis.settings.load_profile("quick")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Measure no coverage where examples are generated: it takes as long again.

    pytest-cov's own marker for that changes nothing in the workers of pytest-xdist.
    """
    if not item.get_closest_marker("hypothesis"):
        return (yield)
    tracer = sys.gettrace()
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)
