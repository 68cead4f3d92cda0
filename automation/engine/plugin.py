"""The vendor's provider plugin: the engine downloads it once, with its progress shown.

Without this step, an `up` would download it without a word: the engine shows a progress bar on a
terminal only, and it has none here. So the size of its temporary file is shown.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from automation.engine import child
from automation.engine.install import duration
from automation.support.errors import ChildFailedError, PluginUnavailableError
from automation.support.paths import pulumi_home

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from automation.engine.model import Engine

WITHIN = 1800.0  # seconds; pulumi-aws is 160 MB to download
PROGRESS_EVERY = 5.0  # seconds


def ensure_plugin(
    engine: Engine,
    name: str,
    version: str,
    environment: Mapping[str, str],
    *,
    announce: Callable[[str], None],
) -> None:
    """Have a provider plugin in the engine's home, or on PATH, where the engine prefers it.

    Args:
        engine: The engine.
        name: Name of the provider, such as "aws".
        version: Its version, without a leading "v".
        environment: The engine's environment; PULUMI_HOME names its home.
        announce: Called with each step, and every few seconds with its progress.

    Raises:
        PluginUnavailableError: The download failed.
    """
    home = pulumi_home(environment)
    installed = home / "plugins" / f"resource-{name}-v{version}"
    partial = installed.with_name(f"{installed.name}.partial")  # a download that was cut short
    on_path = shutil.which(f"pulumi-resource-{name}", path=environment.get("PATH", os.defpath))
    if on_path or (installed.is_dir() and not partial.exists()):
        return
    announce(f"Downloading the {name} plugin {version} into {home}, once")
    with tempfile.TemporaryDirectory(prefix="pulumi-plugin-") as temporary:

        def tell(elapsed: float, _output: str) -> None:
            loaded = sum(path.stat().st_size for path in Path(temporary).iterdir())
            announce(f"  {loaded / 1e6:.0f} MB ({duration(elapsed)})")

        try:
            child.run(
                [str(engine.folder / "pulumi"), "plugin", "install", "resource", name, version],
                environment={**environment, "TMPDIR": temporary},  # the engine downloads into it
                folder=engine.folder,
                within=WITHIN,
                on_progress=tell,
                progress_every=PROGRESS_EVERY,
            )
        except ChildFailedError as failure:
            raise PluginUnavailableError(
                f"the {name} plugin {version} could not be downloaded: {failure}",
                hint="check the network and the proxy; this must succeed: "
                f"pulumi plugin install resource {name} {version}",
            ) from failure
