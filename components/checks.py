"""What AWS would refuse, found before anything is deployed: a table of rules, asked in one way.

Only values that are known by then are checked: an `Output` comes later, and AWS judges it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import pulumi

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from components.arguments import QueueConsumerArgs


class Rule(NamedTuple):
    """What a value must be, in words that follow "must be", and the test of it."""

    words: str
    holds: Callable[[Any], bool]


def integer(units: str, least: int, most: int) -> Rule:
    """An integer from `least` to `most`, both included; neither a bool nor digits in a string."""
    return Rule(
        f"a whole number of {units}, {least:,} to {most:,}",
        lambda value: type(value) is int and least <= value <= most,
    )


def one_of(units: str, choices: Collection[int]) -> Rule:
    """One of the integers that AWS lists."""
    listed = ", ".join(map(str, choices))
    return Rule(
        f"one of these numbers of {units}: {listed}",
        lambda value: type(value) is int and value in choices,
    )


def text(pattern: str, words: str) -> Rule:
    """A string that a regular expression matches as a whole."""
    return Rule(words, lambda value: isinstance(value, str) and bool(re.fullmatch(pattern, value)))


def optional(rule: Rule) -> Rule:
    """What the rule asks for, or None: the argument is left out."""
    return Rule(rule.words, lambda value: value is None or rule.holds(value))


def label(least: int, most: int) -> Rule:
    """A tag's key or value, of the characters that IAM takes: it takes the fewest of our four."""
    return Rule(
        f"a string of {least} to {most} letters, digits, spaces and _.:/=+-@ that does not "
        "begin with aws:",
        lambda value: (
            isinstance(value, str)
            and least <= len(value) <= most
            and all(unicodedata.category(c)[0] in "LNZ" or c in "_.:/=+-@" for c in value)
            and not value.casefold().startswith("aws:")
        ),
    )


# CloudWatch Logs' API reference, PutRetentionPolicy
_LOG_RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)

_ARGUMENTS: Mapping[str, Rule] = {
    # Lambda's API reference, CreateFunction; its runtimes table: python3.9 and older take no more
    "handler": text(r"(?=.{1,128}$)[\w/]+(\.\w+)+", "module.function, in at most 128 characters"),
    "runtime": text(r"python3\.[1-9]\d", "a Python release that Lambda offers, as python3.12"),
    "memory_size": integer("MB", 128, 10_240),
    "function_timeout": integer("seconds", 1, 900),
    # SQS's API reference, SetQueueAttributes
    "visibility_timeout": optional(integer("seconds", 0, 43_200)),
    "max_receive_count": integer("receives", 1, 1_000),
    "dead_letter_retention": integer("seconds", 60, 1_209_600),
    # Lambda's API reference, CreateEventSourceMapping: more than 10 only with a batching window
    "batch_size": integer("messages", 1, 10),
    "log_retention": one_of("days", _LOG_RETENTION_DAYS),
}
_NAME = text(r"[A-Za-z0-9_-]+", "letters, digits, - and _ only")  # physical names begin with it
_TAG_COUNT = integer("tags", 0, 50)
_TAG_KEY = label(1, 128)
_TAG_VALUE = label(0, 256)


def problems(name: str, args: QueueConsumerArgs) -> list[str]:
    """Find everything that AWS would refuse, a sentence for each; the function's source aside."""
    return [
        *_broken("the component's name", name, _NAME),
        *(
            problem
            for argument, rule in _ARGUMENTS.items()
            for problem in _broken(argument, getattr(args, argument), rule)
        ),
        *_visibility_problems(args.visibility_timeout, args.function_timeout),
        *_tag_problems(args.tags),
    ]


def is_known(value: Any) -> bool:
    """Whether a value can be read now: an `Output` and an awaitable come later."""
    return not isinstance(value, pulumi.Output | Awaitable)


def _broken(subject: str, value: Any, rule: Rule) -> Iterator[str]:
    if is_known(value) and not rule.holds(value):
        yield f"{subject} must be {rule.words}; it is {value!r}"


def _visibility_problems(visibility: Any, timeout: Any) -> Iterator[str]:
    if type(visibility) is type(timeout) is int and visibility < timeout:
        yield (
            f"visibility_timeout ({visibility:,} s) must be at least function_timeout "
            f"({timeout:,} s), or a message is received again while it is being worked on"
        )


def _tag_problems(tags: Any) -> Iterator[str]:
    if not is_known(tags):
        return
    if not isinstance(tags, Mapping):
        yield f"tags must be a mapping of keys to values; it is {tags!r}"
        return
    yield from _broken("the number of tags", len(tags), _TAG_COUNT)
    for key, value in tags.items():
        yield from _broken("a tag's key", key, _TAG_KEY)
        yield from _broken(f"the value of the tag {key!r}", value, _TAG_VALUE)
    for folded, count in Counter(str(key).casefold() for key in tags).items():
        if count > 1:  # IAM takes them for one key
            yield f"tags must differ in more than case; {count} are spelt {folded!r}"
