"""The source "download": the vendor's installer, run in a child process."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from automation.engine.model import PINNED
from automation.support.paths import CHECKOUT

if TYPE_CHECKING:
    from pathlib import Path

    from automation.engine.install import Staging

DOWNLOAD_WITHIN = 900.0  # seconds: enough for the large archive on a slow line


def download(staging: Staging) -> Path:
    """Download the pinned version.

    Returns:
        The folder of the programs, inside the staging folder.

    Raises:
        ChildFailedError: The vendor cannot be reached, or its installer failed.
    """
    staging.announce(f"Downloading the Pulumi engine {PINNED}: once, about a minute on a fast line")
    root = staging.folder / "download"
    staging.run(
        [sys.executable, "-m", "automation.engine.fetch", str(root)],
        folder=CHECKOUT,
        within=DOWNLOAD_WITHIN,
        status=lambda _: "downloading",
    )
    return root / "bin"
