"""What a resource type is: tables of its properties, and the calls that make and change it.

The tables follow the official provider's schemas, hashicorp/terraform-provider-aws
``internal/service``: `forces_new` is its ForceNew, `computed` its Computed next to Optional,
`default` its Default, and the checks are its ValidateFuncs.
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


class Kind(Enum):
    """What a property holds, and so how it is read and compared."""

    STRING = "a string"
    INTEGER = "an integer"
    BOOLEAN = "a boolean"
    STRINGS = "a list of strings"
    STRING_SET = "a list of strings, in any order"
    STRING_MAP = "an object of strings"
    JSON = "a JSON document"
    ARCHIVE = "an archive"
    BLOCK = "an object"
    BLOCK_SET = "a list of objects, in any order"


def anything(_: Any) -> str | None:
    """The check that every value passes."""
    return None


@dataclass(frozen=True, kw_only=True)
class Property:
    """One input property.

    Attributes:
        kind: What it holds.
        required: Whether a resource cannot be without it.
        default: Its value where the program gives none; None for no value.
        computed: Whether AWS chooses a value where the program gives none, so that leaving it out
            later changes nothing.
        forces_new: Whether a change of it replaces the resource.
        kept_back: Whether AWS never tells its value, so that only the program's is known.
        same: Whether two values mean the same; None compares them as their kind is compared.
        check: What is wrong with a value, or None.
        fields: The properties of a `BLOCK`, or of each object in a `BLOCK_SET`.
        refused: Of the fields, those that the emulator cannot serve, with the reason.
    """

    kind: Kind = Kind.STRING
    required: bool = False
    default: Any = None
    computed: bool = False
    forces_new: bool = False
    kept_back: bool = False
    same: Callable[[Any, Any], bool] | None = None
    check: Check = anything
    fields: Mapping[str, Property] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Failure:
    """One thing that is wrong with a resource's inputs, and the property it is about."""

    property: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """What an update is to do.

    Attributes:
        id: The resource.
        old: The inputs it was last deployed with.
        new: The inputs it is to have.
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
        pulumi_type: Its Pulumi type token.
        noun: What it is called in messages.
        properties: Its input properties by name.
        refused: The input properties that the emulator cannot serve, with the reason.
        outputs: The properties that only a deployed resource has.
        unsettled: The outputs that any update may change.
        conflicts: Pairs of properties that exclude each other.
        naming: How it is named; None for a type without a name.
        gone: The AWS error codes that say that there is no such resource.
        problems: What is wrong with the inputs taken together; values not yet known are absent.
        create: Makes the resource and returns its id, at the first moment it exists.
        settle: Does what is left to do until a made resource is as the inputs say.
        read: The properties of the resource with an id, as AWS tells them; None when it is gone.
        update: Makes a change, and waits until it is made.
        delete: Deletes the resource with an id and these inputs, and waits until it is gone.
    """

    pulumi_type: str
    noun: str
    properties: Mapping[str, Property]
    refused: Mapping[str, str] = field(default_factory=dict)
    outputs: tuple[str, ...] = ()
    unsettled: tuple[str, ...] = ()
    conflicts: tuple[tuple[str, str], ...] = ()
    naming: Naming | None = None
    gone: frozenset[str]
    problems: Callable[[Properties], Iterator[Failure]] = lambda _: iter(())
    create: Callable[[Aws, Properties], str]
    settle: Callable[[Aws, str, Properties], None] = lambda *_: None
    read: Callable[[Aws, str], Properties | None]
    update: Callable[[Aws, Change], None]
    delete: Callable[[Aws, str, Properties], None]


def between(least: int, most: int) -> Check:
    """The check of a number: `least` to `most`, both included."""

    def check(value: int) -> str | None:
        return None if least <= value <= most else f"must be {least} to {most}, got {value}"

    return check


def one_of(*choices: Any) -> Check:
    """The check of a value that must be one of these."""

    def check(value: Any) -> str | None:
        return None if value in choices else f"must be one of {list(choices)}, got {value!r}"

    return check


def matching(pattern: str, meaning: str) -> Check:
    """The check of a string that must match a pattern as a whole; `meaning` says it in words."""

    def check(value: str) -> str | None:
        return (
            None if re.fullmatch(pattern, value, re.ASCII) else f"must be {meaning}, got {value!r}"
        )

    return check


ARN = matching(r"arn:[\w-]+:[\w-]+:[\w-]*:(\d{12}|aws)?:.+", "an ARN")


def each(check: Check) -> Check:
    """The check of a list whose every element must pass `check`."""

    def check_all(values: list[Any]) -> str | None:
        return next(filter(None, map(check, values)), None)

    return check_all


TAGS = Property(kind=Kind.STRING_MAP)
REGION = Property(forces_new=True)  # the provider's; checking knows
