"""The source "build": compile the engine from its Go modules, which modules/ pins.

Go's caches are in the staging folder and are removed with it. The user's own caches are not used,
so a build neither depends on them nor adds to them.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from automation.engine.model import PINNED
from automation.support.errors import SourceFailedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from automation.engine.install import Staging

MODULES = Path(__file__).parent / "modules"
SDK = "github.com/pulumi/pulumi/sdk/v3"

DOWNLOADING = "go: downloading"
GO_MINIMUM = "1.25.11"  # the `go` line of both modules: an older Go refuses to build them
NEEDED_BYTES = 6_000_000_000  # measured: 3.2 GB of caches and 1.4 GB of work files near the end
DOWNLOAD_WITHIN = 1800.0  # seconds; measured: 1 minute
COMPILE_WITHIN = 3600.0  # seconds; measured: 6 minutes on 2 cores
QUERY_WITHIN = 60.0  # seconds, for a go command that neither downloads nor compiles


@dataclass(frozen=True, kw_only=True)
class _Tool:
    """A program to compile.

    Attributes:
        name: The executable's name.
        package: Its main package.
        module: The folder of the go.mod that pins it.
        ldflags: The linker's flags: omit the symbols, and set the version that it reports.
    """

    name: str
    package: str
    module: Path
    ldflags: str


HOST = _Tool(
    name="pulumi-language-python",
    package=f"{SDK}/python/cmd/pulumi-language-python",
    module=MODULES / "language-host",
    ldflags="-s -w",
)
CLI = _Tool(
    name="pulumi",
    package="github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    module=MODULES / "cli",
    ldflags=f"-s -w -X {SDK}/go/common/version.Version={PINNED}",
)
HOST_SCRIPT = Path("python/cmd/pulumi-language-python-exec")  # in the release of SDK that CLI pins


def build(staging: Staging) -> Path:
    """Compile the CLI and its language host.

    Returns:
        The folder of the programs, inside the staging folder.

    Raises:
        SourceFailedError: Go is missing, or the disk has too little room.
        ChildFailedError: Go is too old, cannot download the modules, or a program does not compile.
    """
    go = _prepare(staging)
    staging.announce(
        f"Building the Pulumi engine {PINNED} from its Go modules: once, about 7 minutes on 2 "
        "cores; needs 5 GB of disk while it runs"
    )
    programs = staging.folder / "build"
    for tool in (HOST, CLI):
        packages = go.download(tool)
        go.compile(tool, packages=packages, into=programs)
    script = go.sdk_source() / HOST_SCRIPT
    shutil.copyfile(script, programs / script.name)
    (programs / script.name).chmod(0o755)
    return programs


def _prepare(staging: Staging) -> _Go:
    path = shutil.which("go", path=staging.environment.get("PATH", ""))
    if path is None:
        raise SourceFailedError("no go on PATH")
    free = shutil.disk_usage(staging.folder).free
    if free < NEEDED_BYTES:
        raise SourceFailedError(
            f"it needs {NEEDED_BYTES / 1e9:.0f} GB of disk, but {staging.folder.parent} has only "
            f"{free / 1e9:.1f} GB"
        )
    go = _Go(staging=staging, path=path, environment=_go_environment(staging))
    # Go's telemetry runs in a process that may outlive Go. It would write to HOME, which is in the
    # staging folder, while that is being removed.
    go.run("telemetry", "off", tool=CLI)
    return go


def _go_environment(staging: Staging) -> dict[str, str]:
    """The staging area's environment, the user's settings of Go, and Go's caches in `folder`."""
    settings = {
        "GOENV": str(platformdirs.user_config_path("go") / "env"),
        "NETRC": str(Path.home() / ".netrc"),
    }
    caches = {
        "GOPATH": str(staging.folder / "go"),
        "GOMODCACHE": str(staging.folder / "go" / "mod"),
        "GOCACHE": str(staging.folder / "go" / "build"),
        "GOTMPDIR": staging.environment["TMPDIR"],
    }
    # Neither a go.work file above the checkout nor a C compiler may change what is built.
    return {**settings, **staging.environment, **caches, "GOWORK": "off", "CGO_ENABLED": "0"}


@dataclass(frozen=True, kw_only=True)
class _Go:
    """The go command, with the environment that it runs in."""

    staging: Staging
    path: str
    environment: Mapping[str, str]

    def run(
        self,
        *arguments: str,
        tool: _Tool,
        within: float = QUERY_WITHIN,
        status: Callable[[str], str] = lambda _: "querying Go",
    ) -> str:
        return self.staging.run(
            [self.path, *arguments],
            environment=self.environment,
            folder=tool.module,
            within=within,
            status=status,
        )

    def download(self, tool: _Tool) -> int:
        """Download a tool's modules, and return the number of its packages."""
        self.staging.announce(f"  downloading the modules of {tool.name}")
        output = self.run(
            *("list", "-mod=readonly", "-deps", tool.package),
            tool=tool,
            within=DOWNLOAD_WITHIN,
            status=lambda output: f"{output.count(DOWNLOADING)} modules downloaded",
        )
        return sum(not line.startswith("go: ") for line in output.splitlines())

    def compile(self, tool: _Tool, *, packages: int, into: Path) -> None:
        """Compile a tool. With `-v` Go prints each package, which gives the progress."""
        self.staging.announce(f"  compiling {tool.name}, {packages} packages")
        self.run(
            *("build", "-v", "-mod=readonly", "-trimpath", "-buildvcs=false"),
            *("-ldflags", tool.ldflags, "-o", str(into / tool.name), tool.package),
            tool=tool,
            within=COMPILE_WITHIN,
            status=lambda output: (
                f"{len(output.splitlines())} of up to {packages} packages compiled"
            ),
        )

    def sdk_source(self) -> Path:
        """The folder with the source of `SDK`, in the release that the CLI pins."""
        output = self.run("list", "-mod=readonly", "-m", "-f", "{{.Dir}}", SDK, tool=CLI)
        return Path(output.splitlines()[-1])
