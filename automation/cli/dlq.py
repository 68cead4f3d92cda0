"""`dlq`: list, show, redrive and purge a stack's dead letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.cli.arguments import (
    above_zero,
    add_stack_options,
    opened_stack,
    pattern,
    print_json,
    print_line,
    say,
)
from automation.cli.base import Command
from automation.support.errors import AutomationError, NotFoundError, UsageError
from automation.support.interrupts import interruptible
from automation.support.invoked import INVOKED

if TYPE_CHECKING:
    import argparse

    from automation.operate.redrive import Redriven

EXAMPLES = """\
examples:
  python -m automation dlq list --stack dev
  python -m automation dlq show ID --stack dev
  python -m automation dlq redrive --stack dev --reason 'must be int' --dry-run
  python -m automation dlq purge --stack dev
"""

LIST_EXAMPLES = """\
examples:
  python -m automation dlq list --stack dev
  python -m automation dlq list --json       every body whole, with all lines about it
"""

SHOW_EXAMPLES = """\
examples:
  python -m automation dlq show ID --stack dev
"""

PURGE_EXAMPLES = """\
examples:
  python -m automation dlq purge --stack dev
  python -m automation dlq purge --stack dev --yes       without a question, as in a script
"""

REDRIVE_EXAMPLES = """\
examples:
  python -m automation dlq redrive --stack dev --dry-run          tell what would be moved
  python -m automation dlq redrive --stack dev                    move all
  python -m automation dlq redrive --stack dev --id ID --id ID    move these two
  python -m automation dlq redrive --stack dev --reason 'timed out' --body '"user_id":"aarit"'
  python -m automation dlq redrive --stack dev --rate 5           at most 5 a second

Fix what made them fail first: messages that fail again come back. A message is sent before it is
deleted: after a crash between the two it is in both queues, and none is lost. On a FIFO queue, a
message that is not selected holds back those behind it in its group: select them all.
"""


def add_show_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the dead letter."""
    parser.add_argument("message_id", metavar="ID", help="the id, or its first 8 characters")
    add_stack_options(parser)


def add_redrive_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the filters of a redrive, and how it goes."""
    parser.add_argument(
        "--id",
        action="append",
        default=[],
        metavar="ID",
        help="only this message, by its id or its first 8 characters; repeatable",
    )
    parser.add_argument(
        "--body", type=pattern, metavar="REGEX", help="only where this is found in the body"
    )
    parser.add_argument(
        "--reason", type=pattern, metavar="REGEX", help="only where this is found in the reason"
    )
    parser.add_argument("--dry-run", action="store_true", help="move nothing; tell what would be")
    parser.add_argument(
        "--rate", type=above_zero, metavar="N", help="move at most N messages a second"
    )
    add_stack_options(parser)


def add_purge_arguments(parser: argparse.ArgumentParser) -> None:
    """Add --yes."""
    parser.add_argument("--yes", action="store_true", help="do not ask")
    add_stack_options(parser)


def list_all(options: argparse.Namespace) -> int:
    """Print every dead letter, with the reason from the log."""
    from automation.cli.dead_letters import document, print_list
    from automation.observe.observer import read_depth
    from automation.operate.peek import failures

    with opened_stack(options) as stack:
        found = failures(stack.observer)
        with interruptible():
            depth = read_depth(stack.clients.sqs, stack.outputs.dead_letter_queue_url)
    if options.json:
        print_json([document(failure) for failure in found])
        return 0
    print_list(found)
    if hidden := depth.in_flight:
        more, them = ("1 more is", "it") if hidden == 1 else (f"{hidden} more are", "them")
        say(f"{more} hidden for up to two minutes: another reader has received {them}")
    return 0


def show(options: argparse.Namespace) -> int:
    """Print one dead letter, with its body and every line about it."""
    from automation.cli.dead_letters import document, print_one
    from automation.operate.ids import LEAST, whole_id
    from automation.operate.peek import failures

    with opened_stack(options) as stack:
        found = failures(stack.observer)
    by_id = {each.letter.message_id: each for each in found}
    wanted = by_id.get(whole_id(options.message_id, by_id))
    if not wanted:
        from automation.support.nearest import did_you_mean

        near = did_you_mean(options.message_id, by_id)
        why = "`dlq list` lists what is; a message that somebody reads is hidden for two minutes"
        if len(options.message_id) < LEAST:
            why = f"`dlq list` prints the ids; their first {LEAST} characters will do"
        raise NotFoundError(
            f"message {options.message_id} is not in the dead-letter queue of stack {stack.name}",
            hint=f"{near}{why}",
        )
    if options.json:
        print_json(document(wanted))
    else:
        print_one(wanted)
    return 0


def redrive(options: argparse.Namespace) -> int:
    """Move dead letters back to the source queue."""
    from automation.cli.dead_letters import moved_document, told
    from automation.operate.failures import Selection
    from automation.operate.peek import whole_ids
    from automation.operate.redrive import Redrive, RedriveOptions

    tell = say if options.json else print_line
    moved: list[Redriven] = []
    with opened_stack(options) as stack:
        ids = whole_ids(stack.observer, options.id)
        selection = Selection(ids=ids, body=options.body, reason=options.reason)
        job = Redrive(
            stack.clients.sqs,
            stack.outputs,
            stack.observer.log_events,
            RedriveOptions(selection=selection, dry_run=options.dry_run, rate=options.rate),
        )
        for each in job.go():
            moved.append(each)
            tell(f"{len(moved)} {told(each)}")
    if options.json:
        print_json([moved_document(each) for each in moved])
    missing = ids - {each.failure.letter.message_id for each in moved}
    failed = [each for each in moved if each.outcome in {"refused", "duplicated"}]
    if missing or failed:
        raise AutomationError(
            "; ".join(
                [
                    *([f"not redriven as asked: {len(failed)}"] if failed else []),
                    *([f"not found: {', '.join(sorted(missing))}"] if missing else []),
                ]
            ),
            hint=f"see what is left: {INVOKED} dlq list",
        )
    verb = "would be redriven" if options.dry_run else "redriven"
    say(f"{len(moved)} {verb} on stack {stack.name}")
    return 0


def purge(options: argparse.Namespace) -> int:
    """Delete every dead letter, after asking."""
    from automation.observe.observer import read_depth
    from automation.report.terminal import ask, make_console

    with opened_stack(options) as stack:
        url = stack.outputs.dead_letter_queue_url
        with interruptible():
            depth = read_depth(stack.clients.sqs, url)
        if not depth.empty:
            question = f"Delete all dead letters of stack {stack.name} ({depth}) for ever?"
            if not (options.yes or ask(question, make_console(stderr=True))):
                raise UsageError(
                    f"nothing was deleted: the dead-letter queue holds {depth}",
                    hint="add --yes to delete all of them without a question",
                )
            stack.clients.sqs.purge_queue(QueueUrl=url)
    if options.json:
        print_json({"stack": stack.name, "purged": depth.visible + depth.in_flight + depth.delayed})
    else:
        say(f"the dead-letter queue of stack {stack.name} held {depth}; it is purged")
    return 0


COMMAND = Command(
    name="dlq",
    help="list, show, redrive or purge dead letters",
    description="What is in a stack's dead-letter queue, why it failed, and what to do with it.",
    epilog=EXAMPLES,
    verbs=(
        Command(
            name="list",
            help="every dead letter, with the reason from the log",
            description="Print every dead letter with the reason of its last failure, from the "
            "function's log. The queue stays as it is.",
            epilog=LIST_EXAMPLES,
            add_arguments=add_stack_options,
            carry_out=list_all,
        ),
        Command(
            name="show",
            help="one dead letter, with its body and its log lines",
            description="Print one dead letter with its whole body and every line about it.",
            epilog=SHOW_EXAMPLES,
            add_arguments=add_show_arguments,
            carry_out=show,
        ),
        Command(
            name="redrive",
            help="move dead letters back to the source queue",
            description="Move dead letters back to the source queue: all of them, or those that "
            "match every filter that is given. Exit code 3 if one could not be moved.",
            epilog=REDRIVE_EXAMPLES,
            add_arguments=add_redrive_arguments,
            carry_out=redrive,
        ),
        Command(
            name="purge",
            help="delete every dead letter; asks first",
            description="Delete every dead letter for ever. Asks first; without a terminal it "
            "needs --yes. On AWS this takes up to a minute.",
            epilog=PURGE_EXAMPLES,
            add_arguments=add_purge_arguments,
            carry_out=purge,
        ),
    ),
)
