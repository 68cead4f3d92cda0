"""The provider's only error; the provider imports nothing else of the project."""

from __future__ import annotations


class ProviderError(Exception):
    """The provider cannot do what the engine asks.

    Args:
        message: What happened and where, in a sentence without a full stop.
        hint: The next step; empty when there is none.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
