"""A Pulumi project, as the Pulumi.yaml of its program describes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from automation.stack.programs import PROJECT_FILE
from automation.support.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Project:
    """A Pulumi project.

    Attributes:
        program: Folder of the program: its Pulumi.yaml and __main__.py.
        document: What Pulumi.yaml says; it has a name and a runtime.
    """

    program: Path
    document: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.document["name"])

    @property
    def description(self) -> str:
        """What it makes, for a person."""
        return str(self.document.get("description") or f"the resources of {self.name}")

    @property
    def backend(self) -> object:
        """Its backend, as Pulumi.yaml has it; None without one."""
        return self.document.get("backend")

    @property
    def runtime(self) -> dict[str, Any]:
        """Its runtime: a name, and options if there are any."""
        runtime = self.document["runtime"]
        return runtime if isinstance(runtime, dict) else {"name": runtime}

    @property
    def types(self) -> dict[str, str]:
        """The type of each key that is declared, empty for one without; in Pulumi.yaml's order."""
        return {
            key: entry.get("type", "") if isinstance(entry, dict) else ""
            for key, entry in self._declared.items()
        }

    @property
    def defaults(self) -> dict[str, Any]:
        """The default of each key that has one."""
        return {
            key: entry["default"]
            for key, entry in self._declared.items()
            if isinstance(entry, dict) and "default" in entry
        }

    def own(self, configuration: Mapping[str, Any]) -> dict[str, Any]:
        """Return configuration with the project's name left out of its keys."""
        return {key.removeprefix(f"{self.name}:"): value for key, value in configuration.items()}

    def namespaced(self, configuration: Mapping[str, Any]) -> dict[str, Any]:
        """Return configuration with the project's name in each key that has no namespace."""
        return {
            key if ":" in key else f"{self.name}:{key}": value
            for key, value in configuration.items()
        }

    @property
    def _declared(self) -> dict[str, Any]:
        section = self.document.get("config")
        # In old projects it is the name of a folder.
        return self.own(section) if isinstance(section, dict) else {}


def read_project(program: Path) -> Project:
    """Read the Pulumi.yaml of a program.

    Raises:
        UsageError: It cannot be read, or has no name or no runtime.
    """
    path = program / PROJECT_FILE
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(
            f"the project file {path} cannot be read: {error}",
            hint="name the folder of a Pulumi program",
        ) from error
    if not isinstance(document, dict) or not {"name", "runtime"} <= document.keys():
        raise UsageError(
            f"the project file {path} has no name or no runtime",
            hint="a Pulumi project needs both, as in `name: orders` and `runtime: python`",
        )
    return Project(program=program, document=document)
