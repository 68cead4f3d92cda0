"""Reads hands from message bodies and formats the log lines. Pure: no I/O, no logging.

A log line has only printable ASCII, and one space between fields. A value that could break this
format is written as a JSON string (see `quoted`). So no message body can start a line or a field of
its own, or hold a character that the log cannot encode.
"""

from __future__ import annotations

import json
from collections import namedtuple

UNKNOWN = "?"  # in a log line, in place of a value that AWS always sends and this event lacks

_DECK = frozenset(rank + suit for rank in "23456789TJQKA" for suit in "cdhs")
_RESULTS = ("won", "lost", "folded")
_USER_ID_MAX = 128  # characters
_BARE = frozenset(map(chr, range(0x21, 0x7F))) - frozenset('"\\=')  # need no quotes


class InvalidHandError(ValueError):
    """A body is not a valid hand. The text is the reason; it never quotes the body."""


# Neither typing.NamedTuple nor a dataclass: their imports add 7 ms and 13 ms to a cold start, and
# this whole module imports in 3 ms (measured with python3.12).
class Hand(namedtuple("Hand", ("user_id", "hole_cards", "chip_delta", "result"))):  # noqa: PYI024
    """One player's valid hand.

    Attributes:
        user_id (str): The player's id: 1 to 128 characters of any kind, but not only spaces.
        hole_cards (str): Two different cards, each a rank and a suit, as in `AsKs`.
        chip_delta (int): Chips won or lost, a signed 64-bit integer.
        result (str): `won`, `lost` or `folded`.
    """

    __slots__ = ()


# Field, type, constraint, and the constraint in words. The first rule that fails gives the reason,
# so the order is part of the contract: chip_delta, then the fields in the order of the ok line.
_RULES = (
    ("chip_delta", int, lambda delta: -(2**63) <= delta < 2**63, "fit in signed 64 bits"),
    (
        "user_id",
        str,
        lambda user: len(user) <= _USER_ID_MAX and user.strip(),
        f"be 1 to {_USER_ID_MAX} characters, not only spaces",
    ),
    (
        "hole_cards",
        str,
        lambda cards: {cards[:2], cards[2:]} <= _DECK,
        "be two cards, each of [2-9TJQKA][cdhs]",
    ),
    ("hole_cards", str, lambda cards: cards[:2] != cards[2:], "be two different cards"),
    ("result", str, lambda result: result in _RESULTS, f"be one of {', '.join(_RESULTS)}"),
)


def parse_hand(body: object) -> Hand:
    """Read a hand from the body of an SQS message.

    Unknown keys are ignored. When a key is repeated, the last value counts: RFC 8259 leaves this
    open, and it is what `json` does.

    Args:
        body: The record's `body`, of any type. A hand is a str that holds a JSON object.

    Raises:
        InvalidHandError: The body breaks a rule; the error names the first one. No body, however
            malformed, raises any other exception.
    """
    fields = _decode(body)
    for name, kind, holds, constraint in _RULES:
        if name not in fields:
            raise InvalidHandError(f"{name} is missing")
        value = fields[name]
        if type(value) is not kind:  # not isinstance: a Python bool is an int
            raise InvalidHandError(f"{name} must be {kind.__name__}, got {type(value).__name__}")
        if not holds(value):
            raise InvalidHandError(f"{name} must {constraint}")
    return Hand(*(fields[name] for name in Hand._fields))


def _decode(body: object) -> dict[str, object]:
    """Decode a body to a dict, or raise InvalidHandError when it is not a JSON object."""
    if not isinstance(body, str):
        raise InvalidHandError(f"body must be str, got {type(body).__name__}")
    try:
        fields = json.loads(body, parse_constant=_reject_constant)
    except json.JSONDecodeError as error:
        raise InvalidHandError(f"body must be JSON, broken at character {error.pos}") from error
    except ValueError as error:  # NaN, an infinity, or an int of over 4300 digits (Python's limit)
        raise InvalidHandError("body must be JSON with finite numbers of sane length") from error
    except RecursionError as error:
        raise InvalidHandError("body must not be nested as deep as this") from error
    if not isinstance(fields, dict):
        raise InvalidHandError(f"body must be a JSON object, got {type(fields).__name__}")
    return fields


def _reject_constant(constant: str) -> None:
    """Reject NaN and the infinities: Python reads them by default, but they are not JSON."""
    raise ValueError(constant)


def quoted(text: str) -> str:
    """Format a value for a log line: as it is, or as a JSON string if it needs quotes.

    It needs quotes when it is empty, or has a space, `"`, `=`, a backslash or any character that is
    not printable ASCII.
    """
    return text if text and _BARE.issuperset(text) else json.dumps(text)


def invoke_line(*, request_id: str, memory_mb: str, records: int) -> str:
    """Format the line that starts an invocation."""
    return f"invoke request_id={quoted(request_id)} memory_mb={quoted(memory_mb)} records={records}"


def ok_line(hand: Hand, *, message_id: str, receive: str, age_ms: str) -> str:
    """Format the line of a hand that was processed."""
    return (
        f"ok user={quoted(hand.user_id)} hole={hand.hole_cards} delta={hand.chip_delta:+d} "
        f"result={hand.result} message_id={quoted(message_id)} receive={receive} age_ms={age_ms}"
    )


def fail_line(error: InvalidHandError, *, message_id: str, receive: str, age_ms: str) -> str:
    """Format the line of a record that failed. The reason takes the rest of the line."""
    return f"FAIL message_id={quoted(message_id)} receive={receive} age_ms={age_ms} reason={error}"
