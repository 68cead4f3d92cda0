"""The way to an engine from its vendor: the official download, in a child that can be ended."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from automation.engine.model import PINNED
from automation.support.paths import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

    from automation.engine.install import Site

WITHIN = 900.0  # seconds: a large archive on a slow line


def download(site: Site) -> Path:
    """Have the vendor's installer bring the pinned version.

    Returns:
        The folder, on the site, that the programs are in.

    Raises:
        WayFailedError: The vendor cannot be reached, or its installer failed.
    """
    site.announce(f"Downloading the Pulumi engine {PINNED}: a minute or so on a fast line, once")
    root = site.folder / "download"
    site.run(
        [sys.executable, "-m", "automation.engine.fetch", str(root)],
        folder=CHECKOUT,
        seconds=WITHIN,
        status=lambda _: "downloading",
    )
    return root / "bin"
