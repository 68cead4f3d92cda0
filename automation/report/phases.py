"""The phases of a run and how long each took."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Phases:
    """A clock that is in one phase at a time.

    Args:
        tell: Called with the name of each phase as it begins.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._started = self._since = time.monotonic()
        self._name: str | None = None
        self._seconds: dict[str, float] = {}

    def enter(self, name: str) -> None:
        """End the current phase and begin this one."""
        self._end()
        self._name = name
        self._tell(name)

    def stop(self) -> dict[str, float]:
        """Stop, and return the seconds by phase in order, with "total" last."""
        self._end()
        return {**self._seconds, "total": time.monotonic() - self._started}

    def _end(self) -> None:
        now = time.monotonic()
        if self._name is not None:
            self._seconds[self._name] = self._seconds.get(self._name, 0.0) + now - self._since
        self._since = now
        self._name = None
