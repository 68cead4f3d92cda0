"""IAM policies: whether one is well-formed, and whether two are the same.

`equivalent` decides as ``aws_policy_equivalence.go`` of hashicorp/awspolicyequivalence, quirks
included: the official provider plans no change where that library sees none. For example, it takes
any two principals that are strings for the same, and ignores keys that it does not know.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from automation.emulator.provider.documents import parsed, same_document

ACCOUNT_ID = re.compile(r"[0-9]{12}", re.ASCII)
ROOT_ARN = re.compile(r"arn:[^:]*:iam:[^:]*:([^:]*):root", re.ASCII)
LISTS = ("Action", "NotAction", "Resource", "NotResource")
PRINCIPALS = ("Principal", "NotPrincipal")

Strings = list[str] | None  # None stands for a value that is neither a scalar nor a list of scalars


def same_policy(one: str, other: str) -> bool:
    """Whether two policies are the same to the official provider (its `PolicyToSet`)."""
    blank = {one.strip(), other.strip()} <= {"", "{}"}
    return blank or same_document(one, other) or equivalent(one, other)


def equivalent(one: str, other: str) -> bool:
    """Whether two policies are equivalent; a policy of the wrong shape is equivalent to none."""
    try:
        first, second = _document(one), _document(other)
        return first == second or _same_documents(first, second)
    except (TypeError, ValueError):
        return False


def check_policy(text: str) -> str | None:
    """Check that a policy is a JSON object without duplicate keys.

    The rules are `ValidIAMPolicyJSON`'s in terraform-provider-aws, ``internal/verify``.
    """
    try:
        document = json.loads(text, object_pairs_hook=_without_duplicates)
    except ValueError as error:
        return f"is not a valid policy: {error}"
    if isinstance(document, dict):
        return None
    return f"must be a policy, a JSON object, got JSON of type {type(document).__name__}"


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f"the key {key!r} stands twice in an object")
    return dict(pairs)


def _document(text: str) -> dict[str, Any]:
    """Return the parts of a policy that count: Version, Id and Statement."""
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):  # as some AWS APIs return a trust policy
        text = text[1:-1].strip()
    policy = parsed(text or "{}")
    if policy is None:
        policy = {}
    return {
        "Version": _text(_field(policy, "Version")),
        "Id": _text(_field(policy, "Id")),
        "Statement": _field(policy, "Statement"),
    }


def _same_documents(one: dict[str, Any], other: dict[str, Any]) -> bool:
    ours, theirs = _statements(one["Statement"]), _statements(other["Statement"])
    return (
        (one["Version"], one["Id"]) == (other["Version"], other["Id"])
        and len(ours) == len(theirs)
        and all(any(_same_statement(each, their) for their in theirs) for each in ours)
        and all(any(_same_statement(each, our) for our in ours) for each in theirs)
    )


def _statements(value: Any) -> list[dict[str, Any]]:
    if value is None:
        return []
    if isinstance(value, str | int | float):
        raise TypeError(value)
    return [_statement(each) for each in (value if isinstance(value, list) else [value])]


def _statement(value: Any) -> dict[str, Any]:
    condition = _field(value, "Condition")
    if condition is not None:
        condition = {
            operator: {key: _strings(each) for key, each in _object(block).items()}
            for operator, block in _object(condition).items()
        }
    return {
        "Sid": _text(_field(value, "Sid")),
        "Effect": _text(_field(value, "Effect")).casefold(),
        "Condition": condition,
        **{name: _sorted(_strings(_field(value, name))) for name in LISTS},
        **{name: _field(value, name) for name in PRINCIPALS},
    }


def _same_statement(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return (
        all(one[name] == other[name] for name in ("Sid", "Effect", *LISTS))
        and _same_conditions(one["Condition"], other["Condition"])
        and all(_same_principals(one[name], other[name]) for name in PRINCIPALS)
    )


def _same_conditions(one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other
    return bool(one.keys() == other.keys()) and all(
        one[operator].keys() == other[operator].keys()
        and all(_same_values(ours, other[operator][key]) for key, ours in one[operator].items())
        for operator in one
    )


def _same_values(one: Strings, other: Strings) -> bool:
    if one is None or other is None:
        return False
    return len(one) == len(other) and set(one) == set(other)


def _same_principals(one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str) and _same_principal(one, other):
        return True
    ours, theirs = _principals(one), _principals(other)
    return ours.keys() == theirs.keys() and all(
        _covers(ours[key], theirs[key]) and _covers(theirs[key], ours[key]) for key in ours
    )


def _principals(value: Any) -> dict[str, list[str]]:
    """Return the principals by their type; nothing for a principal that is not an object."""
    if not isinstance(value, dict):
        return {}
    return {key: strings for key, each in value.items() if (strings := _strings(each))}


def _covers(ours: list[str], theirs: list[str]) -> bool:
    return len(ours) == len(theirs) and all(
        any(_same_principal(each, other) for other in theirs) for each in ours
    )


def _same_principal(one: str, other: str) -> bool:
    """Whether two principals are one; an account's id stands for the ARN of its root user."""
    return one == other or _is_root(one, other) or _is_root(other, one)


def _is_root(account: str, arn: str) -> bool:
    found = ROOT_ARN.fullmatch(arn)
    return bool(ACCOUNT_ID.fullmatch(account)) and found is not None and found[1] == account


def _field(value: Any, name: str) -> Any:
    """Return a field of an object; Go's decoders ignore the case of its name."""
    fields = _object(value)
    if name in fields:
        return fields[name]
    return next((each for key, each in fields.items() if key.casefold() == name.casefold()), None)


def _object(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise TypeError(value)
    return value


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _strings(value: Any) -> Strings:
    if value is None:
        return []
    parts = [_scalar(each) for each in (value if isinstance(value, list) else [value])]
    known = [part for part in parts if part is not None]
    return known if len(known) == len(parts) else None


def _scalar(value: Any) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{Decimal(repr(value)).normalize():f}"
    return value if isinstance(value, str) else None


def _sorted(strings: Strings) -> Strings:
    return None if strings is None else sorted(strings)
