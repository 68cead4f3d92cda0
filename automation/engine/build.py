"""The way to an engine from source: its Go modules, pinned in modules/, compiled on this machine.

Go's caches lie on the installer's site and go with it. The user's own are not used, so that a build
neither grows nor depends on them.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from automation.engine.model import PINNED, WayFailedError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from automation.engine.install import Site

MODULES = Path(__file__).parent / "modules"
SDK = "github.com/pulumi/pulumi/sdk/v3"

DOWNLOADING = "go: downloading"
GO_MINIMUM = "1.25.11"  # the `go` line of both modules: Go itself refuses to build with less
NEEDED_BYTES = 6_000_000_000  # measured: 3.2 GB of caches and 1.4 GB of work files near the end
DOWNLOAD_WITHIN = 1800.0  # seconds: measured 1 minute
COMPILE_WITHIN = 3600.0  # seconds: measured 6 minutes on 2 cores
ANSWER_WITHIN = 60.0  # seconds for a question that Go answers at once


@dataclass(frozen=True, kw_only=True)
class _Tool:
    """What is compiled.

    Attributes:
        name: The executable's name.
        package: The package it is made of.
        module: The folder of the go.mod that names and pins it.
        ldflags: The linker's flags: no symbols, and the version it is to report.
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
HOST_SCRIPT = Path("python/cmd/pulumi-language-python-exec")  # in the CLI's release of SDK


def build(site: Site) -> Path:
    """Compile the CLI and its language host.

    Returns:
        The folder, on the site, that the programs are in.

    Raises:
        WayFailedError: There is no Go, it is too old or reaches no modules, the disk has too
            little room, or something does not compile.
    """
    go = _prepare(site)
    site.announce(
        f"Building the Pulumi engine {PINNED} from its Go modules: about 7 minutes on 2 cores, "
        "this once; 5 GB of disk meanwhile"
    )
    made = site.folder / "build"
    for tool in (HOST, CLI):
        packages = go.fetch(tool)
        go.compile(tool, packages=packages, into=made)
    script = go.source_of_sdk() / HOST_SCRIPT
    shutil.copyfile(script, made / script.name)
    (made / script.name).chmod(0o755)
    return made


def _prepare(site: Site) -> _Go:
    path = shutil.which("go", path=site.environment.get("PATH", ""))
    if path is None:
        raise WayFailedError("no go on PATH")
    free = shutil.disk_usage(site.folder).free
    if free < NEEDED_BYTES:
        raise WayFailedError(
            f"it takes {NEEDED_BYTES / 1e9:.0f} GB of disk, and {site.folder.parent} has "
            f"{free / 1e9:.1f} GB"
        )
    go = _Go(site=site, path=path, environment=_go_environment(site))
    # Go counts its uses in files at home, by a child that may outlive it: not on our site.
    go.run("telemetry", "off", tool=CLI)
    return go


def _go_environment(site: Site) -> dict[str, str]:
    """The site's environment, with Go's caches on the site and the user's settings of Go read."""
    settings = {
        "GOENV": str(platformdirs.user_config_path("go") / "env"),
        "NETRC": str(Path.home() / ".netrc"),
    }
    caches = {
        "GOPATH": str(site.folder / "go"),
        "GOMODCACHE": str(site.folder / "go" / "mod"),
        "GOCACHE": str(site.folder / "go" / "build"),
        "GOTMPDIR": site.environment["TMPDIR"],
    }
    # No workspace file above the checkout, and no C compiler, has a say in what is built.
    return {**settings, **site.environment, **caches, "GOWORK": "off", "CGO_ENABLED": "0"}


@dataclass(frozen=True, kw_only=True)
class _Go:
    """The go command, with all it needs to work on the site."""

    site: Site
    path: str
    environment: Mapping[str, str]

    def run(
        self,
        *arguments: str,
        tool: _Tool,
        seconds: float = ANSWER_WITHIN,
        status: Callable[[str], str] = lambda _: "asking Go",
    ) -> str:
        return self.site.run(
            [self.path, *arguments],
            environment=self.environment,
            folder=tool.module,
            seconds=seconds,
            status=status,
        )

    def fetch(self, tool: _Tool) -> int:
        """Download the modules that a tool is made of; the number of its packages."""
        self.site.announce(f"  downloading the modules of {tool.name}")
        output = self.run(
            *("list", "-mod=readonly", "-deps", tool.package),
            tool=tool,
            seconds=DOWNLOAD_WITHIN,
            status=lambda output: f"{output.count(DOWNLOADING)} modules downloaded",
        )
        return sum(not line.startswith("go: ") for line in output.splitlines())

    def compile(self, tool: _Tool, *, packages: int, into: Path) -> None:
        """Compile a tool; `-v` prints each package, which is what tells how far it is."""
        self.site.announce(f"  compiling {tool.name}, {packages} packages")
        self.run(
            *("build", "-v", "-mod=readonly", "-trimpath", "-buildvcs=false"),
            *("-ldflags", tool.ldflags, "-o", str(into / tool.name), tool.package),
            tool=tool,
            seconds=COMPILE_WITHIN,
            status=lambda output: (
                f"{len(output.splitlines())} of up to {packages} packages compiled"
            ),
        )

    def source_of_sdk(self) -> Path:
        """Where Go put the source of the CLI's release of `SDK`."""
        output = self.run("list", "-mod=readonly", "-m", "-f", "{{.Dir}}", SDK, tool=CLI)
        return Path(output.splitlines()[-1])
