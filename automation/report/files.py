"""The result of a run in files: which formats there are, and how they are written safely."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import sys
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from automation.support.errors import AutomationError, UsageError
from automation.support.output import STDERR, STDOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import TextIO

    from automation.report.result import RunResult


def _json(result: RunResult) -> str:
    from automation.report.document import document_text

    return document_text(result)


def _html(result: RunResult) -> str:
    from automation.report.page import page_text

    return page_text(result)


def _junit(result: RunResult) -> str:
    from automation.report.junit import junit_text

    return junit_text(result)


FORMATS: Mapping[str, Callable[[RunResult], str]] = {"json": _json, "html": _html, "junit": _junit}
"""Each format, by the name of its option; what it needs is imported only if it is asked for."""


def check_destinations(paths: Mapping[str, Path]) -> None:
    """Refuse files that could not be written, before the run begins.

    Args:
        paths: Where each format is to be written.

    Raises:
        UsageError: One cannot be written, or two formats name the same file.
    """
    for path in paths.values():
        check_destination(path)
    for (one, path), (other, same) in combinations(paths.items(), 2):
        if os.path.realpath(path) == os.path.realpath(same):
            raise UsageError(
                f"--{one} and --{other} name the same file, {path}", hint="name a file for each"
            )


def write_files(result: RunResult, paths: Mapping[str, Path]) -> Iterator[AutomationError]:
    """Write the result in each format; yield an error for each file that could not be written."""
    for name, path in paths.items():
        try:
            write_file(FORMATS[name](result), path)
        except AutomationError as error:
            yield error


def check_destination(path: Path) -> None:
    """Refuse a file that could not be written, before the run begins.

    Raises:
        UsageError: It is a folder, its folder does not exist, or permission is missing.
    """
    if _standard_stream(path):
        return
    target = _replaced(path)
    folder = (target or path).parent
    if path.is_dir() or not folder.is_dir():
        raise UsageError(
            f"{path} cannot be written: "
            + ("it is a folder" if path.is_dir() else f"there is no folder {folder}"),
            hint="name a file in a folder that exists",
        )
    for written in (folder, target) if target else (path,):
        if written.exists() and not os.access(written, os.W_OK):
            raise UsageError(
                f"{path} cannot be written: no permission to write to {written}",
                hint="name another file, or change the permission",
            )


def write_file(text: str, path: Path) -> None:
    """Write a text to a file, atomically, or to a device, a pipe or a standard stream.

    A rename would replace these by a regular file, so they are written to directly. A link stays,
    and the file that it leads to is written.

    Raises:
        AutomationError: It could not be written; an existing file is unchanged.
    """
    try:
        if stream := _standard_stream(path):
            stream.flush()
            with open(stream.fileno(), "wb", closefd=False) as file:
                file.write(text.encode())
        elif target := _replaced(path):
            _replace(text, target)
        else:
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise AutomationError(
            f"the result could not be written to {path}: {error.strerror}",
            hint="make room, or name another file",
        ) from error


def _replace(text: str, path: Path) -> None:
    """Write a regular file whole or not at all; one that exists keeps its mode and its owner.

    Raises:
        PermissionError: It may not be written to, although a rename could replace it.
    """
    before = path.stat() if path.exists() else None
    if before and not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    draft = path.with_name(f".result-{secrets.token_hex(8)}")  # short, and no file of the user's
    draft.touch(0o600 if before else 0o666, exist_ok=False)  # less what the umask takes
    try:
        draft.write_text(text, encoding="utf-8")
        if before:
            with contextlib.suppress(OSError):  # only root may give a file away
                os.chown(draft, before.st_uid, before.st_gid)
            draft.chmod(stat.S_IMODE(before.st_mode))
        draft.replace(path)
    finally:
        with contextlib.suppress(OSError):  # the first error is the one to report
            draft.unlink(missing_ok=True)


def _standard_stream(path: Path) -> TextIO | None:
    """Return the standard stream that is redirected to the regular file at a path, or None.

    Opened by its name, that file would be truncated, and written from its start.
    """
    if not path.is_file():
        return None
    for descriptor, stream in ((STDOUT, sys.stdout), (STDERR, sys.stderr)):
        with contextlib.suppress(OSError):  # the stream is closed
            if os.path.samestat(path.stat(), os.fstat(descriptor)):
                return stream
    return None


def _replaced(path: Path) -> Path | None:
    """Return the regular file, there or not, that a path leads to; None for anything else."""
    target = Path(os.path.realpath(path))
    regular = target.is_file() if path.exists() else not target.is_symlink()  # a link to itself
    return target if regular else None
