"""Looks at a run from outside, in /proc and in the file system: what it shows and writes."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from automation.support.paths import CHECKOUT
from tests.local.machine import BY_HAND, Done, Machine, below, finished

SECRETS = {
    "AWS_SECRET_ACCESS_KEY": "secret-of-aws",
    "AWS_SESSION_TOKEN": "secret-of-a-session",
    "PULUMI_ACCESS_TOKEN": "pul-secret-of-pulumi",
    "PULUMI_CONFIG_PASSPHRASE": "secret-of-a-stack",
    "GITHUB_TOKEN": "secret-of-github",
}
ABOUT_US = {"AWS_PROFILE": "production", "EDITOR": "a word of the host's"}
HOME_FOLDERS = [Path.home() / ".pulumi", Path.home() / ".aws"]
LOOK_EVERY = 1.0  # seconds; a look takes 0.1


@dataclass
class Seen:
    """What was seen of a run, over all looks.

    Attributes:
        addresses: Local and remote addresses of sockets, each with the process that has it.
        environments: The environments of the functions' workers.
        written: Files that were open for writing.
        exposed: Files and folders that other users of the machine could read.
        told: Files that contained a secret.
        changed: The user's own files that are new, gone or written to.
    """

    machine: Machine
    addresses: set[tuple[str, str]] = field(default_factory=set)
    environments: list[dict[str, str]] = field(default_factory=list)
    written: set[Path] = field(default_factory=set)
    exposed: set[Path] = field(default_factory=set)
    told: set[Path] = field(default_factory=set)
    changed: set[Path] = field(default_factory=set)

    def look(self, run: int) -> None:
        for process in [psutil.Process(run), *psutil.Process(run).children(recursive=True)]:
            with contextlib.suppress(psutil.Error, FileNotFoundError):  # it ended meanwhile
                self._look_at(process)
        for path in [*below(self.machine.temporary), *below(self.machine.cache)]:
            with contextlib.suppress(FileNotFoundError):
                self._read(path)

    def _look_at(self, process: psutil.Process) -> None:
        name = " ".join(process.cmdline())
        for connection in process.net_connections(kind="inet"):
            for address in filter(None, (connection.laddr, connection.raddr)):
                self.addresses.add((address.ip, name))
        self.written.update(
            path
            for file in process.open_files()
            if getattr(file, "mode", "r") != "r"
            and (path := Path(file.path)).parent.name != "__pycache__"  # Python's own
        )
        if "ministack" in " ".join((process.parent() or process).cmdline()):
            self.environments.append(process.environ())

    def _read(self, path: Path) -> None:
        private = any(parent.stat().st_mode & 0o077 == 0 for parent in parents(path, self.machine))
        if not private and path.lstat().st_mode & 0o077:
            self.exposed.add(path)
        if stat.S_ISREG(path.lstat().st_mode) and path.stat().st_size < 10**6:
            text = path.read_bytes()
            if any(secret.encode() in text for secret in SECRETS.values()):
                self.told.add(path)


def parents(path: Path, machine: Machine) -> Iterator[Path]:
    """The folders between a path and the folder of its machine."""
    for parent in path.parents:
        if parent in {machine.temporary, machine.cache}:
            return
        yield parent


def on_loopback(address: str) -> bool:
    parsed = ipaddress.ip_address(address)
    mapped = getattr(parsed, "ipv4_mapped", None) or parsed
    return bool(mapped.is_loopback)


def users_own() -> set[tuple[Path, int]]:
    """The user's own files: each in the home with its time, in the checkout only new ones count."""
    files = {(path, path.stat().st_mtime_ns) for home in HOME_FOLDERS for path in below(home)}
    for parent, folders, names in os.walk(CHECKOUT):
        folders[:] = [name for name in folders if name[0] not in "._"]
        files |= {(Path(parent, name), 0) for name in names}
    return files - {(path, 0) for path in BY_HAND}


def watched(machine: Machine, *arguments: str) -> tuple[Done, Seen]:
    """Run a command among secrets of the user's, and look at it until it ends."""
    before = users_own()
    process = machine.start(*arguments, **SECRETS, **ABOUT_US)
    seen = Seen(machine)
    while process.poll() is None:
        with contextlib.suppress(psutil.NoSuchProcess):
            seen.look(process.pid)
        time.sleep(LOOK_EVERY)
    seen.changed = {path for path, _ in before ^ users_own()}
    return finished(process), seen


def check_private(machine: Machine, done: Done, seen: Seen) -> None:
    """Check that the run stayed on loopback and in its folders, and kept the user's secrets."""
    assert seen.addresses
    assert [each for each in seen.addresses if not on_loopback(each[0])] == []
    assert seen.environments
    of_the_host = {**os.environ, **machine.environment, **SECRETS, **ABOUT_US}
    for environment in seen.environments:
        shared = {name for name, value in environment.items() if of_the_host.get(name) == value}
        assert shared <= {"LANG"}, environment
        assert not set(SECRETS.values()) & set(environment.values())
    ours = (machine.temporary, machine.cache, Path(machine.report_file), Path(os.devnull))
    assert [path for path in seen.written if not any(map(path.is_relative_to, ours))] == []
    assert seen.changed == set()
    assert seen.exposed == set()
    assert seen.told == set()
    for text in (done.stdout, done.stderr, Path(machine.report_file).read_text()):
        assert not [secret for secret in SECRETS.values() if secret in text]
