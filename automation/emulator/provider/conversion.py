"""Conversion of a program's values to their properties' types.

Strings are accepted for numbers and booleans, and the reverse, as in bridged providers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automation.emulator.provider.documents import json_text, text_of
from automation.emulator.provider.schema import Kind
from automation.emulator.provider.values import UNKNOWN, Archive

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def converted(kind: Kind, value: Any) -> Any:
    """Return the value as `kind`; unknown values, also nested ones, stay unknown.

    Raises:
        TypeError: The value is of another type.
        ValueError: The value is a string that cannot be parsed as `kind`.
    """
    return value if value is UNKNOWN else CONVERTERS[kind](value)


def _boolean(value: Any) -> bool:
    if value is True or value == "true":
        return True
    if value is False or value == "false":
        return False
    raise TypeError(value)


def _integer(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError(value)
    return int(value)


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError(value)
    return float(value) if isinstance(value, str) else value


def _string(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float | str):
        return str(value)
    raise TypeError(value)


def _strings(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(value)
    return [converted(Kind.STRING, part) for part in value]


def _string_map(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(value)
    return {key: converted(Kind.STRING, part) for key, part in value.items()}


def _no_block(value: Any) -> Any:
    raise TypeError(value)  # checking.py converts blocks, field by field


def _archive(value: Any) -> Archive:
    if not isinstance(value, Archive):
        raise TypeError(value)
    return value


CONVERTERS: Mapping[Kind, Callable[[Any], Any]] = {
    Kind.ARCHIVE: _archive,
    Kind.BLOCK: _no_block,
    Kind.BLOCK_SET: _no_block,
    Kind.BOOLEAN: _boolean,
    Kind.INTEGER: _integer,
    Kind.DOCUMENT: text_of,
    Kind.JSON: json_text,
    Kind.NUMBER: _number,
    Kind.STRING: _string,
    Kind.STRINGS: _strings,
    Kind.STRING_MAP: _string_map,
    Kind.STRING_SET: _strings,
}
