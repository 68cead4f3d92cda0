"""Installs the packages of a requirements.txt for Lambda's platform, whatever this machine's is.

The result is kept in the user's cache folder, under a hash of all that it depends on, and is the
same on every machine if the requirements are pinned.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from components.errors import PackagingError
from components.requirements import texts

# Amazon Linux 2 has glibc 2.26, Amazon Linux 2023 (python3.12 and later) 2.34; a wheel names the
# oldest glibc that it works with. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
GLIBC_AL2, GLIBC_AL2023 = 26, 34
GLIBC_OLDEST = 5  # of any wheel: https://peps.python.org/pep-0600/#legacy-manylinux-tags
ON_AL2 = ("python3.10", "python3.11")
MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}
WITHIN = 600  # seconds for one installation
# Files that differ between machines: commands that name the local Python, and pip's own notes.
NOT_DEPLOYED = (
    "bin",
    *(f"*.dist-info/{note}" for note in ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")),
)


# pip chooses wheels for another platform, but evaluates environment markers for the one it runs on:
# https://github.com/pypa/pip/issues/11664. So it is given those of Lambda.
PIP = """
import json, sys
from pip._vendor.packaging import markers
environment = json.loads(sys.argv.pop(1))
assert callable(markers.default_environment)
markers.default_environment = lambda: dict(environment)
from pip._internal.cli.main import main
sys.exit(main())
"""


def installed(requirements: Path, runtime: str, architecture: str) -> Path:
    """Return a folder with the packages of a requirements file, installed at most once.

    Args:
        requirements: The requirements file. Pin it, with hashes best of all.
        runtime: The Lambda runtime, such as `python3.12`.
        architecture: `x86_64` or `arm64`.

    Raises:
        PackagingError: The requirements ask for what is not published as a wheel, or pip cannot
            install them: one is unknown, or has no wheel for Lambda.
    """
    command = [json.dumps(_markers(runtime, architecture)), *_arguments(runtime, architecture)]
    identity = hashlib.sha256("\0".join([*texts(requirements), *command]).encode())
    folder = _cache() / identity.hexdigest()[:32]
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, ignore_cleanup_errors=True) as temporary:
        target, report = Path(temporary, "packages"), Path(temporary, "report.json")
        paths = (f"--target={target}", f"--report={report}", f"--requirement={requirements}")
        _run_pip([*command, *paths])
        _refuse_built(report)
        target.mkdir(exist_ok=True)  # pip makes none for an empty file
        for pattern in NOT_DEPLOYED:
            for path in target.glob(pattern):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        try:
            target.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another program was faster
                raise
    return folder


def _markers(runtime: str, architecture: str) -> dict[str, str]:
    """Return the environment markers of a runtime, which always has the last patch release."""
    version = runtime.removeprefix("python")
    return {
        "implementation_name": "cpython",
        "implementation_version": f"{version}.99",
        "os_name": "posix",
        "platform_machine": MACHINES[architecture],
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": f"{version}.99",
        "python_version": version,
        "sys_platform": "linux",
    }


def _arguments(runtime: str, architecture: str) -> list[str]:
    newest = GLIBC_AL2 if runtime in ON_AL2 else GLIBC_AL2023
    # Most preferred first. From manylinux2014, pip goes on to older tags, but from no other.
    tags = [f"manylinux_2_{minor}" for minor in range(newest, GLIBC_OLDEST - 1, -1)]
    return [
        *("install", "--disable-pip-version-check", "--no-input", "--no-compile", "--quiet"),
        *("--only-binary=:all:", "--implementation", "cp"),
        *("--python-version", runtime.removeprefix("python")),
        *(f"--platform={tag}_{MACHINES[architecture]}" for tag in [*tags, "manylinux2014"]),
    ]


def _run_pip(arguments: list[str]) -> None:
    try:
        done = subprocess.run(
            [sys.executable, "-c", PIP, *arguments],
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


def _refuse_built(report: Path) -> None:
    """Refuse what pip has built although it was told not to: a wheel may require a source.

    The report: https://pip.pypa.io/en/stable/reference/installation-report/
    """
    for package in json.loads(report.read_text(encoding="utf-8"))["install"]:
        address, about = package["download_info"]["url"], package["metadata"]
        if not urlsplit(address).path.endswith(".whl"):
            raise PackagingError(
                f"{about['name']} {about['version']} comes from {address}, which is not a wheel: "
                "pip has built it for this machine and not for Lambda; ask for a version with a "
                "wheel, or publish one"
            )


def _cache() -> Path:
    own = "Library/Caches" if sys.platform == "darwin" else ".cache"
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / own
    return Path(base, "poker-hands-consumer", "packages")
