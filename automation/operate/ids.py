"""Message ids that are given by their start, as the folded log of a run shows them. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from automation.observe.logs import UUID
from automation.support.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection

    from automation.observe.logs import Logs

LEAST = 8  # characters of an id that are enough
START = rf"[0-9a-f]{{{LEAST}}}[0-9a-f-]{{0,28}}"  # of an id as SQS makes them, or the whole of it

_ID = re.compile(rf"\b{UUID}\b")


def whole_id(given: str, known: Collection[str]) -> str:
    """Return the known id that begins with what is given; what is given if none does.

    Raises:
        UsageError: Several begin with it.
    """
    if given in known or len(given) < LEAST:
        return given
    found = sorted(each for each in set(known) if each.startswith(given))
    if len(found) > 1:
        raise UsageError(
            f"the ids of {len(found)} messages begin with {given}: {', '.join(found)}",
            hint="give one of them whole",
        )
    return found[0] if found else given


def ids_in(logs: Logs) -> set[str]:
    """Return what may be the id of a message in a log: every UUID but those of invocations."""
    requests = {each.request_id for each in logs.invocations}
    return {found for line in logs.lines for found in _ID.findall(line.message)} - requests
