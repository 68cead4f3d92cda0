"""Where the automation keeps files outside of the checkout: in the user's cache folder only."""

from __future__ import annotations

from pathlib import Path

import platformdirs

from automation.support.errors import AutomationError

PROJECT = "poker-hands-consumer"
CHECKOUT = Path(__file__).resolve().parents[2]


def cache_folder() -> Path:
    """Return the project's cache folder; create it on first use, readable by its owner only.

    Raises:
        AutomationError: It cannot be created.
    """
    folder = platformdirs.user_cache_path(PROJECT)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise AutomationError(
            f"the cache folder {folder} cannot be used: {error.strerror}",
            hint="make room, or set XDG_CACHE_HOME to another folder",
        ) from error
    return folder


def runs_folder() -> Path:
    """Return the parent of the folders of runs whose endpoint outlives this machine's processes."""
    folder = cache_folder() / "runs"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
