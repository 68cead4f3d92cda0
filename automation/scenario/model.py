"""Scenarios: the messages to send, their expected fates, and the proof in the log.

`log` and `invocation` are templates. Each describes one log line as the function passes it to its
logger, without the formatter's prefix. Everything in a template is literal, except `PLACEHOLDERS`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

ExpectedFate = Literal["processed", "dead-lettered"]

_NUMBER = "(?:0|[1-9][0-9]{0,17})"  # no leading zero, and short enough for int()
PLACEHOLDERS: Mapping[str, str] = {
    "message_id": r"\S+",
    "receive": _NUMBER,
    "age_ms": _NUMBER,
    "request_id": r"\S+",
    "memory_mb": _NUMBER,
    "records": _NUMBER,
}
"""The placeholders of a template, and the regular expression that each stands for."""

PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message of a scenario.

    Attributes:
        body: The exact body to send.
        fate: The expected fate.
        log: Template of the log line that proves the fate. For a processed message: the line that
            reports success. For a dead-lettered one: the line that reports each failed receive,
            or None when the function logs no such line.
        message_group_id: A FIFO queue keeps the order of the messages of one group.
        message_deduplication_id: A FIFO queue drops a message with the id of another one; None is
            an id of its own.
        message_attributes: Text or number by name.
    """

    body: str
    fate: ExpectedFate
    log: str | None
    message_group_id: str | None = None
    message_deduplication_id: str | None = None
    message_attributes: Mapping[str, str | float] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """The messages of one run.

    Attributes:
        name: A name for people.
        messages: At least one.
        invocation: Template of the line that the function logs once in every invocation, or None
            when it logs no such line.
    """

    name: str
    messages: tuple[Message, ...]
    invocation: str | None


@cache  # compiling takes about 0.1 ms, and every verdict on a run needs the same patterns
def line_pattern(template: str, **known: str) -> re.Pattern[str]:
    r"""Compile a template into a pattern for `fullmatch`.

    Args:
        template: Of one log line.
        known: Values of placeholders, by name. Each other placeholder becomes a named group.

    >>> line_pattern("done {message_id} in {receive}", message_id="a.b").pattern
    'done\\ a\\.b\\ in\\ (?P<receive>(?:0|[1-9][0-9]{0,17}))'
    """
    literals_and_names = PLACEHOLDER.split(template)
    pattern = re.escape(literals_and_names[0])
    seen: set[str] = set()
    for name, literal in zip(literals_and_names[1::2], literals_and_names[2::2], strict=True):
        if name in known:
            pattern += re.escape(known[name])
        elif name in seen:
            pattern += f"(?P={name})"
        else:
            pattern += f"(?P<{name}>{PLACEHOLDERS[name]})"
            seen.add(name)
        pattern += re.escape(literal)
    return re.compile(pattern)
