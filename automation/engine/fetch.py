"""`python -m automation.engine.fetch FOLDER`: run the vendor's installer.

The installer has no timeout, uses the environment of its process, and writes to that environment's
home and temporary folder. So it runs in a child process, with an environment built for it.
"""

from __future__ import annotations

import socket
import subprocess
import sys

from pulumi.automation import PulumiCommand
from semver import VersionInfo

from automation.engine.model import PINNED

SOCKET_TIMEOUT = 30.0  # seconds that a server may send nothing


def main() -> None:
    """Install the pinned version in the folder given on the command line."""
    socket.setdefaulttimeout(SOCKET_TIMEOUT)
    try:
        PulumiCommand.install(root=sys.argv[1], version=VersionInfo.parse(PINNED))
    except subprocess.CalledProcessError as error:
        raise SystemExit(error.output.decode(errors="replace")) from error
    except OSError as error:
        raise SystemExit(f"the vendor's installer cannot be fetched: {error}") from error


if __name__ == "__main__":
    main()
