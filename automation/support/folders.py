"""Removing a folder with all that is in it."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

from automation.support.errors import HostError


def remove_folder(folder: Path) -> None:
    """Remove a folder, read-only folders in it included; do nothing if there is none.

    Go's module cache has such folders, and a function may leave some.

    Raises:
        HostError: The system refused; part of the folder may be gone.
    """
    if not folder.exists():
        return
    try:
        folder.chmod(0o700)
        for path, names, _ in os.walk(folder):
            for each in (Path(path, name) for name in names):
                if not each.is_symlink():  # what a link leads to is not ours
                    each.chmod(0o700)
        shutil.rmtree(folder)
    except OSError as error:
        raise HostError(
            f"the folder {folder} could not be removed: {error}",
            hint=f"remove it yourself: rm -rf {shlex.quote(str(folder))}",
        ) from error
