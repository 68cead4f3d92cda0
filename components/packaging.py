"""Installs the packages of a requirements.txt for Lambda's platform, whatever this machine's is.

The result is kept in the user's cache folder, under a hash of all that it depends on, and is the
same on every machine if the requirements are pinned.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# Amazon Linux 2 has glibc 2.26, Amazon Linux 2023 (python3.12 and later) 2.34; a wheel names the
# oldest glibc that it works with. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
# Most preferred first.
GLIBC_AL2 = ("manylinux2014", "manylinux_2_17")
GLIBC_AL2023 = ("manylinux_2_34", "manylinux_2_28", *GLIBC_AL2)
ON_AL2 = ("python3.10", "python3.11")
MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}
WITHIN = 600  # seconds for one installation
# Files that differ between machines: commands that name the local Python, and pip's own notes.
NOT_DEPLOYED = (
    "bin",
    *(f"*.dist-info/{note}" for note in ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")),
)


class PackagingError(Exception):
    """The packages cannot be installed for Lambda's platform."""


def installed(requirements: Path, runtime: str, architecture: str) -> Path:
    """Return a folder with the packages of a requirements file, installed at most once.

    Args:
        requirements: The requirements file. Pin it, with hashes best of all.
        runtime: The Lambda runtime, such as `python3.12`.
        architecture: `x86_64` or `arm64`.

    Raises:
        PackagingError: pip cannot install them: one is unknown, or has no wheel for Lambda.
    """
    command = _arguments(runtime, architecture)
    identity = hashlib.sha256(requirements.read_bytes() + "\0".join(command).encode()).hexdigest()
    folder = _cache() / identity[:32]
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, ignore_cleanup_errors=True) as temporary:
        target = Path(temporary, "packages")
        _run_pip([*command, "--target", str(target), "--requirement", str(requirements)])
        target.mkdir(exist_ok=True)  # pip makes none for an empty file
        for pattern in NOT_DEPLOYED:
            for path in target.glob(pattern):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        with contextlib.suppress(FileExistsError):  # another program was faster
            target.rename(folder)
    return folder


def _arguments(runtime: str, architecture: str) -> list[str]:
    tags = GLIBC_AL2 if runtime in ON_AL2 else GLIBC_AL2023
    return [
        *("install", "--disable-pip-version-check", "--no-input", "--no-compile", "--quiet"),
        *("--only-binary=:all:", "--implementation", "cp"),
        *("--python-version", runtime.removeprefix("python")),
        *(f"--platform={tag}_{MACHINES[architecture]}" for tag in tags),
    ]


def _run_pip(arguments: list[str]) -> None:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pip", *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=WITHIN,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as error:
        raise PackagingError(f"pip took longer than {WITHIN} s") from error
    if done.returncode:
        reasons = [line for line in done.stderr.splitlines() if line.startswith("ERROR: ")]
        reason = "; ".join(line.removeprefix("ERROR: ") for line in reasons) or done.stderr.strip()
        raise PackagingError(
            "the packages of requirements.txt cannot be installed for Lambda, which takes wheels "
            f"only: {reason}"
        )


def _cache() -> Path:
    own = "Library/Caches" if sys.platform == "darwin" else ".cache"
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / own
    return Path(base, "poker-hands-consumer", "packages")
