"""Where the engine finds the local aws provider: an executable in its plugin folder."""

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
    """Put the provider of this checkout into an engine's home, and return its executable.

    It runs under this interpreter, whatever the engine's folder, PATH and PYTHONPATH. It answers
    for the installed `pulumi_aws`: the engine looks for a plugin of that version. An `aws` plugin
    on the user's PATH would come first, unless PULUMI_IGNORE_AMBIENT_PLUGINS is true.

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
    written.replace(executable)  # an engine that starts it at this moment finds one or the other
    return executable


def prepare(instance: Instance) -> None:
    """Make an instance's engine home, with the plugin in it, and its backend."""
    for folder in (instance.engine_home, instance.backend):
        folder.mkdir(mode=0o700, exist_ok=True)
    install_plugin(instance.engine_home)
