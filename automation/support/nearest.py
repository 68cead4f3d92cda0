"""Suggests the word that was meant by one that is mistyped."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return "did you mean X?", and a space after it; empty when no known word is near.

    >>> did_you_mean("stauts", ["status", "send"])
    'did you mean status? '
    """
    by_lower = {each.lower(): each for each in known}
    near = difflib.get_close_matches(word.lower(), by_lower, n=1)
    return f"did you mean {by_lower[near[0]]}? " if near else ""
