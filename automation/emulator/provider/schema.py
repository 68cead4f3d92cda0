"""What defines a resource type: a table of its properties, and functions that manage it.

The tables follow the official provider's schemas, hashicorp/terraform-provider-aws
``internal/service``: `forces_new` is its ForceNew, `computed` its Computed next to Optional,
`default` its Default, `max_items` its MaxItems, `same` and `suppress` its DiffSuppressFunc, and
`check` its ValidateFunc together with what AWS refuses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from automation.emulator.provider.aws import Aws
    from automation.emulator.provider.names import Naming
    from automation.emulator.provider.values import Properties

Check = Callable[[Any], str | None]
Suppress = Callable[[Any, Any, "Properties"], bool]


class Kind(Enum):
    """A property's type, which decides how values are converted and compared."""

    STRING = "a string"
    INTEGER = "an integer"
    NUMBER = "a number"
    BOOLEAN = "a boolean"
    STRINGS = "a list of strings"
    STRING_SET = "a list of strings, in any order"
    STRING_MAP = "an object of strings"
    JSON = "a string of JSON"
    DOCUMENT = "a JSON document, as a string or an object"
    ARCHIVE = "an archive"
    BLOCK = "an object"
    BLOCK_SET = "a list of objects, in any order"


def anything(_: Any) -> str | None:
    """Check nothing: every value passes."""
    return None


def never(_old: Any, _new: Any, _planned: Properties) -> bool:
    """Suppress no difference."""
    return False


@dataclass(frozen=True, kw_only=True)
class Property:
    """One input property.

    Attributes:
        kind: The type of its value.
        required: Whether the program must set it.
        default: The value if the program sets none; None for no default.
        computed: Whether AWS chooses a value if the program sets none. Removing such a property
            from the program changes nothing.
        max_items: The most elements that a list or set may have; None for any number.
        forces_new: Whether changing it replaces the resource.
        write_only: Whether AWS never returns its value.
        same: Compares two values; None compares them by kind.
        suppress: Whether a difference counts for nothing, given the value in the state, the new
            one (None if the program sets none) and the planned properties of the resource.
        check: Returns what is wrong with a value, or None.
        fields: The properties of a `BLOCK`, or of each object in a `BLOCK_SET`.
        unsupported: The fields that this provider does not support, with the reason.
    """

    kind: Kind = Kind.STRING
    required: bool = False
    default: Any = None
    computed: bool = False
    forces_new: bool = False
    write_only: bool = False
    max_items: int | None = None
    same: Callable[[Any, Any], bool] | None = None
    suppress: Suppress = never
    check: Check = anything
    fields: Mapping[str, Property] = field(default_factory=dict)
    unsupported: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Failure:
    """A check failure: what is wrong with an input, and the property it is about."""

    property: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """A change that an update makes.

    Attributes:
        id: The resource's id.
        old: Its state before the update.
        new: The inputs to deploy now.
        names: The properties that differ.
    """

    id: str
    old: Properties
    new: Properties
    names: frozenset[str]

    def touches(self, *names: str) -> bool:
        """Whether any of these properties differs."""
        return not self.names.isdisjoint(names)


@dataclass(frozen=True, kw_only=True)
class ResourceType:
    """One resource type.

    Attributes:
        pulumi_type: The Pulumi type token.
        noun: The name of the type in messages.
        properties: The input properties by name.
        unsupported: The input properties that this provider does not support, with the reason.
        outputs: The properties that only a deployed resource has.
        volatile: The outputs that any update may change.
        conflicts: Pairs of properties that exclude each other.
        naming: How resources are named; None for a type without names.
        not_found: The AWS error codes for a missing resource.
        check_inputs: Yields the check failures that the properties' own checks cannot find.
            Unknown values are absent from its argument.
        create: Creates the resource and returns its id as soon as it exists.
        stabilize: Finishes a created resource: sets what `create` could not, and waits.
        read: Returns the properties of the resource with an id, as AWS returns them. It may return
            None, or raise an error with a `not_found` code, for a missing resource.
        update: Makes a change, and waits until it is complete.
        delete: Deletes the resource with an id and a state, and waits until it is deleted.
    """

    pulumi_type: str
    noun: str
    properties: Mapping[str, Property]
    unsupported: Mapping[str, str] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    volatile: tuple[str, ...] = ()
    conflicts: tuple[tuple[str, str], ...] = ()
    naming: Naming | None = None
    not_found: frozenset[str]
    check_inputs: Callable[[Properties], Iterator[Failure]] = lambda _: iter(())
    create: Callable[[Aws, Properties], str]
    stabilize: Callable[[Aws, str, Properties], None] = lambda *_: None
    read: Callable[[Aws, str], Properties | None]
    update: Callable[[Aws, Change], None]
    delete: Callable[[Aws, str, Properties], None]


def between(minimum: int, maximum: int) -> Check:
    """Return a check that a number is from `minimum` to `maximum`, both included."""

    def check(value: int) -> str | None:
        if minimum <= value <= maximum:
            return None
        return f"must be {minimum} to {maximum}, got {value}"

    return check


def at_least(minimum: int) -> Check:
    """Return a check that a number is not below `minimum`."""

    def check(value: int) -> str | None:
        return None if value >= minimum else f"must be at least {minimum}, got {value}"

    return check


def one_of(*choices: Any, unsupported: Mapping[Any, str] = {}) -> Check:
    """Return a check that a value is one of `choices`.

    Args:
        choices: The values that AWS and the emulator accept.
        unsupported: The values that only AWS accepts, with the reason.
    """
    official = [*choices, *unsupported]

    def check(value: Any) -> str | None:
        if value in unsupported:
            return f"{value!r} is not supported by the local aws provider: {unsupported[value]}"
        return None if value in choices else f"must be one of {official}, got {value!r}"

    return check


def matching(pattern: str, meaning: str) -> Check:
    """Return a check that a whole string matches a pattern; `meaning` is the pattern in words."""

    def check(value: str) -> str | None:
        if re.fullmatch(pattern, value, re.ASCII):
            return None
        return f"must be {meaning}, got {value!r}"

    return check


def is_arn(value: str) -> bool:
    """Whether a value is an ARN."""
    return ARN(value) is None


def either(first: Check, *others: Check) -> Check:
    """Return a check that a value passes one of several checks; the first tells what is wrong."""

    def check(value: Any) -> str | None:
        reason = first(value)
        return None if any(each(value) is None for each in others) else reason

    return check


ARN = matching(r"arn:[\w-]+:[\w-]+:[\w-]*:(\d{12}|aws)?:.+", "an ARN")


def each_item(check: Check) -> Check:
    """Return a check that every element of a list passes `check`."""

    def check_all(values: list[Any]) -> str | None:
        return next(filter(None, map(check, values)), None)

    return check_all


TAGS = Property(kind=Kind.STRING_MAP)
REGION = Property(forces_new=True)  # checking.py fills in the provider's region
