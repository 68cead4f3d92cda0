"""Find the Pulumi engine. The sources are tried in this order: PATH, cache, download, build."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from automation.engine.build import GO_MINIMUM, build
from automation.engine.download import download
from automation.engine.install import Announce, Staging, duration, installing, put_in_place
from automation.engine.lookup import in_cache, on_path
from automation.engine.model import MINIMUM, PINNED, Engine
from automation.support.errors import (
    ChildFailedError,
    EngineUnavailableError,
    SourceFailedError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

LOOKUPS: Mapping[str, Callable[[Mapping[str, str]], Engine]] = {"PATH": on_path, "cache": in_cache}
"""The sources that find an engine which is already installed, by name."""

INSTALLS: Mapping[str, Callable[[Staging], Path]] = {"download": download, "build": build}
"""The sources that install one, by name. Each returns the folder with the programs."""

HINT = (
    f"install the Pulumi CLI {MINIMUM} or later with its Python language host "
    "(https://www.pulumi.com/docs/install/), or Go "
    f"{GO_MINIMUM} or later with a module proxy it can reach (GOPROXY), and try again"
)


def find_engine(*, environment: Mapping[str, str], announce: Announce) -> Engine:
    """Find the Pulumi engine; install it when there is none.

    An installed engine is kept in the user's cache folder, and later calls find it there. Call
    this from the main thread: a signal then stops an installation, ends its child processes and
    removes its files.

    Args:
        environment: The caller's environment variables. PATH is searched. Go and the vendor's
            installer get the variables that they need to reach the network.
        announce: Called with one line for each step of an installation, and with its progress.
            Not called when an engine is already installed.

    Returns:
        The first usable engine, in the order of `LOOKUPS` and then `INSTALLS`.

    Raises:
        EngineUnavailableError: Every source failed; the message lists them with their reasons. Or
            the cache folder cannot be used.
    """
    reasons: dict[str, str] = {}
    try:
        return _look_up(environment, reasons) or _install(environment, announce, reasons)
    except OSError as error:
        raise EngineUnavailableError(
            f"the cache folder cannot be used for the Pulumi engine: {error}",
            hint="check its permissions and free space, or set XDG_CACHE_HOME to another folder",
        ) from error


def _look_up(environment: Mapping[str, str], reasons: dict[str, str]) -> Engine | None:
    for source, look_up in LOOKUPS.items():
        try:
            return look_up(environment)
        except (SourceFailedError, ChildFailedError) as failure:
            reasons[source] = str(failure)
    return None


def _install(environment: Mapping[str, str], announce: Announce, reasons: dict[str, str]) -> Engine:
    started = time.monotonic()
    with installing(environment, announce) as staging:
        if engine := _look_up(environment, reasons):
            return engine  # another process installed it while this one waited for the lock
        announce(f"No Pulumi engine is installed yet ({_listed(reasons)})")
        for source, install in INSTALLS.items():
            try:
                folder = put_in_place(install(staging), staging.environment)
            except (SourceFailedError, ChildFailedError) as failure:
                reasons[source] = str(failure)
                announce(f"The {source} failed: {failure}")
            else:
                elapsed = duration(time.monotonic() - started)
                announce(f"The Pulumi engine was installed in {elapsed}")
                return Engine(folder=folder, version=PINNED, source=source)
    tried = "".join(f"\n  {source}: {reason}" for source, reason in reasons.items())
    raise EngineUnavailableError(
        f"no Pulumi engine was found, and none could be installed; sources tried:{tried}",
        hint=HINT,
    )


def _listed(reasons: Mapping[str, str]) -> str:
    return "; ".join(f"{source}: {reason}" for source, reason in reasons.items())
