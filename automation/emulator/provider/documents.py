"""JSON documents, compared by what they mean."""

from __future__ import annotations

import json
from typing import Any

SCALAR_OR_LIST = ("Action", "NotAction", "Resource", "NotResource")


def text_of(document: Any) -> str:
    """A document as JSON text, whether it is text already or still an object.

    Raises:
        TypeError: It is neither.
        ValueError: It is text, but no JSON.
    """
    if isinstance(document, dict):
        return json.dumps(document)
    json.loads(document)
    return str(document)


def same_document(one: str, other: str) -> bool:
    """Whether two JSON texts say the same; white space and the order of keys say nothing."""
    return bool(json.loads(one) == json.loads(other))


def same_policy(one: str, other: str) -> bool:
    """Whether two IAM policies allow and deny the same.

    On top of `same_document`: the order of statements, actions, resources and principals says
    nothing, and one string is a list of one, as in hashicorp/awspolicyequivalence.
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
