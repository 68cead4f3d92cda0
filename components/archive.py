"""The function's source folder as the archive that Lambda unpacks.

The engine hashes an archive by the names and the contents of its files, so the same source has the
same hash on another day and another machine, and a function is updated only when its source is.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi

if TYPE_CHECKING:
    import os


def source_archive(folder: str | os.PathLike[str]) -> pulumi.AssetArchive:
    """Pack the folder's files, each under its path in the folder."""
    return pulumi.AssetArchive(
        {name: pulumi.FileAsset(path) for name, path in _source_files(Path(folder)).items()}
    )


def source_problems(folder: str | os.PathLike[str], handler: Any) -> list[str]:
    """Find why the folder cannot be the function's source: missing, empty, or without its handler.

    Args:
        folder: The folder of the source.
        handler: `module.function` as Lambda reads it; anything else is not looked for here.
    """
    if not Path(folder).is_dir():
        return [f"function_source must be a folder; there is none at {folder}"]
    files = _source_files(Path(folder))
    if not files:
        return [f"function_source must hold the function's source; {folder} is empty"]
    module = handler.rpartition(".")[0].replace(".", "/") if isinstance(handler, str) else ""
    if module and not files.keys() & {f"{module}.py", f"{module}/__init__.py"}:
        return [f"function_source must hold the handler {handler}; {folder} has no {module}.py"]
    return []


def _source_files(folder: Path) -> dict[str, Path]:
    paths = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
    return {
        relative.as_posix(): paths[relative] for relative in sorted(paths) if _is_source(relative)
    }


def _is_source(relative: Path) -> bool:
    """Whether a file is the author's: not hidden, nor what a Python interpreter left behind."""
    hidden = any(part.startswith(".") for part in relative.parts)
    compiled = "__pycache__" in relative.parts or relative.suffix == ".pyc"
    return not (hidden or compiled)
