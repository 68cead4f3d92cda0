"""What an engine is, and which versions are accepted."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from automation.support.paths import CHECKOUT, cache_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

PINNED = "3.259.0"
"""The version to install: the newest whose Go modules are served (see modules/README.md)."""

MINIMUM = "3.231.0"
"""The oldest version accepted from PATH: pulumi-aws 7.51 needs the SDK of this release."""

LANGUAGE_HOST = ("pulumi-language-python", "pulumi-language-python-exec")
PROGRAMS = ("pulumi", *LANGUAGE_HOST)
"""The executables that run a Python program: the CLI, and its language host in two parts."""

USER = "nobody"
"""The engine's USER if the caller has none. It requires one of a user id that /etc/passwd lacks, as
in `docker run --user 12345`."""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """A Pulumi CLI that can run this project.

    Attributes:
        folder: Holds `pulumi`. Put it first on PATH, before the rest of PATH: the CLI then finds
            its Python language host too.
        version: As the CLI reports it, without a leading "v".
        source: How it was obtained: "PATH", "cache", "download" or "build".
    """

    folder: Path
    version: str
    source: str


def engine_cache() -> Path:
    """The cache folder for engines: one subfolder per version, and the files of an installation."""
    folder = cache_folder() / "engine"
    folder.mkdir(exist_ok=True)
    return folder


def with_components(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which a program of any folder imports this checkout's components."""
    path = [str(CHECKOUT), *filter(None, [environment.get("PYTHONPATH")])]
    return {**environment, "PYTHONPATH": os.pathsep.join(path)}


def path_with(engine: Engine, environment: Mapping[str, str]) -> str:
    """PATH with the engine's folder first and this interpreter's folder second.

    The language host of an engine that was built here runs the program with the first `python` on
    PATH.
    """
    folders = [str(engine.folder), str(Path(sys.executable).parent)]
    return os.pathsep.join([*folders, environment.get("PATH", os.defpath)])
