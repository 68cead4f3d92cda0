"""What the arguments of several commands have in common."""

from __future__ import annotations

import argparse
import json
import re
import sys


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


def account(text: str) -> str:
    """Parse the id of an AWS account, for argparse."""
    if not re.fullmatch(r"\d{12}", text, re.ASCII):
        raise argparse.ArgumentTypeError(f"{text!r} is not the 12 digits of an AWS account")
    return text


def seconds(text: str) -> float:
    """Parse a number of seconds above 0, for argparse."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return value


def configuration_value(text: str) -> tuple[str, object]:
    """Parse KEY=VALUE, for argparse; a VALUE that is valid JSON is parsed too."""
    key, separator, value = text.partition("=")
    if not key or not separator:
        raise argparse.ArgumentTypeError(f"{text!r} is not KEY=VALUE")
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value
