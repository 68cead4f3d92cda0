"""What a command needs, what of it was found, and how to fix the rest. Changes nothing."""

from __future__ import annotations

import platform
import shutil
import socket
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Literal

from automation.emulator import lasting
from automation.engine.build import GO_MINIMUM, NEEDED_BYTES
from automation.engine.find import HINT, LOOKUPS
from automation.stack.records import run_folders
from automation.support.errors import (
    AccessError,
    AutomationError,
    ChildFailedError,
    SourceFailedError,
)
from automation.support.invoked import INVOKED
from automation.support.paths import CHECKOUT, cache_folder, runs_folder
from automation.targets.caller import find_caller

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

PYTHON_MINIMUM = (3, 11)
PACKAGES = (
    *("boto3", "Jinja2", "ministack", "packaging", "platformdirs", "psutil", "pulumi"),
    *("pulumi-aws", "pygal", "PyYAML", "rich", "shtab"),
)
ENOUGH_BYTES = 500_000_000  # for the emulator, the state and a run's folder, with room to spare


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that commands need.

    Attributes:
        what: Its name.
        state: "ok"; "note": works, or is needed for some uses only; "missing": fix it first.
        found: What was found.
        fix: What to do; empty when there is nothing to do.
    """

    what: str
    state: Literal["ok", "note", "missing"]
    found: str
    fix: str = ""


def examine(target: str, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Look at everything that commands on a target need."""
    yield _python()
    yield _packages()
    yield _engine(environment)
    yield from _folders()
    if target == "local":
        yield _loopback()
        yield _emulator()
    else:
        yield _credentials(environment)
    yield from _remains()


def _python() -> Finding:
    found = f"{platform.python_version()}, {sys.executable}"
    if sys.version_info < PYTHON_MINIMUM:
        return Finding(what="Python", state="missing", found=found, fix="use Python 3.11 or later")
    return Finding(what="Python", state="ok", found=found)


def _packages() -> Finding:
    """Compare the packages with the pins of the checkout, if this is one."""
    pinned = _pins(CHECKOUT / "requirements.txt") | _pins(CHECKOUT / "requirements-dev.txt")
    installed: dict[str, str] = {}
    for name in PACKAGES:
        try:
            installed[name] = version(name)
        except PackageNotFoundError:
            return Finding(what="packages", state="missing", found=f"no {name}", fix="run: make")
    other = [
        f"{name} {found}, pinned {pinned[name.lower()]}"
        for name, found in installed.items()
        if pinned.get(name.lower(), found) != found
    ]
    if other:
        fix = "run: make clean demo"
        return Finding(what="packages", state="note", found="; ".join(other), fix=fix)
    listed = ", ".join(f"{name} {found}" for name, found in installed.items())
    return Finding(what="packages", state="ok", found=listed)


def _pins(path: Path) -> dict[str, str]:
    """Return the pinned version of each package; none if there is no such file."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    pins = (line.partition("==") for line in lines if "==" in line)
    return {name.partition("[")[0].lower(): rest.split()[0] for name, _, rest in pins}


def _engine(environment: Mapping[str, str]) -> Finding:
    reasons = []
    for source, look_up in LOOKUPS.items():
        try:
            engine = look_up(environment)
        except (SourceFailedError, ChildFailedError) as failure:
            reasons.append(f"{source}: {failure}")
        else:
            found = f"{engine.version}, {source}: {engine.folder}"
            return Finding(what="Pulumi engine", state="ok", found=found)
    found = "; ".join(reasons)
    if go := shutil.which("go", path=environment.get("PATH")):
        fix = f"the first run installs it: a download, or a build with {go} in 7 to 15 minutes"
        return Finding(what="Pulumi engine", state="note", found=found, fix=fix)
    fix = f"the first run downloads it; without internet, {HINT.replace(', and try again', '')}"
    return Finding(
        what="Pulumi engine", state="note", found=f"{found}; no Go {GO_MINIMUM} either", fix=fix
    )


def _folders() -> Iterator[Finding]:
    temporary = ("temporary folder", tempfile.gettempdir(), ENOUGH_BYTES, "TMPDIR")
    try:
        cache = ("cache folder", str(cache_folder()), ENOUGH_BYTES, "XDG_CACHE_HOME")
    except AutomationError as error:
        yield Finding(what="cache folder", state="missing", found=str(error), fix=error.hint)
        cache = temporary
    for what, folder, needed, variable in dict.fromkeys((cache, temporary)):
        free = shutil.disk_usage(folder).free
        found = f"{folder}, {free / 1e9:.1f} GB free"
        if free < needed:
            fix = f"make room, or set {variable} to another folder"
            yield Finding(what=what, state="missing", found=found, fix=fix)
        elif free < NEEDED_BYTES:
            fix = f"enough, but a build of the engine needs {NEEDED_BYTES / 1e9:.0f} GB"
            yield Finding(what=what, state="note", found=found, fix=fix)
        else:
            yield Finding(what=what, state="ok", found=found)


def _loopback() -> Finding:
    try:
        with socket.socket() as server:
            server.bind(("127.0.0.1", 0))
    except OSError as error:
        fix = "the emulator listens on 127.0.0.1: allow that in this sandbox or container"
        return Finding(what="loopback", state="missing", found=str(error), fix=fix)
    return Finding(what="loopback", state="ok", found="127.0.0.1 has a free port")


def _emulator() -> Finding:
    instance = lasting.find()
    found = "none is running: a run starts its own" if instance is None else f"at {instance.url}"
    return Finding(what="lasting emulator", state="ok", found=found)


def _credentials(environment: Mapping[str, str]) -> Finding:
    try:
        caller = find_caller(environment)
    except AccessError as error:
        return Finding(
            what="AWS credentials", state="missing", found=str(error), fix=error.hint or ""
        )
    where = "".join(f", at {name}={url}" for name, url in caller.endpoints.items())
    found = f"account {caller.account}, {caller.arn}, {caller.region}{where}"
    return Finding(what="AWS credentials", state="note" if where else "ok", found=found)


def _remains() -> Iterator[Finding]:
    left = [folder for folder in run_folders(runs_folder()) if not folder.alive()]
    if left:
        names = ", ".join(folder.path.name for folder in left)
        fix = f"see them: {INVOKED} reap, or reap --target aws"
        yield Finding(what="earlier runs", state="note", found=names, fix=fix)
