"""The Python environments in which the emulator runs functions.

There is one for each Python release on this machine. As in AWS's runtimes, a function sees the
standard library, boto3 and its own archive there, and nothing else that is installed here.
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from automation.support.errors import EmulatorError
from automation.support.paths import cache_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RUNTIMES = tuple(f"python3.{minor}" for minor in range(10, 20))  # names of interpreters, too
OWN = f"python3.{sys.version_info.minor}"
ENVIRONMENTS = "functions"  # their folder, in that of an instance
DEFAULT = "default"  # for a runtime that is not on this machine
PACKAGES = "packages"
SHIPPED = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3")
"""What AWS's Python runtimes ship: boto3 and what it requires.

Source: Lambda's developer guide, "Runtime-included SDK versions".
"""


def find_pythons(environment: Mapping[str, str]) -> dict[str, Path]:
    """Return the interpreter of each runtime that is on this machine.

    Looks at PATH, and at what pyenv and uv have installed; of several, the first in this order and
    the newest. A version manager's shim is left out: it may refuse to run.

    Args:
        environment: The caller's environment.
    """
    installed = sorted(_installed(environment), key=_release, reverse=True)
    path = environment.get("PATH", "").split(":")
    folders = [each for each in path if Path(each).name != "shims"]
    search = ":".join([*folders, *(str(version / "bin") for version in installed)])
    found = {runtime: shutil.which(runtime, path=search) for runtime in RUNTIMES}
    own = Path(sys.base_prefix) / "bin" / OWN
    return {runtime: Path(each).resolve() for runtime, each in found.items() if each} | {OWN: own}


def _installed(environment: Mapping[str, str]) -> Iterator[Path]:
    """Yield the installations of pyenv and uv."""
    home = Path(environment.get("HOME", "/"))
    pyenv = Path(environment.get("PYENV_ROOT") or home / ".pyenv")
    data = Path(environment.get("XDG_DATA_HOME") or home / ".local/share")
    uv = Path(environment.get("UV_PYTHON_INSTALL_DIR") or data / "uv/python")
    yield from (pyenv / "versions").glob("3.*")
    yield from uv.glob("cpython-3.*")


def _release(installation: Path) -> tuple[int, ...]:
    """Return a release to sort by, of `3.12.1` or `cpython-3.12.1-linux-x86_64-gnu`."""
    version = installation.name.removeprefix("cpython-").partition("-")[0]
    return tuple(int(part) for part in version.split(".") if part.isdecimal())


def make_environments(folder: Path, pythons: Mapping[str, Path], packages: Path) -> None:
    """Create an environment for each interpreter, and link the folder with the shipped packages.

    An environment is what `python -m venv --without-pip` makes, in a hundredth of the time.

    Args:
        folder: Where to; created here.
        pythons: Interpreter by runtime, as `find_pythons` returns them.
        packages: What `shipped_packages` returns.
    """
    for runtime, python in pythons.items():
        binaries = folder / runtime / "bin"
        binaries.mkdir(parents=True)
        (binaries / "python").symlink_to(python)
        settings = f"home = {python.parent}\ninclude-system-site-packages = false\n"
        (folder / runtime / "pyvenv.cfg").write_text(settings, encoding="utf-8")
    (folder / PACKAGES).symlink_to(packages)
    (folder / DEFAULT).symlink_to(OWN)


def shipped_packages() -> Path:
    """Return the folder with what AWS's runtimes ship; create it in the cache on first use.

    Its files are links to this environment's own. Its folders are real, so that another Python
    release keeps its compiled files there, for the next cold start, and not in this environment.

    Raises:
        AutomationError: The cache folder cannot be used.
    """
    sources = [_source(name) for name in SHIPPED]
    known = "".join(f"{source}{source.stat().st_mtime_ns}" for source in sources)
    folder = cache_folder() / "functions" / hashlib.sha256(known.encode()).hexdigest()[:16]
    if folder.is_dir():
        return folder
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=folder.parent))
    for source in sources:
        _mirror(source, draft / source.name)
    try:
        draft.rename(folder)
    except OSError:  # another process was faster
        shutil.rmtree(draft)
    return folder


def _mirror(source: Path, target: Path) -> None:
    """Symlink a file or a folder without Python files; create any other folder and mirror it."""
    if not any(source.glob("*.py")):
        target.symlink_to(source)
        return
    target.mkdir()
    for each in source.iterdir():
        if each.name != "__pycache__":
            _mirror(each, target / each.name)


def _source(name: str) -> Path:
    """Return the folder or the file of an installed module."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise EmulatorError(f"{name}, which boto3 requires, is not installed")
    origin = Path(spec.origin)
    return origin.parent if origin.name == "__init__.py" else origin


def environment_of(folder: Path, runtime: str) -> Path:
    """Return the environment of a Python runtime, or that of another release instead.

    Args:
        folder: As for `make_environments`.
        runtime: As Lambda names it.
    """
    wanted = folder / runtime
    return wanted if wanted.is_dir() else folder / (folder / DEFAULT).readlink()
