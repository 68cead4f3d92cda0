"""JSON documents, and comparing them by meaning."""

from __future__ import annotations

import json
from typing import Any

SCALAR_OR_LIST = ("Action", "NotAction", "Resource", "NotResource")


def text_of(document: Any) -> str:
    """Return a document, a JSON string or an object, as a JSON string.

    Raises:
        TypeError: The document is neither.
        ValueError: The string is not valid JSON.
    """
    if isinstance(document, dict):
        return json.dumps(document)
    json.loads(document)
    return str(document)


def same_document(one: str, other: str) -> bool:
    """Whether two JSON strings are equal, apart from white space and the order of keys."""
    return bool(json.loads(one) == json.loads(other))


def same_policy(one: str, other: str) -> bool:
    """Whether two IAM policies allow and deny the same.

    Unlike `same_document`, this ignores the order of statements, actions, resources and principals,
    and treats a single string as a list of one, as hashicorp/awspolicyequivalence does.
    """
    return bool(_canonical_policy(json.loads(one)) == _canonical_policy(json.loads(other)))


def _canonical_policy(policy: Any) -> Any:
    if not isinstance(policy, dict):
        return policy
    statements = [_canonical_statement(each) for each in _as_list(policy.get("Statement", []))]
    return {**policy, "Statement": sorted(statements, key=json.dumps)}


def _canonical_statement(statement: Any) -> Any:
    if not isinstance(statement, dict):
        return statement
    canonical: dict[str, Any] = {}
    for key in sorted(statement):
        value = statement[key]
        if key in SCALAR_OR_LIST:
            canonical[key] = _strings(value)
        elif key in ("Principal", "NotPrincipal"):
            canonical[key] = _lists({"AWS": "*"} if value == "*" else value)
        elif key == "Condition":
            canonical[key] = {operator: _lists(value[operator]) for operator in sorted(value)}
        else:
            canonical[key] = value
    return canonical


def _lists(value: dict[str, Any]) -> dict[str, list[str]]:
    return {key: _strings(value[key]) for key in sorted(value)}


def _strings(value: Any) -> list[str]:
    return sorted(each if isinstance(each, str) else json.dumps(each) for each in _as_list(value))


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
