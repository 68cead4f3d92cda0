"""`send`: messages to the queue of a stack."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from automation.cli.arguments import (
    add_stack_options,
    opened_stack,
    print_json_line,
    print_line,
    say,
    stack_options,
)
from automation.cli.base import Command
from automation.scenario.model import Message, Scenario
from automation.scenario.reading import body_problems, load_scenario, scenario_of
from automation.scenario.send import FIFO, Refused, Sent, deliver
from automation.support.errors import AutomationError, UsageError
from automation.support.interrupts import interruptible, shielded

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

STDIN = Path("-")
OF_THE_PROGRAM = Path()  # stands for the scenario that `run` takes

EXAMPLES = """\
examples:
  python -m automation send --stack dev '{"user_id": "aarit", "chip_delta": 120}'
  python -m automation send --stack dev --scenario      the ten hands
  python -m automation send --stack dev --file hands.jsonl
  jq -c '.[]' hands.json | python -m automation send --stack dev --file -

A line of FILE is JSON: a string is sent as its text, anything else as it stands.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the sources of messages."""
    parser.add_argument("body", nargs="*", metavar="BODY", help="a message's body, as it is sent")
    parser.add_argument(
        "--file", type=Path, metavar="FILE", help="JSON lines, a message each; - is standard input"
    )
    parser.add_argument(
        "--scenario",
        type=Path,
        nargs="?",
        const=OF_THE_PROGRAM,
        metavar="FILE",
        help="the messages of a scenario; without FILE, the program's own, here the ten hands",
    )
    parser.add_argument(
        "--group", metavar="ID", help="the message group of each BODY and line, for a FIFO queue"
    )
    add_stack_options(parser)


def carry_out(options: argparse.Namespace) -> int:
    """Send every message; tell each id."""
    given = [
        *(_message(body, f"argument {n}") for n, body in enumerate(options.body, start=1)),
        *(lines_of(options.file) if options.file else ()),
    ]
    messages = [
        *(replace(message, message_group_id=options.group) for message in given),
        *(_scenario(options).messages if options.scenario else ()),
    ]
    if not messages:
        raise UsageError(
            "there is no message to send", hint="give a BODY, --file FILE or --scenario"
        )
    from automation.proof import check_bodies

    with opened_stack(options) as stack:
        scenario = Scenario(name="send", messages=tuple(messages), invocation=None)
        check_bodies(scenario, stack.target)
        if stack.outputs.queue_url.endswith(FIFO) and any(
            message.message_group_id is None for message in messages
        ):
            raise UsageError(
                f"the queue of stack {stack.name} is a FIFO queue, so each message needs a group",
                hint="add --group ID, or message_group_id to each message of the scenario; nothing "
                "was sent",
            )
        batches = deliver(stack.clients.sqs, stack.outputs.queue_url, messages)
        refused = _send_and_tell(batches, len(messages), as_json=options.json)
    if refused:
        raise AutomationError(
            f"{refused} of {len(messages)} messages were refused, and not sent",
            hint="fix and send those again; the others are on their way",
        )
    say(f"{len(messages)} sent to stack {stack.name}")
    return 0


def _scenario(options: argparse.Namespace) -> Scenario:
    own = options.scenario is OF_THE_PROGRAM  # a path that was given may be equal
    return load_scenario(scenario_of(stack_options(options).program) if own else options.scenario)


def _send_and_tell(batches: Iterator[list[Sent | Refused]], total: int, *, as_json: bool) -> int:
    """Send, and tell what became of each message; return how many were refused."""
    told = refused = 0
    try:
        while told < total:
            with interruptible():
                pass  # a signal stops between two batches, and not in one
            with shielded():
                results = next(batches)
            for number, result in enumerate(results, start=told + 1):
                _tell(number, result, as_json=as_json)
            told += len(results)
            refused += sum(isinstance(each, Refused) for each in results)
    finally:
        if told < total:
            say(f"stopped after {told} of {total} messages; the batch after them may have arrived")
    return refused


def _tell(number: int, result: Sent | Refused, *, as_json: bool) -> None:
    body = result.message.body
    if isinstance(result, Sent):
        if as_json:
            print_json_line({"number": number, "message_id": result.message_id, "body": body})
        else:
            print_line(result.message_id)
    elif as_json:
        print_json_line({"number": number, "refused": result.reason, "body": body})
    else:
        say(f"message {number} was refused: {result.reason}: {body}")


def lines_of(path: Path) -> list[Message]:
    """Read messages from JSON lines.

    Raises:
        UsageError: The file cannot be read, or a line is no JSON or no body that SQS takes.
    """
    try:
        if path == STDIN:
            with interruptible():
                text = sys.stdin.read()
        else:
            text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"the messages cannot be read from {path}: {error}", hint="name a file of JSON lines"
        ) from error
    messages = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        place = f"line {number} of {'standard input' if path == STDIN else path}"
        try:
            value = json.loads(line)
        except ValueError as error:
            raise UsageError(
                f"{place} is not JSON: {error}",
                hint='put text into quotes, as in "hello"; nothing was sent',
            ) from error
        messages.append(_message(value if isinstance(value, str) else line.strip(), place))
    return messages


def _message(body: str, place: str) -> Message:
    if problems := list(body_problems(body, place)):
        raise UsageError(problems[0], hint="nothing was sent")
    return Message(body=body, fate="processed", log=None)


COMMAND = Command(
    name="send",
    help="send messages to a stack",
    description="Send messages to the queue of a stack, in batches of ten, and print the id that "
    "SQS gave to each. Messages that SQS rejects because of a fault on its side are sent again for "
    "20 s. Those that it still rejects, and other rejected messages, are reported, with exit code "
    "3.",
    epilog=EXAMPLES,
    add_arguments=add_arguments,
    carry_out=carry_out,
)
