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


class Traced:
    """Measure coverage in tests and their fixtures alone: pytest's own work takes as long again.

    Generated examples are not measured either, for the same reason. pytest-cov's own marker for
    that changes nothing in the workers of pytest-xdist.
    """

    def __init__(self) -> None:
        self._tracer = sys.gettrace()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        self._tracer = sys.gettrace()
        sys.settrace(None)
        try:
            return (yield)
        finally:
            sys.settrace(self._tracer)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_fixture_setup(self) -> Generator[None, object, object]:
        sys.settrace(self._tracer)
        try:
            return (yield)
        finally:
            sys.settrace(None)

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, object, object]:
        if pyfuncitem.get_closest_marker("hypothesis"):
            return (yield)
        sys.settrace(self._tracer)
        try:
            return (yield)
        finally:
            sys.settrace(None)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Traced())
