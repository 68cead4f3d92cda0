"""Checks the component's name and arguments against AWS's limits, before anything is deployed.

The value of an `Output` is not known by then: it is skipped here, and AWS checks it.
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
    """A test of a value, and the words that follow "must be" in the message when it fails."""

    words: str
    holds: Callable[[Any], bool]


def integer(units: str, least: int, most: int) -> Rule:
    """An int from `least` to `most`, both included. A bool or a string of digits is not one."""
    return Rule(
        f"a whole number of {units} from {least:,} to {most:,}",
        lambda value: type(value) is int and least <= value <= most,
    )


def one_of(units: str, choices: Collection[int]) -> Rule:
    """One of the ints in `choices`."""
    listed = ", ".join(map(str, choices))
    return Rule(
        f"one of {listed} ({units})",
        lambda value: type(value) is int and value in choices,
    )


def text(pattern: str, words: str) -> Rule:
    """A string that the regular expression matches in full."""
    return Rule(words, lambda value: isinstance(value, str) and bool(re.fullmatch(pattern, value)))


def optional(rule: Rule) -> Rule:
    """None, for an argument that is not set, or a value that the rule accepts."""
    return Rule(rule.words, lambda value: value is None or rule.holds(value))


def tag_text(least: int, most: int) -> Rule:
    """A tag key or value that IAM accepts; SQS, Lambda and CloudWatch Logs accept all of these."""
    return Rule(
        f"a string of {least} to {most} letters, digits, spaces and _.:/=+-@, without the "
        "reserved prefix 'aws:'",
        lambda value: (
            isinstance(value, str)
            and least <= len(value) <= most
            and all(unicodedata.category(c)[0] in "LNZ" or c in "_.:/=+-@" for c in value)
            and not value.casefold().startswith("aws:")
        ),
    )


# CloudWatch Logs API reference, PutRetentionPolicy
_LOG_RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)

_ARGUMENTS: Mapping[str, Rule] = {
    # Lambda API reference, CreateFunction, and its table of runtimes: it takes no new function with
    # python3.9 or older.
    "handler": text(r"(?=.{1,128}$)[\w/]+(\.\w+)+", "module.function, at most 128 characters"),
    "runtime": text(r"python3\.[1-9]\d", "python3.10 or later"),
    "memory_size": integer("MB", 128, 10_240),
    "function_timeout": integer("seconds", 1, 900),
    # SQS API reference, SetQueueAttributes
    "visibility_timeout": optional(integer("seconds", 0, 43_200)),
    "max_receive_count": integer("receives", 1, 1_000),
    "dead_letter_retention": integer("seconds", 60, 1_209_600),
    # Lambda API reference, CreateEventSourceMapping: a batch over 10 needs a batching window
    "batch_size": integer("messages", 1, 10),
    "log_retention": one_of("days", _LOG_RETENTION_DAYS),
}
# AWS resource names start with the component's name.
_NAME = text(r"[A-Za-z0-9_-]+", "a string of letters, digits, - and _")
_MAX_TAGS = 50
_TAG_KEY = tag_text(1, 128)
_TAG_VALUE = tag_text(0, 256)


def problems(name: str, args: QueueConsumerArgs) -> list[str]:
    """List everything that AWS would reject, one sentence each; not for `function_source`."""
    return [
        *_rule_problems("the component's name", name, _NAME),
        *(
            problem
            for argument, rule in _ARGUMENTS.items()
            for problem in _rule_problems(argument, getattr(args, argument), rule)
        ),
        *_visibility_problems(args.visibility_timeout, args.function_timeout),
        *_tag_problems(args.tags),
    ]


def is_known(value: Any) -> bool:
    """Tell whether a value can be read now, which an `Output` or an awaitable cannot."""
    return not isinstance(value, pulumi.Output | Awaitable)


def _rule_problems(subject: str, value: Any, rule: Rule) -> Iterator[str]:
    if is_known(value) and not rule.holds(value):
        yield f"{subject} must be {rule.words}; got {value!r}"


def _visibility_problems(visibility: Any, timeout: Any) -> Iterator[str]:
    if type(visibility) is type(timeout) is int and visibility < timeout:
        yield (
            f"visibility_timeout ({visibility:,} s) must be at least function_timeout "
            f"({timeout:,} s), or SQS delivers a message again while the function processes it"
        )


def _tag_problems(tags: Any) -> Iterator[str]:
    if not is_known(tags):
        return
    if not isinstance(tags, Mapping):
        yield f"tags must map keys to values; got {tags!r}"
        return
    if len(tags) > _MAX_TAGS:
        yield f"tags must have at most {_MAX_TAGS} keys; got {len(tags)}"
    for key, value in tags.items():
        yield from _rule_problems("a tag key", key, _TAG_KEY)
        yield from _rule_problems(f"the value of tag {key!r}", value, _TAG_VALUE)
    for folded, count in Counter(str(key).casefold() for key in tags).items():
        if count > 1:  # IAM ignores the case of a tag key
            yield f"tag keys must differ in more than case; {count} of them are {folded!r}"
