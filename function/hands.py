"""What a hand must be, and the lines that tell what became of it. Pure: no I/O, no logging.

The line grammar is closed: every character is printable ASCII, fields are separated by one space,
and a value that could break that (`quoted`) is a JSON string. So no message body, whatever it
holds, can begin a line or a field of its own, or upset the encoding of a log.
"""

from __future__ import annotations

import json
from collections import namedtuple

UNKNOWN = "?"  # stands in a line for what AWS always sends and this event lacks

_DECK = frozenset(rank + suit for rank in "23456789TJQKA" for suit in "cdhs")
_RESULTS = ("won", "lost", "folded")
_USER_ID_MAX = 128  # characters
_BARE = frozenset(map(chr, range(0x21, 0x7F))) - frozenset('"\\=')  # ASCII that needs no quotes


class InvalidHandError(ValueError):
    """A body is no hand. The text is the reason: field and constraint, never the body's words."""


# Not typing.NamedTuple nor a dataclass: their imports cost a cold start 7 and 13 ms (python3.12),
# where the whole of this import takes 3.
class Hand(namedtuple("Hand", ("user_id", "hole_cards", "chip_delta", "result"))):  # noqa: PYI024
    """One player's valid hand.

    Attributes:
        user_id (str): Who played: 1 to 128 characters, any of them, but not only spaces.
        hole_cards (str): Two different cards, rank then suit: `AsKs`.
        chip_delta (int): Chips won or lost, in signed 64 bits.
        result (str): `won`, `lost` or `folded`.
    """

    __slots__ = ()


# Field, type, constraint, and the constraint in words. The order of the checks: chip_delta first,
# as in the lesson, then as the fields stand in the line.
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

    Keys beyond a hand's own are ignored; of a key given twice the last counts, as JSON readers have
    it (RFC 8259 leaves it open).

    Args:
        body: The record's `body`, whatever it is; a hand is a JSON object in a str.

    Raises:
        InvalidHandError: The first rule that the body breaks; no other exception, for any body.
    """
    fields = _decode(body)
    for name, kind, holds, constraint in _RULES:
        if name not in fields:
            raise InvalidHandError(f"{name} is missing")
        value = fields[name]
        if type(value) is not kind:  # not isinstance: a bool is an int to Python, and none in JSON
            raise InvalidHandError(f"{name} must be {kind.__name__}, got {type(value).__name__}")
        if not holds(value):
            raise InvalidHandError(f"{name} must {constraint}")
    return Hand(*(fields[name] for name in Hand._fields))


def _decode(body: object) -> dict[str, object]:
    """Decode a body that must be a JSON object, or raise InvalidHandError."""
    if not isinstance(body, str):
        raise InvalidHandError(f"body must be str, got {type(body).__name__}")
    try:
        fields = json.loads(body, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise InvalidHandError(f"body must be JSON, broken at character {error.pos}") from error
    except ValueError as error:  # a constant, or more digits than Python converts (4300)
        raise InvalidHandError("body must be JSON with finite numbers of sane length") from error
    except RecursionError as error:
        raise InvalidHandError("body must not be nested as deep as this") from error
    if not isinstance(fields, dict):
        raise InvalidHandError(f"body must be a JSON object, got {type(fields).__name__}")
    return fields


def _refuse_constant(constant: str) -> None:
    """Refuse NaN and the infinities, which Python reads by default and JSON does not know."""
    raise ValueError(constant)


def quoted(text: str) -> str:
    """Give a value as it stands in a line: bare, or JSON-escaped in quotes where it must be.

    It must be where it is empty or holds anything but printable ASCII, or a space, `"`, a backslash
    or `=`.
    """
    return text if text and _BARE.issuperset(text) else json.dumps(text)


def invoke_line(*, request_id: str, memory_mb: str, records: int) -> str:
    """Tell that an invocation began, with how many records."""
    return f"invoke request_id={quoted(request_id)} memory_mb={quoted(memory_mb)} records={records}"


def ok_line(hand: Hand, *, message_id: str, receive: str) -> str:
    """Tell that a hand was processed."""
    return (
        f"ok user={quoted(hand.user_id)} hole={hand.hole_cards} delta={hand.chip_delta:+d} "
        f"result={hand.result} message_id={quoted(message_id)} receive={receive}"
    )


def fail_line(error: InvalidHandError, *, message_id: str, receive: str) -> str:
    """Tell that a record failed, and why; the reason is the rest of the line."""
    return f"FAIL message_id={quoted(message_id)} receive={receive} reason={error}"
