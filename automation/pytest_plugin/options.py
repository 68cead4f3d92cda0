"""The plugin's options: from the command line, else from pytest's configuration file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import pytest

from automation.options import TARGETS
from automation.stack.programs import PROJECT_FILE
from automation.support.paths import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Scope = Literal["function", "class", "module", "package", "session"]
SCOPE = "live_stack_scope"


@dataclass(frozen=True, kw_only=True)
class LiveOptions:
    """What the tests' stacks are asked for.

    Attributes:
        target: "local" or "aws".
        emulator: URL of a running emulator, for the local target; None starts one.
        keep: Whether the stacks and their emulator outlive the tests.
        program: Folder of the Pulumi program.
        worker: Whether this is one of several processes of pytest-xdist.
    """

    target: str
    emulator: str | None
    keep: bool
    program: Path
    worker: bool


def add_options(parser: pytest.Parser) -> None:
    """Add the options and the settings."""
    group = parser.getgroup("live", "live stacks (poker-hands-consumer)")
    group.addoption("--live-target", choices=TARGETS, help="where stacks are deployed: local")
    group.addoption("--live-emulator", metavar="URL", help="use an emulator that is running")
    group.addoption("--live-keep", action="store_true", help="do not destroy the stacks")
    group.addoption("--live-program", metavar="DIR", help="folder of the Pulumi program")
    parser.addini("live_target", "where live stacks are deployed: local or aws", default="local")
    parser.addini("live_emulator", "URL of an emulator that is running", default="")
    parser.addini("live_program", "folder of the Pulumi program, from the rootdir", default="")
    parser.addini(SCOPE, "scope of the fixture live_stack", default="module")


def live_options(config: pytest.Config) -> LiveOptions:
    """Return the options of this session.

    Raises:
        pytest.UsageError: The configuration file names a target that does not exist.
    """
    names = ("live_target", "live_emulator", "live_keep", "live_program")
    return resolved(
        {name: config.getoption(name) for name in names},
        {name: config.getini(name) for name in names if name != "live_keep"},
        invoked_in=config.invocation_params.dir,
        root=config.rootpath,
        worker=hasattr(config, "workerinput"),
    )


def resolved(
    given: Mapping[str, object],
    settings: Mapping[str, str],
    *,
    invoked_in: Path,
    root: Path,
    worker: bool = False,
) -> LiveOptions:
    """Return the options: what is given on the command line, else the settings, else defaults.

    Args:
        given: Options of the command line by name; empty or None if not given.
        settings: Of pytest's configuration file, by name; empty if not set.
        invoked_in: Where pytest was called; `--live-program` is relative to it.
        root: pytest's rootdir; the setting `live_program` is relative to it.
        worker: Whether this is one of several processes.

    Raises:
        pytest.UsageError: There is no such target.
    """
    target = str(given.get("live_target") or settings.get("live_target") or "local")
    if target not in TARGETS:
        raise pytest.UsageError(f"live_target is {target!r}, not one of {', '.join(TARGETS)}")
    emulator = given.get("live_emulator") or settings.get("live_emulator")
    if program := given.get("live_program"):
        folder = invoked_in / str(program)
    elif setting := settings.get("live_program"):
        folder = root / setting
    else:
        # Without any, the error names the rootdir: an installed plugin has no checkout.
        folder = next((each for each in (root, CHECKOUT) if (each / PROJECT_FILE).is_file()), root)
    return LiveOptions(
        target=target,
        emulator=str(emulator) if emulator else None,
        keep=bool(given.get("live_keep")),
        program=folder,
        worker=worker,
    )
