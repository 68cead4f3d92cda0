"""What an engine is, which version is wanted, and why a way to one may fail."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from automation.support.paths import cache_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

PINNED = "3.259.0"
"""The version that is installed: the newest whose Go modules are served (see modules/README.md)."""

MINIMUM = "3.231.0"
"""The oldest engine taken from PATH: the release that pulumi-aws 7.51 asks of its SDK."""

LANGUAGE_HOST = ("pulumi-language-python", "pulumi-language-python-exec")
PROGRAMS = ("pulumi", *LANGUAGE_HOST)
"""The executables that run a Python program: the CLI, and its language host in two parts."""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """A Pulumi CLI that is fit to run this project.

    Attributes:
        folder: Holds `pulumi`; first on PATH, with the rest of PATH behind it, it brings the
            Python language host too.
        version: As the CLI reports it, without a leading "v".
        origin: How it was come by: "PATH", "cache", "download" or "build".
    """

    folder: Path
    version: str
    origin: str


class WayFailedError(Exception):
    """One way to an engine is barred, and why, in a line. The search goes on with the next."""


def engine_cache() -> Path:
    """The cache folder's part for engines: one folder for each version, and the installer's own."""
    folder = cache_folder() / "engine"
    folder.mkdir(exist_ok=True)
    return folder


def path_with(engine: Engine, environment: Mapping[str, str]) -> str:
    """PATH with the engine first, and this interpreter's folder next.

    An engine that was built here runs the program under the first python on PATH.
    """
    folders = [str(engine.folder), str(Path(sys.executable).parent)]
    return os.pathsep.join([*folders, environment.get("PATH", os.defpath)])
