"""The listener of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automation.stack.events import ResourceStep


class Narrator:
    """Whom a run tells how it goes; this one keeps it to itself."""

    def say(self, line: str) -> None:
        """A line that must be seen, such as what an installation is doing."""

    def phase(self, name: str) -> None:
        """A phase begins."""

    def resource(self, progress: ResourceStep) -> None:
        """The engine begins or ends to work on a resource; called from another thread."""

    def waiting(self, progress: str) -> None:
        """How far the proof has come."""
