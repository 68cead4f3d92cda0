"""The sources of an engine that is already installed: PATH and the cache. They install nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automation.engine import child
from automation.engine.model import (
    LANGUAGE_HOST,
    MINIMUM,
    PINNED,
    PROGRAMS,
    Engine,
    engine_cache,
)
from automation.support.errors import SourceFailedError

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION_WITHIN = 30.0  # seconds for `pulumi version`; measured: 0.2 to 0.35 s


def on_path(environment: Mapping[str, str]) -> Engine:
    """Return the engine that the user installed.

    Raises:
        SourceFailedError: PATH has no engine, or it is too old, or has no Python language host.
        ChildFailedError: It cannot be run, or fails.
    """
    path = environment.get("PATH", "")
    found = shutil.which("pulumi", path=path)
    if found is None:
        raise SourceFailedError("no pulumi found")
    pulumi = Path(found).absolute()
    # The CLI looks for its language host on PATH and in the folder of its own executable.
    searched = os.pathsep.join([path, str(pulumi.resolve().parent)])
    missing = [name for name in LANGUAGE_HOST if shutil.which(name, path=searched) is None]
    if missing:
        raise SourceFailedError(f"{pulumi} has no Python language host: no {' or '.join(missing)}")
    version = _known_version(pulumi, environment)
    if not _is_supported(version):
        raise SourceFailedError(f"{pulumi} is {version}, but {MINIMUM} or a later 3.x is needed")
    return Engine(folder=pulumi.parent, version=version, source="PATH")


def in_cache(environment: Mapping[str, str]) -> Engine:
    """Return the engine that an earlier call installed.

    Raises:
        SourceFailedError: The pinned version is not in the cache, or its CLI was damaged since.
        ChildFailedError: It cannot be run, or fails.
    """
    folder = engine_cache() / PINNED
    if not all(os.access(folder / name, os.X_OK) for name in PROGRAMS):
        raise SourceFailedError(f"no {PINNED} in {folder.parent}")
    version = _known_version(folder / "pulumi", environment)
    if version != PINNED:
        raise SourceFailedError(f"{folder / 'pulumi'} is {version}")
    return Engine(folder=folder, version=PINNED, source="cache")


def reported_version(pulumi: Path, environment: Mapping[str, str]) -> str:
    """Run `pulumi version` and return the version without a leading "v".

    The user's ~/.pulumi is not touched. The CLI writes a log for each call; it goes into a folder
    in the cache, so that nothing stays in the temporary folder if this process is killed.

    Raises:
        ChildFailedError: The program cannot be run, or fails.
        SourceFailedError: It does not print a version.
    """
    home = engine_cache() / "home"
    output = child.run(
        [str(pulumi), "version"],
        # `pulumi` may be a version manager's shim, which reads its settings in the user's HOME.
        environment=child.built_environment(environment, home=home)
        | {name: environment[name] for name in ("HOME",) if name in environment},
        folder=home,
        within=VERSION_WITHIN,
    )
    version = re.search(r"^v?(\d+\.\d+\.\d+\S*)\s*$", output, re.MULTILINE)
    if version is None:
        raise SourceFailedError(f"{pulumi} does not print its version")
    return version[1]


def _known_version(pulumi: Path, environment: Mapping[str, str]) -> str:
    """The version of `pulumi`, from the cache folder unless the file has changed since."""
    real = pulumi.resolve()
    status = real.stat()
    seen = [status.st_size, status.st_mtime_ns]
    memo = engine_cache() / "versions.json"
    known = _read_memo(memo)
    if known.get(str(real), {}).get("seen") == seen:
        return str(known[str(real)]["version"])
    version = reported_version(pulumi, environment)
    known[str(real)] = {"seen": seen, "version": version}
    written = memo.with_suffix(f".{os.getpid()}")
    written.write_text(json.dumps(known), encoding="utf-8")
    written.replace(memo)
    return version


def _read_memo(memo: Path) -> dict[str, Any]:
    """What was found out before; nothing if the file is missing or damaged."""
    try:
        known = json.loads(memo.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _is_supported(version: str) -> bool:
    major, *rest = _numbers(version)
    minimum_major, *minimum_rest = _numbers(MINIMUM)
    return major == minimum_major and rest >= minimum_rest


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)[:3]]
