"""Where the automation keeps files outside of the checkout: in the user's cache folder only."""

from __future__ import annotations

import os
import pwd
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from automation.support.errors import AutomationError

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT = "poker-hands-consumer"
CHECKOUT = Path(__file__).resolve().parents[2]


def pulumi_home(environment: Mapping[str, str]) -> Path:
    """Return the folder of the user's Pulumi CLI: plugins, login, workspaces.

    Without PULUMI_HOME the CLI uses `.pulumi` in the home that the system knows, whatever HOME is,
    and in HOME if the system does not know the user.
    """
    if given := environment.get("PULUMI_HOME"):
        return Path(given)
    try:
        home = pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:
        home = environment.get("HOME", "/")
    return Path(home) / ".pulumi"


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
