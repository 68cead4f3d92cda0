"""JSON documents, and comparing them by meaning."""

from __future__ import annotations

import json
from typing import Any, NoReturn


def text_of(document: Any) -> str:
    """Return a document, a JSON string or an object, as a JSON string.

    Raises:
        TypeError: The document is neither.
        ValueError: The string is not valid JSON.
    """
    return json.dumps(document) if isinstance(document, dict) else json_text(document)


def json_text(text: Any) -> str:
    """Return a JSON string as it is; an empty one stands for no document.

    Raises:
        TypeError: The value is not a string.
        ValueError: The string is not valid JSON.
    """
    if not isinstance(text, str):
        raise TypeError(text)
    if text:
        parsed(text)
    return text


def parsed(text: str) -> Any:
    """Return what a JSON string says, with every number as a float.

    Raises:
        ValueError: The string is not valid JSON.
    """
    return json.loads(text, parse_int=float, parse_constant=_refuse)


def same_document(one: str, other: str) -> bool:
    """Whether two JSON strings are equal, apart from white space and the order of keys.

    A string that is not valid JSON, such as an empty one, is compared as it is.
    """
    return _canonical(one) == _canonical(other)


def _canonical(text: str) -> str:
    try:
        return json.dumps(parsed(text), sort_keys=True)  # `True == 1.0`, but their JSON differs
    except ValueError:
        return text.strip()


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
