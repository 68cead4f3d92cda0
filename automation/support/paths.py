"""Where the automation keeps things outside the checkout: the user's cache folder, nowhere else."""

from __future__ import annotations

from pathlib import Path

import platformdirs

from automation.support.errors import AutomationError

PROJECT = "poker-hands-consumer"
CHECKOUT = Path(__file__).resolve().parents[2]


def cache_folder() -> Path:
    """The project's cache folder, made on first use, readable by its owner only.

    Raises:
        AutomationError: It cannot be made.
    """
    folder = platformdirs.user_cache_path(PROJECT)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise AutomationError(
            f"the cache folder {folder} cannot be used: {error.strerror}",
            hint="make room for it, or name another one in XDG_CACHE_HOME",
        ) from error
    return folder
