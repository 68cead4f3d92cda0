"""The provider's one error: it imports nothing else of the project, not even its error tree."""

from __future__ import annotations


class ProviderError(Exception):
    """The provider cannot, or will not, do what the engine asks of it.

    Args:
        message: What happened and where, in a sentence without a full stop.
        hint: The next step; empty when there is none.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
