"""Packs the function's source folder, and the packages it needs, for Lambda.

The Pulumi engine hashes an archive by the names and contents of its files. The hash is the same on
every machine, so a deployment updates the function only when its source has changed.
"""

from __future__ import annotations

import zlib
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi

from components.errors import OWN_NAMES, ArgumentsError, PackagingError, in_terms_of
from components.limits import MOST_CODE, MOST_ZIPPED
from components.packaging import installed
from components.rules import is_known

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from components.arguments import FunctionArgs

REQUIREMENTS = "requirements.txt"
LEVEL = 5  # that of Go's archive/zip, with which the provider packs what it uploads


def source_archive(
    name: str, function: FunctionArgs, names: Mapping[str, str] = OWN_NAMES
) -> pulumi.Archive:
    """Return the function's code: an archive as it is, or a folder with its packages.

    Each source file is under its path relative to the folder. If a package has a file at the same
    path, the source file wins.

    Args:
        name: The component's name, for the error.
        function: The function, without `source_problems`.
        names: What the error calls an argument, by its name.

    Raises:
        ArgumentsError: The packages that the folder requires cannot be installed, or the code is
            too large with them. Or neither has the handler's module.
    """
    if isinstance(function.code, pulumi.Archive):
        return function.code
    folder = Path(function.code)
    files = _source_files(folder)
    problem = ""
    if REQUIREMENTS in files:
        try:
            packages = installed(files[REQUIREMENTS], *_platform(function))
        except PackagingError as error:
            problem = in_terms_of(names, f"function.code: {error}")
            raise ArgumentsError(name, [problem]) from error
        files = {**_source_files(packages), **files}
        problem = _handler_problem(function, files)
    if problem := problem or _size_problem(files):
        raise ArgumentsError(name, [in_terms_of(names, problem)])
    return pulumi.AssetArchive({each: pulumi.FileAsset(files[each]) for each in sorted(files)})


def source_problems(function: FunctionArgs) -> list[str]:
    """List what is wrong with the source folder: it is missing, empty, or lacks the handler."""
    if isinstance(function.code, pulumi.Archive):
        return []
    folder = Path(function.code)
    if not folder.is_dir():
        return [f"function.code must be a folder that exists, or an archive; got {folder}"]
    try:
        files = _source_files(folder)
    except OSError as error:
        return [f"function.code must be a folder that can be read; {error}"]
    return list(_content_problems(folder, files, function))


def _content_problems(
    folder: Path, files: Collection[str], function: FunctionArgs
) -> Iterator[str]:
    if not files:
        yield f"function.code must have source files; {folder} has none"
    elif REQUIREMENTS not in files and (problem := _handler_problem(function, files)):
        yield problem
    if REQUIREMENTS in files and not is_known(_platform(function)):
        yield (
            "function.runtime and function.architecture must not come from another resource: the "
            f"packages of {folder / REQUIREMENTS} are chosen for them"
        )


def _handler_problem(function: FunctionArgs, files: Collection[str]) -> str:
    """Return what is wrong with the handler, or nothing: a layer may have its module."""
    handler = function.handler
    if not isinstance(handler, str) or function.layers:
        return ""
    module = handler.rpartition(".")[0].replace(".", "/")
    compiled = (each for each in files if each.startswith(f"{module}.") and each.endswith(".so"))
    if {f"{module}.py", f"{module}/__init__.py"}.intersection(files) or any(compiled):
        return ""
    packages = " and no package with it" if REQUIREMENTS in files else ""
    return (
        f"function.code must have the handler {handler}; {function.code} has no {module}.py"
        f"{packages}"
    )


def _size_problem(files: Mapping[str, Path]) -> str:
    """Return what is wrong with the code's size, or nothing.

    The provider's zip has headers, too, and Go compresses some 4 % less than zlib. So what is
    refused is too large for certain, and what is just below the limit may be as well.
    """
    size = sum(path.stat().st_size for path in files.values())
    if size > MOST_CODE:
        return (
            f"function.code must be at most {MOST_CODE:,} bytes, with its packages and layers; got "
            f"{size:,} without layers: use fewer or smaller packages, and leave out files that the "
            "function does not read"
        )
    zipped = (len(zlib.compress(path.read_bytes(), LEVEL)) for path in files.values())
    if size > MOST_ZIPPED and any(total > MOST_ZIPPED for total in accumulate(zipped)):
        return (
            f"function.code must be at most {MOST_ZIPPED:,} bytes zipped, with its packages: use "
            "fewer or smaller packages, or move some into a layer (function.layers)"
        )
    return ""


def _platform(function: FunctionArgs) -> tuple[Any, Any]:
    return function.runtime, function.architecture


def _source_files(folder: Path) -> dict[str, Path]:
    paths = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
    return {
        relative.as_posix(): paths[relative] for relative in sorted(paths) if _is_source(relative)
    }


def _is_source(relative: Path) -> bool:
    """Tell source files from hidden files and from Python's compiled ones."""
    hidden = any(part.startswith(".") for part in relative.parts)
    compiled = "__pycache__" in relative.parts or relative.suffix == ".pyc"
    return not (hidden or compiled)
