"""Checks the arguments against the rules: now, or as soon as their values are known."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import partial
from types import UnionType
from typing import TYPE_CHECKING, Any

import pulumi
import pulumi_aws as aws

from components.arguments import (
    AlarmsArgs,
    DeadLetterQueueArgs,
    FunctionArgs,
    MappingArgs,
    PermissionsArgs,
    QueueArgs,
    QueueConsumerArgs,
)
from components.combinations import REFUSED, WARNED, Combination
from components.errors import OWN_NAMES, ArgumentsError, in_terms_of
from components.limits import LIMITS, NAME
from components.properties import existing_dead_letter_queue, max_receive_count
from components.rules import is_known, is_later

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

Kind = type | UnionType
GROUPS: Mapping[str, tuple[str, Kind]] = {
    "function": ("a FunctionArgs", FunctionArgs),
    "queue": ("a QueueArgs or an aws.sqs.Queue", QueueArgs | aws.sqs.Queue),
    "dead_letter_queue": ("a DeadLetterQueueArgs", DeadLetterQueueArgs),
    "mapping": ("a MappingArgs", MappingArgs),
    "alarms": ("an AlarmsArgs", AlarmsArgs),
    "permissions": ("a PermissionsArgs", PermissionsArgs),
}
"""What each group of arguments must be, in words and as a type."""

Values = dict[str, Any]


def check_groups(name: str, args: object) -> None:
    """Check that the arguments are in their classes, before anything reads them.

    Raises:
        ArgumentsError: Some are not, such as a dict. The error lists each.
    """
    wanted: list[tuple[str, object, str, Kind]] = (
        [(group, getattr(args, group), *GROUPS[group]) for group in GROUPS]
        if isinstance(args, QueueConsumerArgs)
        else [("args", args, "a QueueConsumerArgs", QueueConsumerArgs)]
    )
    if problems := [
        f"{what} must be {words}; got {type(given).__name__}"
        for what, given, words, kind in wanted
        if not isinstance(given, kind)
    ]:
        raise ArgumentsError(name, problems)


def check(
    name: str,
    args: QueueConsumerArgs,
    found: Sequence[str] = (),
    names: Mapping[str, str] = OWN_NAMES,
) -> None:
    """Check the name and the arguments now, and what is not known yet as soon as it is.

    Args:
        name: The component's name.
        args: The arguments.
        found: Problems that were found elsewhere, to be reported together with those found here.
        names: What the error calls an argument, by its name.

    Raises:
        ArgumentsError: What is known now is invalid. The error lists every problem.
    """
    values = values_of(args)
    problems = [
        *NAME.problems("the component's name", name),
        *_problems(values),
        *_structural_problems(args, values),
        *found,
    ]

    def refuse(problems: Sequence[str]) -> None:
        if problems:
            raise ArgumentsError(name, [in_terms_of(names, each) for each in problems])

    refuse(problems)
    for argument, limit in LIMITS.items():
        _check_later(refuse, [values[argument]], partial(limit.rule.problems, argument))
    for rule in REFUSED:
        involved = [values[argument] for argument in rule.arguments]
        _check_later(refuse, involved, partial(_problems_together, rule))
    if not isinstance(args.queue, QueueArgs) and args.alarms.dead_letters is not None:
        _check_later(refuse, [existing_dead_letter_queue(args)], _problems_without_dead_letters)


def warn(name: str, args: QueueConsumerArgs, names: Mapping[str, str] = OWN_NAMES) -> None:
    """Tell about what works, but not well under load; `names` as for `check`."""
    values = values_of(args)
    for rule in WARNED:

        def tell(resolved: list[Any], rule: Combination = rule) -> None:
            involved = map(_whole, resolved)
            for words in _problems_together(rule, *involved):
                # Without a resource, this is sent at once, and so before the program can end.
                told = in_terms_of(names, words)
                pulumi.log.warn(f"the QueueConsumer {name!r}: {told} ({rule.source})")

        involved = [values[argument] for argument in rule.arguments]
        if is_known(involved):
            tell(involved)
        else:
            pulumi.Output.all(*involved).apply(tell)


def values_of(args: QueueConsumerArgs) -> Values:
    """Return the values by argument; those of an existing queue are its resource's outputs."""
    values: Values = {"tags": args.tags}
    for group in GROUPS:
        given = getattr(args, group)
        if group == "queue" and not isinstance(given, QueueArgs):
            given = replace(
                QueueArgs(),
                visibility_timeout_seconds=given.visibility_timeout_seconds,
                fifo_queue=given.arn.apply(lambda arn: arn.endswith(".fifo")),
            )
        values |= {f"{group}.{each.name}": getattr(given, each.name) for each in fields(given)}
    return values | {"dead_letter_queue.max_receive_count": max_receive_count(args)}


def _problems(values: Values) -> Iterator[str]:
    """Yield the problems of what is known now."""
    for argument, limit in LIMITS.items():
        if not is_later(values[argument]):  # the rule of a collection skips what comes later in it
            yield from limit.rule.problems(argument, values[argument])
    for rule in REFUSED:
        involved = [values[argument] for argument in rule.arguments]
        if is_known(involved):
            yield from _problems_together(rule, *involved)


def _problems_together(rule: Combination, *values: Any) -> Iterator[str]:
    """Yield the problems of values together, if each alone is right."""
    alone = (
        LIMITS[argument].rule.problems(argument, value)
        for argument, value in zip(rule.arguments, values, strict=True)
    )
    if not any(map(any, alone)):
        yield from rule.problems(*values)


def _structural_problems(args: QueueConsumerArgs, values: Values) -> Iterator[str]:
    """Yield the problems of what decides which resources there are."""
    managed = isinstance(args.queue, QueueArgs)
    for argument, limit in LIMITS.items():
        own = managed or not argument.startswith("queue.")
        if (limit.rule.plain or limit.rule.collection) and own and is_later(values[argument]):
            yield f"{argument} must be {limit.rule.words}, and not come from another resource"
    dead = args.dead_letter_queue
    if managed and dead.arn is None and dead.kms_key_arn is not None:
        yield (
            "dead_letter_queue.kms_key_arn is for an existing dead-letter queue: a new one is "
            "encrypted with queue.kms_key_arn"
        )
    if not managed and dead != DeadLetterQueueArgs(arn=dead.arn, kms_key_arn=dead.kms_key_arn):
        yield (
            "dead_letter_queue.max_receive_count and dead_letter_queue.message_retention_seconds "
            "must be set on the existing queues themselves"
        )


def _problems_without_dead_letters(arn: str | None) -> Iterator[str]:
    if arn is None:
        yield (
            "the existing queue has no dead-letter queue to watch: set its redrive_policy, or name "
            "it in dead_letter_queue.arn, or set alarms.dead_letters to None"
        )


def _check_later(
    refuse: Callable[[Sequence[str]], None],
    values: Sequence[Any],
    problems: Callable[..., Iterator[str]],
) -> None:
    """Check values once they are known; the error ends the program."""
    if is_known(values):
        return
    resolved = pulumi.Output.all(*values)

    def check_now(known: dict[str, Any]) -> None:
        found = problems(*map(_whole, known["values"]))
        refuse([_without_value(each) if known["secret"] else each for each in found])

    pulumi.Output.all(values=resolved, secret=resolved.is_secret()).apply(check_now)


def _without_value(problem: str) -> str:
    """Return a problem with a value that is, or has in it, a secret."""
    words, got, _ = problem.partition("; got ")
    return f"{words}{got and '; got a secret value'}"


def _whole(value: Any) -> Any:
    """Return a whole number as an int: the engine passes every number on as a float."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
