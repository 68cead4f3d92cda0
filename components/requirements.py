"""Reads a requirements.txt, and refuses what pip would build or take from this machine.

What pip builds is for this machine and not for Lambda. What it takes from this machine may change
without the requirements, and would then not be installed again.
The format: https://pip.pypa.io/en/stable/reference/requirements-file-format/
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from packaging.requirements import Requirement

from components.errors import PackagingError

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMENT = re.compile(r"(^|\s)#.*")
INCLUDED = re.compile(r"(?:-r|--requirement|-c|--constraint)[ =]?\s*(\S+)")
OPTION = (
    r"(?:-i *|-f *|--(?:index-url|extra-index-url|find-links)(?:=| +))https?://\S+"
    r"|--(?:only-binary|trusted-host|all-releases|only-final|use-feature)(?:=| +)\S+"
    r"|--(?:no-index|pre|prefer-binary|require-hashes)"
)
OPTIONS = re.compile(rf"(?:(?:{OPTION})(?:\s+|$))+")
HASHES = re.compile(r"(?: +--hash[ =]\S+)+$")
# What ends so is a file to pip, even if it could be a package's name and version.
FILE_NAME = re.compile(r"\.(?:whl|zip|tar|tgz|tbz|txz|tlz|tar\.\w+)(?:[,[]|$)", re.IGNORECASE)
NOT_AN_OPTION = (
    "is not supported, because nothing is built on this machine or taken from its files; give an "
    "index or wheels by an https:// address, and each included file on a line of its own"
)
NOT_PUBLISHED = (
    "is neither a published package, such as cards==1.0, nor the https:// address of a wheel; "
    "publish a wheel of it, or put the source into the function's folder"
)


def texts(requirements: Path, within: tuple[Path, ...] = ()) -> Iterator[str]:
    """Yield the text of a requirements file, then of each that it includes.

    Raises:
        PackagingError: One cannot be read, includes itself, or has a line that is refused.
    """
    if requirements in within:
        raise PackagingError(f"{requirements} includes itself")
    try:
        text = requirements.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise PackagingError(f"{requirements} cannot be read: {error}") from error
    yield text
    for number, line in _lines(text):
        if included := INCLUDED.fullmatch(line):
            included_file = Path(os.path.normpath(requirements.parent / included[1]))
            yield from texts(included_file, (*within, requirements))
        elif not (OPTIONS.fullmatch(line) or _is_published(line)):
            reason = NOT_AN_OPTION if line.startswith("-") else NOT_PUBLISHED
            raise PackagingError(f"{requirements}, line {number}: {line} {reason}")


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield lines as pip reads them: joined after a backslash, without comments and empty ones."""
    begun: list[str] = []
    for number, line in enumerate([*text.splitlines(), ""], start=1):
        rest = "" if line.lstrip().startswith("#") else line
        if rest.endswith("\\"):
            begun.append(rest.rstrip("\\"))
            continue
        if whole := COMMENT.sub("", "".join([*begun, rest])).strip():
            yield number - len(begun), whole
        begun = []


def _is_published(line: str) -> bool:
    """Whether a line asks for a package of an index, or for a wheel by its address."""
    text = HASHES.sub("", line)
    if re.match("https?://", text):
        text = f"wheel @ {text}"  # an address alone is pip's own, the rest is the standard's
    try:
        requirement = Requirement(text)
        if requirement.url is None:
            return not FILE_NAME.search(f"{requirement.name}{requirement.specifier}")
        address = urlsplit(requirement.url)
    except ValueError:
        return False
    return address.scheme in ("http", "https") and address.path.endswith(".whl")
