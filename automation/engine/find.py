"""The search for the Pulumi engine: on PATH, in the cache, by download, by a build."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from automation.engine.build import GO_MINIMUM, build
from automation.engine.download import download
from automation.engine.install import Announce, Site, duration, installing, put_in_place
from automation.engine.lookup import in_cache, on_path
from automation.engine.model import MINIMUM, PINNED, Engine, WayFailedError
from automation.support.errors import EngineUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

LOOKUPS: Mapping[str, Callable[[Mapping[str, str]], Engine]] = {"PATH": on_path, "cache": in_cache}
MAKERS: Mapping[str, Callable[[Site], Path]] = {"download": download, "build": build}

HINT = (
    f"install the Pulumi CLI {MINIMUM} or later with its Python language host "
    "(https://www.pulumi.com/docs/install/), or Go "
    f"{GO_MINIMUM} or later with a module proxy it can reach (GOPROXY), and try again"
)


def find_engine(*, environment: Mapping[str, str], announce: Announce) -> Engine:
    """Find the Pulumi engine, and install it where there is none.

    An installation lands in the user's cache folder and is found there from then on. Call this
    from the main thread: an exception that a signal handler raises ends what an installation
    started, and removes what it had made.

    Args:
        environment: The caller's environment variables: PATH is searched, and what Go and the
            vendor's installer need to reach the network is handed to them.
        announce: Takes a line on what is being done and how long it takes; an engine that is there
            already is found in silence.

    Returns:
        The first fit engine, by the order of `LOOKUPS` and `MAKERS`.

    Raises:
        EngineUnavailableError: No way worked: each is named with its reason.
    """
    reasons: dict[str, str] = {}
    try:
        return _look(environment, reasons) or _install(environment, announce, reasons)
    except OSError as error:
        raise EngineUnavailableError(
            f"the cache folder cannot be used for the Pulumi engine: {error}",
            hint="free it or make room, or name another one in XDG_CACHE_HOME",
        ) from error


def _look(environment: Mapping[str, str], reasons: dict[str, str]) -> Engine | None:
    for origin, look in LOOKUPS.items():
        try:
            return look(environment)
        except WayFailedError as failure:
            reasons[origin] = str(failure)
    return None


def _install(environment: Mapping[str, str], announce: Announce, reasons: dict[str, str]) -> Engine:
    started = time.monotonic()
    with installing(environment, announce) as site:
        if engine := _look(environment, reasons):
            return engine  # another process installed it while this one waited for the lock
        announce(f"No Pulumi engine is here yet ({_listed(reasons)})")
        for origin, make in MAKERS.items():
            try:
                folder = put_in_place(make(site), site.environment)
            except WayFailedError as failure:
                reasons[origin] = str(failure)
                announce(f"The {origin} failed: {failure}")
            else:
                announce(f"The Pulumi engine is there after {duration(time.monotonic() - started)}")
                return Engine(folder=folder, version=PINNED, origin=origin)
    tried = "".join(f"\n  {origin}: {reason}" for origin, reason in reasons.items())
    raise EngineUnavailableError(
        f"no Pulumi engine was found, and none could be had; tried were{tried}", hint=HINT
    )


def _listed(reasons: Mapping[str, str]) -> str:
    return "; ".join(f"{origin}: {reason}" for origin, reason in reasons.items())
