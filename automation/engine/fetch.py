"""The vendor's installer, as a program: `python -m automation.engine.fetch FOLDER`.

It runs as a child of its own because it has no time-out, works in the environment of the process
that calls it, and writes to that environment's home and temporary folder.
"""

from __future__ import annotations

import socket
import subprocess
import sys

from pulumi.automation import PulumiCommand
from semver import VersionInfo

from automation.engine.model import PINNED

SILENCE = 30.0  # seconds that a server may take to answer


def main() -> None:
    """Install the pinned version to the folder that the command line names."""
    socket.setdefaulttimeout(SILENCE)
    try:
        PulumiCommand.install(root=sys.argv[1], version=VersionInfo.parse(PINNED))
    except subprocess.CalledProcessError as error:
        raise SystemExit(error.output.decode(errors="replace")) from error
    except OSError as error:
        raise SystemExit(f"the vendor's installer cannot be fetched: {error}") from error


if __name__ == "__main__":
    main()
