"""Fakes of the programs that `find_engine` runs, and a machine to run it on."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from automation.engine import Engine, find_engine
from automation.engine.model import PINNED

if TYPE_CHECKING:
    from pathlib import Path

# Imitates a build by the real go: it writes files to its caches (read-only ones to the module
# cache), a program to the path of -o, and its progress to standard output. `wait_to_continue` holds
# it until the test calls `let_go_continue`, for 10 s at most.
FAKE_GO = """
import os, pathlib, sys, time
environment, arguments = os.environ, sys.argv[1:]
here = pathlib.Path({here!r})

def wait_to_continue():
    for _ in range(1000):
        if (here / "may-continue").exists():
            return
        time.sleep(0.01)

with (here / "calls").open("a") as calls:
    calls.write(" ".join(arguments) + "\\n")
(here / "environment").write_text(repr(dict(environment)))
(here / "pid").write_text(str(os.getpid()))
pathlib.Path(environment["GOCACHE"]).mkdir(parents=True, exist_ok=True)
(pathlib.Path(environment["HOME"]) / "telemetry").write_text("counted")
if arguments[0] == "list" and "-m" in arguments:
    sdk = pathlib.Path(environment["GOMODCACHE"]) / "sdk"
    (sdk / "python/cmd").mkdir(parents=True)
    (sdk / "python/cmd/pulumi-language-python-exec").write_text("#!/bin/sh\\n")
    (sdk / "python/cmd").chmod(0o555)
    print(sdk)
elif arguments[0] == "list":
    print("go: downloading example v1.0.0")
    print("example/one", "example/two", sep="\\n")
elif arguments[0] == "build":
    {building}
    target = pathlib.Path(arguments[arguments.index("-o") + 1])
    target.parent.mkdir(exist_ok=True)
    target.write_text("#!{python} -SE\\nprint({version!r})\\n")
    target.chmod(0o755)
"""


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A user's machine: a PATH of one folder, a home, a cache, and the announced lines."""

    folder: Path
    announced: list[str] = field(default_factory=list)

    @property
    def bin(self) -> Path:
        return self.folder / "bin"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def engines(self) -> Path:
        return self.folder / "cache" / "poker-hands-consumer" / "engine"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": str(self.bin),
            "HOME": str(self.home),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "AWS_SECRET_ACCESS_KEY": "a secret",
            "GOPROXY": "off",
        }

    def add_program(self, name: str, body: str, *, folder: Path | None = None) -> Path:
        """Put a Python program on PATH, or in another folder."""
        path = (folder or self.bin) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!{sys.executable} -SE\n{body}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    def add_engine(self, version: str, *, folder: Path | None = None) -> Path:
        """Put an engine on PATH, or in another folder. The CLI logs its calls to pulumi.calls."""
        for host in ("pulumi-language-python", "pulumi-language-python-exec"):
            self.add_program(host, "", folder=folder)
        log_call = "with open(__file__ + '.calls', 'a') as calls: calls.write('called\\n')"
        return self.add_program("pulumi", f"{log_call}\nprint('v{version}')", folder=folder)

    def add_go(self, *, version: str = PINNED, building: str = "pass") -> None:
        """Put a go on PATH that builds a CLI of `version`; it runs the code `building` first."""
        here = str(self.folder)
        body = FAKE_GO.format(here=here, building=building, version=version, python=sys.executable)
        self.add_program("go", body)

    def let_go_continue(self) -> None:
        """End the `wait_to_continue` of the fake go."""
        (self.folder / "may-continue").touch()

    def go_calls(self) -> list[str]:
        """The subcommands that go was called with, in order."""
        calls = self.folder / "calls"
        return (
            [line.split()[0] for line in calls.read_text().splitlines()] if calls.exists() else []
        )

    def find_engine(self) -> Engine:
        return find_engine(environment=self.environment, announce=self.announced.append)
