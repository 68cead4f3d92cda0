"""The ways to an engine that is there already: on PATH, or in the cache. They change nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from automation.engine import child
from automation.engine.model import (
    LANGUAGE_HOST,
    MINIMUM,
    PINNED,
    PROGRAMS,
    Engine,
    WayFailedError,
    engine_cache,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

ANSWER_WITHIN = 30.0  # seconds for `pulumi version`: it takes 0.2 to 0.35 s here


def on_path(environment: Mapping[str, str]) -> Engine:
    """The engine that a user has installed.

    Raises:
        WayFailedError: None is on PATH, or it is too old, or has no Python language host.
    """
    path = environment.get("PATH", "")
    found = shutil.which("pulumi", path=path)
    if found is None:
        raise WayFailedError("no pulumi there")
    pulumi = Path(found).absolute()
    near = os.pathsep.join([path, str(pulumi.resolve().parent)])  # the CLI looks beside itself too
    missing = [name for name in LANGUAGE_HOST if shutil.which(name, path=near) is None]
    if missing:
        raise WayFailedError(f"{pulumi} has no Python language host: no {' or '.join(missing)}")
    version = _known_version(pulumi, environment)
    if not _is_fit(version):
        raise WayFailedError(f"{pulumi} is {version}, and {MINIMUM} or a later 3.x is needed")
    return Engine(folder=pulumi.parent, version=version, origin="PATH")


def in_cache(_environment: Mapping[str, str]) -> Engine:
    """The engine that an earlier search installed: checked then, and put in place in one move.

    Raises:
        WayFailedError: The pinned version is not there.
    """
    folder = engine_cache() / PINNED
    if not all(os.access(folder / name, os.X_OK) for name in PROGRAMS):
        raise WayFailedError(f"no {PINNED} in {folder.parent}")
    return Engine(folder=folder, version=PINNED, origin="cache")


def reported_version(pulumi: Path, environment: Mapping[str, str]) -> str:
    """What `pulumi version` says, without a leading "v". The user's ~/.pulumi is left alone.

    Raises:
        WayFailedError: It does not run, or does not say a version.
    """
    with tempfile.TemporaryDirectory(prefix="pulumi-version-") as home:
        output = child.run(
            [str(pulumi), "version"],
            # A version manager's stand-in for `pulumi` reads its settings at the user's home.
            environment=child.built_environment(environment, home=Path(home))
            | {name: environment[name] for name in ("HOME",) if name in environment},
            folder=Path(home),
            seconds=ANSWER_WITHIN,
        )
    version = re.search(r"^v?(\d+\.\d+\.\d+\S*)\s*$", output, re.MULTILINE)
    if version is None:
        raise WayFailedError(f"{pulumi} does not say its version")
    return version[1]


def _known_version(pulumi: Path, environment: Mapping[str, str]) -> str:
    """The version of `pulumi`, asked for once: the answer is kept until the file changes."""
    real = pulumi.resolve()
    status = real.stat()
    executable = [str(real), status.st_size, status.st_mtime_ns]
    memo = engine_cache() / "on-path.json"
    if memo.exists():
        known = json.loads(memo.read_text(encoding="utf-8"))
        if known["executable"] == executable:
            return str(known["version"])
    version = reported_version(pulumi, environment)
    written = memo.with_suffix(f".{os.getpid()}")
    written.write_text(json.dumps({"executable": executable, "version": version}), encoding="utf-8")
    written.replace(memo)
    return version


def _is_fit(version: str) -> bool:
    major, *rest = _numbers(version)
    least_major, *least_rest = _numbers(MINIMUM)
    return major == least_major and rest >= least_rest


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)[:3]]
