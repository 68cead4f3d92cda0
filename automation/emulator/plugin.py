"""Installs the local aws provider into an engine's plugin folder."""

from __future__ import annotations

import os
import shlex
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

from automation.support.paths import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

    from automation.emulator.instance import Instance

ENTRY = "import runpy; runpy.run_module('automation.emulator.provider', run_name='__main__')"


def install_plugin(pulumi_home: Path) -> Path:
    """Install the provider of this checkout into an engine's home; return its executable.

    It runs under this interpreter, whatever PATH and PYTHONPATH are. Its version is that of the
    installed `pulumi_aws`, which the engine asks for. An `aws` plugin on PATH would be preferred,
    unless PULUMI_IGNORE_AMBIENT_PLUGINS is true.

    Args:
        pulumi_home: The engine's PULUMI_HOME.
    """
    folder = pulumi_home / "plugins" / f"resource-aws-v{version('pulumi_aws')}"
    folder.mkdir(parents=True, exist_ok=True)
    executable = folder / "pulumi-resource-aws"
    entry = f"import sys; sys.path.insert(0, {str(CHECKOUT)!r}); {ENTRY}"
    command = shlex.join([sys.executable, "-I", "-c", entry])
    written = folder / f"pulumi-resource-aws.{os.getpid()}"
    written.write_text(f"#!/bin/sh\nexec {command}\n")
    written.chmod(0o755)
    written.replace(executable)  # atomic: an engine may start it at this moment
    return executable


def prepare(instance: Instance) -> None:
    """Create an instance's engine home, with the plugin in it, and its backend."""
    for folder in (instance.engine_home, instance.backend):
        folder.mkdir(mode=0o700, exist_ok=True)
    install_plugin(instance.engine_home)
