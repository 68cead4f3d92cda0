"""Where the automation keeps things outside the checkout: the user's cache folder, nowhere else."""

from __future__ import annotations

from pathlib import Path

import platformdirs

PROJECT = "poker-hands-consumer"
CHECKOUT = Path(__file__).resolve().parent.parent


def cache_folder() -> Path:
    """The project's cache folder, made on first use, readable by its owner only."""
    folder = platformdirs.user_cache_path(PROJECT)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
