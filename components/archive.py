"""Packs the function's source folder into the archive that Lambda unpacks.

The Pulumi engine hashes an archive by the names and contents of its files. The hash is the same on
every machine, so a deployment updates the function only when its source has changed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi

if TYPE_CHECKING:
    import os


def source_archive(folder: str | os.PathLike[str]) -> pulumi.AssetArchive:
    """Pack the folder's source files, each under its path relative to the folder."""
    return pulumi.AssetArchive(
        {name: pulumi.FileAsset(path) for name, path in _source_files(Path(folder)).items()}
    )


def source_problems(folder: str | os.PathLike[str], handler: Any) -> list[str]:
    """List what is wrong with the source folder: it is missing, empty, or lacks the handler.

    Args:
        folder: The folder of the source.
        handler: The handler as `module.function`. Any other value, such as an `Output`, is not
            checked.

    Returns:
        At most one sentence, for the first problem found.
    """
    if not Path(folder).is_dir():
        return [f"function_source must be a folder that exists; got {folder}"]
    try:
        files = _source_files(Path(folder))
    except OSError as error:
        return [f"function_source must be a folder that can be read; {error}"]
    if not files:
        return [f"function_source must have source files; {folder} has none"]
    module = handler.rpartition(".")[0].replace(".", "/") if isinstance(handler, str) else ""
    if module and not files.keys() & {f"{module}.py", f"{module}/__init__.py"}:
        return [f"function_source must have the handler {handler}; {folder} has no {module}.py"]
    return []


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
