"""The progress listener of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from automation.observe.settings import Settings
    from automation.stack.events import ResourceStep


class Narrator:
    """Progress listener; the default does nothing."""

    def say(self, line: str) -> None:
        """Show a line that must not be missed, such as what an installation is doing."""

    def ask(self, question: str) -> bool:  # noqa: ARG002 -- for those with somebody to ask
        """Ask a yes-or-no question; without anybody to ask, the answer is no."""
        return False

    def phase(self, name: str) -> None:
        """Note that a phase begins."""

    def resource(self, step: ResourceStep) -> None:
        """Note that work on a resource begins or ends; called from another thread."""

    def settings(self, settings: Settings) -> None:
        """Note the settings of the stack, which decide how long its messages take."""

    def waiting(self, summary: str) -> None:
        """Note what the run is still waiting for."""
