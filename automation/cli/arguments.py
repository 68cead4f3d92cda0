"""What several commands have in common: options, their parsers, and printing."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automation.options import TARGETS

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from automation.existing import ExistingStack
    from automation.options import StackOptions

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def add_target(parser: argparse.ArgumentParser) -> None:
    """Add --target."""
    parser.add_argument("--target", choices=TARGETS, default="local", help="default: local")


def add_target_options(
    parser: argparse.ArgumentParser, emulator: str = "use this running emulator"
) -> None:
    """Add --target and --emulator.

    Args:
        parser: The command's.
        emulator: What the command does with an emulator.
    """
    add_target(parser)
    parser.add_argument("--emulator", metavar="URL", help=emulator)


def add_stack_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that name an existing stack, and --json."""
    parser.add_argument("--stack", metavar="NAME", help="default: the only stack that there is")
    add_program(parser)
    add_target_options(parser)
    add_json(parser)


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add --json."""
    parser.add_argument("--json", action="store_true", help="print JSON to standard output")


def add_since(parser: argparse.ArgumentParser, default: str) -> None:
    """Add --since."""
    parser.add_argument(
        "--since",
        type=past,
        default=default,
        metavar="TIME",
        help=f"read the log from this long ago, such as 90s, 15m, 2h or 3d; default: {default}",
    )


def stack_options(options: argparse.Namespace) -> StackOptions:
    """Return the options that name a stack."""
    from automation.options import StackOptions
    from automation.stack.programs import find_program

    return StackOptions(
        target=options.target,
        program=find_program(options.program, Path.cwd(), stack=options.stack),
        stack=options.stack,
        emulator=options.emulator,
    )


def opened_stack(options: argparse.Namespace) -> AbstractContextManager[ExistingStack]:
    """Open the stack that the options name."""
    from automation.existing import open_stack

    return open_stack(stack_options(options), dict(os.environ), say)


def print_json(value: Any) -> None:
    """Print a value as JSON; times are ISO 8601 in UTC."""
    sys.stdout.write(json.dumps(value, indent=2, default=datetime.isoformat) + "\n")


def print_json_line(value: Any) -> None:
    """Print a value as one line of JSON, at once."""
    print_line(json.dumps(value, default=datetime.isoformat))


def print_line(line: str) -> None:
    """Print a line of what the command was asked for to stdout, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def say(line: str) -> None:
    """Print a line for a person to stderr; stdout belongs to what the command prints."""
    sys.stderr.write(f"{line}\n")


def add_account(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the AWS accounts which are allowed."""
    parser.add_argument(
        "--account",
        action="append",
        type=account,
        default=[],
        metavar="ID",
        help="with --target aws: refuse any other AWS account; repeatable",
    )


def add_program(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the Pulumi program."""
    parser.add_argument(
        "--program",
        type=Path,
        metavar="DIR",
        help="folder of the Pulumi program; default: that of the working folder, as for pulumi; "
        "outside of any, this checkout, unless a stack is named or the project is installed",
    )


def account(text: str) -> str:
    """Parse the id of an AWS account, for argparse."""
    if not re.fullmatch(r"\d{12}", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text!r} is not the 12 digits of an AWS account")
    return text


def above_zero(text: str, what: str = "a number") -> float:
    """Parse a number above 0, for argparse; `what` it is, for the error."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not {what} above 0")
    return value


def seconds(text: str) -> float:
    """Parse a number of seconds above 0, for argparse."""
    return above_zero(text, "a number of seconds")


def configuration_value(text: str) -> tuple[str, object]:
    """Parse KEY=VALUE, for argparse; a VALUE that is valid JSON is parsed too."""
    key, separator, value = text.partition("=")
    if not key or not separator:
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=VALUE")
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value


def past(text: str) -> datetime:
    """Parse how long ago, such as 15m, for argparse; return the time in UTC."""
    match = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time such as 90s, 15m, 2h or 3d")
    return datetime.now(UTC) - timedelta(**{_UNITS[match[2]]: int(match[1])})


def count(text: str) -> int:
    """Parse a whole number above 0, for argparse; 1_000_000 and 1,000,000 are fine."""
    digits = text.replace(",", "").replace("_", "")
    if not digits.isdecimal() or not int(digits):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(digits)


def pattern(text: str) -> re.Pattern[str]:
    """Parse a regular expression, for argparse."""
    try:
        return re.compile(text)
    except re.error as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a regular expression: {error}"
        ) from error
