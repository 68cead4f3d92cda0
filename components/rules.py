"""The kinds of rules for a single argument: what its value must be, in words and as a test."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pulumi

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What the value of an argument must be.

    Attributes:
        words: What follows "must be" in a message, and the bounds in the documentation.
        problems: Yields what is wrong with a value, given what to call it.
        plain: Whether the value must be known when the program runs, because it decides which
            resources there are.
        collection: Whether the same holds for a list or a mapping itself. Its elements may come
            later.
    """

    words: str
    problems: Callable[[str, Any], Iterator[str]]
    plain: bool = False
    collection: bool = False


def is_later(value: Any) -> bool:
    """Whether a value itself comes from another resource, or is awaited."""
    return isinstance(value, pulumi.Output | Awaitable)


def is_known(value: Any) -> bool:
    """Whether a value, with all that is in it, can be read now, which an `Output` cannot."""
    match value:
        case Mapping():
            return all(map(is_known, value.values()))
        case list() | tuple():
            return all(map(is_known, value))
    return not is_later(value)


def _rule(words: str, holds: Callable[[Any], bool], *, plain: bool = False) -> Rule:
    def problems(subject: str, value: Any) -> Iterator[str]:
        if not holds(value):
            yield f"{subject} must be {words}; got {value!r}"

    return Rule(words=words, problems=problems, plain=plain)


def integer(units: str, least: int, most: int | None = None) -> Rule:
    """An int from `least` to `most`, both included. A bool or a string of digits is not one."""
    bounds = f", at least {least:,}" if most is None else f" from {least:,} to {most:,}"
    return _rule(
        f"a whole number of {units}{bounds}",
        lambda value: type(value) is int and least <= value and (most is None or value <= most),
    )


def boolean(*, plain: bool = False) -> Rule:
    """True or False; `plain` if it must not come from another resource."""
    return _rule("True or False", lambda value: type(value) is bool, plain=plain)


def one_of(choices: Collection[int] | Collection[str], units: str = "") -> Rule:
    """One of `choices`, of their type."""
    kinds = {type(choice) for choice in choices}
    return _rule(
        f"one of {', '.join(map(str, choices))}{units and f' ({units})'}",
        lambda value: type(value) in kinds and value in choices,
    )


def text(pattern: str, words: str) -> Rule:
    """A string that the regular expression matches in full; its classes are ASCII."""
    return _rule(
        words,
        lambda value: isinstance(value, str) and bool(re.fullmatch(pattern, value, re.ASCII)),
    )


def arn(service: str, resource: str, words: str) -> Rule:
    """An ARN of a service; `service` and `resource` are regular expressions."""
    return text(rf"arn:[\w-]+:{service}:[\w-]*:(\d{{12}}|aws)?:{resource}", words)


def optional(rule: Rule) -> Rule:
    """None, for an argument that is not set, or a value that the rule accepts."""

    def problems(subject: str, value: Any) -> Iterator[str]:
        if value is not None:
            yield from rule.problems(subject, value)

    return Rule(words=rule.words, problems=problems)


def each(rule: Rule, most: int | None = None) -> Rule:
    """A list, or a tuple, of at most `most` values that the rule accepts."""
    words = f"a list{f' of at most {most}' if most else ''}, each {rule.words}"

    def problems(subject: str, values: Any) -> Iterator[str]:
        if not isinstance(values, list | tuple):
            yield f"{subject} must be {words}; got {values!r}"
            return
        if most and len(values) > most:
            yield f"{subject} must have at most {most} elements; got {len(values)}"
        for index, value in enumerate(values):
            if is_known(value):
                yield from rule.problems(f"{subject}[{index}]", value)

    return Rule(words=words, problems=problems, collection=True)


def named(rule: Rule) -> Rule:
    """A list of different values, or a mapping of names to values, that the rule accepts.

    Names say which value is which from one deployment to the next. A value in a list is its own
    name, and must be known for that.
    """
    name = text(r"[\w.-]{1,64}", "a string of 1 to 64 letters, digits and _.-")
    words = f"a list, or a mapping of names, each {rule.words}"

    def problems(subject: str, values: Any) -> Iterator[str]:
        if isinstance(values, Mapping):
            for key, value in values.items():
                yield from name.problems(f"a name in {subject}", key)
                if is_known(value):
                    yield from rule.problems(f"{subject}[{key!r}]", value)
            return
        if not isinstance(values, list | tuple):
            yield f"{subject} must be {words}; got {values!r}"
            return
        for index, value in enumerate(values):
            if is_later(value):
                yield (
                    f"{subject}[{index}] comes from another resource, so it needs a name: give a "
                    "mapping, such as {'orders': policy.arn}"
                )
            else:
                yield from rule.problems(f"{subject}[{index}]", value)
        for value, count in Counter(each for each in values if isinstance(each, str)).items():
            if count > 1:
                yield f"{subject} must have each value once; {value} is there {count} times"

    return Rule(words=words, problems=problems, collection=True)


def filter_pattern(most: int) -> Rule:
    """A pattern, or a string with one in JSON, of at most `most` characters.

    A pattern is an object. Each value in it is a pattern, or a list of what may match.
    """

    def is_pattern(value: Any) -> bool:
        if isinstance(value, dict):
            return all(map(is_pattern, value.values()))
        return isinstance(value, list) and bool(value)

    def holds(value: Any) -> bool:
        try:
            written = value if isinstance(value, str) else json.dumps(value)
            read = json.loads(written)
        except (TypeError, ValueError):
            return False
        return isinstance(read, dict) and is_pattern(read) and len(written) <= most

    return _rule(
        f"an object whose values are objects or lists of what may match, at most {most:,} "
        "characters in JSON",
        holds,
    )


def statement() -> Rule:
    """A statement of a role's policy, as an object."""
    patterns = {  # one of each group; IAM's wildcards are allowed
        frozenset({"Effect"}): "Allow|Deny",
        frozenset({"Action", "NotAction"}): r"\*|[\w-]+:[\w*?]+",
        frozenset({"Resource", "NotResource"}): r"\*|arn:.+",
    }
    known = frozenset({"Sid", "Condition"}).union(*patterns)

    def holds(value: Any) -> bool:
        if not isinstance(value, Mapping) or not value.keys() <= known:
            return False
        for names, pattern in patterns.items():
            given = [value[name] for name in names & value.keys()]
            if len(given) != 1:
                return False
            texts = given[0] if isinstance(given[0], list | tuple) else given
            if not texts or not all(isinstance(t, str) and re.fullmatch(pattern, t) for t in texts):
                return False
        return True

    return _rule(
        "a statement with an Effect, an Action such as s3:GetObject and a Resource, which is an "
        "ARN or *",
        holds,
    )


def variables(reserved: Collection[str], most: int) -> Rule:
    """Environment variables: names that Lambda accepts, and at most `most` bytes in JSON."""
    name = text(r"[A-Za-z]\w+", "a letter, then one or more letters, digits and _")

    def problems(subject: str, values: Any) -> Iterator[str]:
        if not isinstance(values, Mapping):
            yield f"{subject} must map names to strings; got {values!r}"
            return
        for key, value in values.items():
            yield from name.problems(f"a name in {subject}", key)
            if key in reserved:
                yield f"{subject} must not have {key}, which Lambda reserves"
            if is_known(value) and not isinstance(value, str):
                yield f"{subject}[{key!r}] must be a string; got {type(value).__name__}"
        known = {str(key): str(value) for key, value in values.items() if is_known(value)}
        # Lambda's error for too many quotes what it has measured: the variables as compact JSON.
        written = json.dumps(known, separators=(",", ":"), ensure_ascii=False)
        if (size := len(written.encode())) > most:
            yield f"{subject} must be at most {most:,} bytes in JSON; got {size:,}"

    return Rule(
        words=f"names with strings, at most {most:,} bytes in JSON, without names that Lambda "
        "reserves",
        problems=problems,
        collection=True,
    )


def _tag_text(least: int, most: int) -> Rule:
    """A tag key or value that IAM accepts; SQS, Lambda and CloudWatch accept all of these."""
    return _rule(
        f"a string of {least} to {most} letters, digits, spaces and _.:/=+-@, without the "
        "reserved prefix 'aws:'",
        lambda value: (
            isinstance(value, str)
            and least <= len(value) <= most
            and all(unicodedata.category(c)[0] in "LNZ" or c in "_.:/=+-@" for c in value)
            and not value.casefold().startswith("aws:")
        ),
    )


def tags(most: int) -> Rule:
    """Tags that every service accepts, at most `most`."""
    key_rule, value_rule = _tag_text(1, 128), _tag_text(0, 256)

    def problems(subject: str, values: Any) -> Iterator[str]:
        if not isinstance(values, Mapping):
            yield f"{subject} must map keys to values; got {values!r}"
            return
        if len(values) > most:
            yield f"{subject} must have at most {most} keys; got {len(values)}"
        for key, value in values.items():
            yield from key_rule.problems("a tag key", key)
            if is_known(value):
                yield from value_rule.problems(f"the value of tag {key!r}", value)
        for folded, count in Counter(str(key).casefold() for key in values).items():
            if count > 1:  # IAM ignores the case of a tag key
                yield f"tag keys must differ in more than case; {count} of them are {folded!r}"

    return Rule(
        words=f"at most {most} keys of up to 128 and values of up to 256 letters, digits, spaces "
        "and _.:/=+-@, without the prefix 'aws:'",
        problems=problems,
    )
