"""The configuration of an ephemeral stack, written to the run's own folder."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from automation.stack.programs import PROJECT_FILE
from automation.support.errors import UsageError
from automation.support.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from automation.stack.records import RunRecord


NAMESPACES = ("aws:", "pulumi:")  # of the provider and the engine; the program's own needs none
TYPES: Mapping[str, tuple[type, str]] = {
    "integer": (int, "a whole number"),
    "object": (dict, "an object of names and values"),
    "string": (str, "text"),
}


@dataclass(frozen=True, kw_only=True)
class StackPlan:
    """The plan of an ephemeral stack.

    Attributes:
        record: The stack's name, and where it is; recorded for `reap`.
        folder: The run's own folder, created here and removed with the stack.
        configuration: Values by key; a key without a namespace belongs to the project.
        finish_by_hand: The command that destroys the stack if the automation cannot.
        program: Folder of the program: its Pulumi.yaml and __main__.py.
    """

    record: RunRecord
    folder: Path
    configuration: Mapping[str, Any]
    finish_by_hand: str
    program: Path

    @property
    def name(self) -> str:
        """Name of the stack, unique in the backend."""
        return self.record.stack


def project_name(program: Path) -> str:
    """Return the name of a program's project.

    Raises:
        UsageError: The program's Pulumi.yaml cannot be read.
    """
    return str(_project(program)["name"])


def check_configuration(configuration: Mapping[str, Any], program: Path) -> None:
    """Refuse configuration that the program would ignore or reject, before anything is started.

    A project without a `config` section says nothing about its keys: any may be given.

    Raises:
        UsageError: A key is unknown, or a value is not of the type that Pulumi.yaml declares, or
            the program's Pulumi.yaml cannot be read.
    """
    project = _project(program)
    known = _declared(project)
    own = f"{project['name']}:"
    values = {key.removeprefix(own): value for key, value in configuration.items()}
    unknown = [
        key
        for key in values
        if key not in known and not (key.startswith(NAMESPACES) and key.partition(":")[2])
    ]
    if known and unknown:
        raise UsageError(
            f"the program has no configuration key {', '.join(unknown)}",
            hint=f"{did_you_mean(unknown[0], known)}Pulumi.yaml lists them: {', '.join(known)}",
        )
    for key, value in values.items():
        declared = known.get(key, "")
        if declared in TYPES and not _is_of(declared, value):
            raise UsageError(
                f"{key} must be {TYPES[declared][1]}, not {value!r}",
                hint='give an object as JSON, as in --config \'tags={"team": "cards"}\''
                if declared == "object"
                else "Pulumi.yaml describes each key",
            )


def _is_of(declared: str, value: object) -> bool:
    return isinstance(value, TYPES[declared][0]) and not (
        declared == "integer" and isinstance(value, bool)
    )


def declared_keys(program: Path) -> tuple[str, ...]:
    """Return the configuration keys that a program's Pulumi.yaml declares, in its order.

    Raises:
        UsageError: The file cannot be read.
    """
    return tuple(_declared(_project(program)))


def defaults(program: Path) -> dict[str, Any]:
    """Return the default of each key for which a program's Pulumi.yaml declares one.

    Raises:
        UsageError: The file cannot be read.
    """
    project = _project(program)
    section = project.get("config")
    entries = section.items() if isinstance(section, dict) else ()
    return {
        key.removeprefix(f"{project['name']}:"): entry["default"]
        for key, entry in entries
        if isinstance(entry, dict) and "default" in entry
    }


def is_python(program: Path) -> bool:
    """Whether a program is in Python.

    Raises:
        UsageError: The file cannot be read.
    """
    runtime = _project(program).get("runtime")
    return (runtime.get("name") if isinstance(runtime, dict) else runtime) == "python"


def project_description(program: Path) -> str:
    """Return what a program's Pulumi.yaml says that it makes.

    Raises:
        UsageError: The file cannot be read.
    """
    project = _project(program)
    return str(project.get("description") or f"the resources of {project['name']}")


def _declared(project: Mapping[str, Any]) -> dict[str, str]:
    """Return the type of each declared key; empty for one without."""
    section = project.get("config")
    if not isinstance(section, dict):  # none, or the name of a folder, as in old projects
        return {}
    types = {
        key: entry.get("type", "") if isinstance(entry, dict) else ""
        for key, entry in section.items()
    }
    return {key.removeprefix(f"{project['name']}:"): type_ for key, type_ in types.items()}


def write_configuration(plan: StackPlan) -> None:
    """Write the run's own Pulumi.yaml and Pulumi.<stack>.yaml, as JSON, which is valid YAML.

    The project is that of the program, with its full path: so nothing is written into the program's
    folder, and no stack is selected there. The program runs with this process's packages.
    """
    project = _project(plan.program)
    project["main"] = str((plan.program / (project.get("main") or "")).absolute())
    runtime = project["runtime"]
    runtime = runtime if isinstance(runtime, dict) else {"name": runtime}
    options = {**(runtime.get("options") or {}), "toolchain": "pip", "virtualenv": sys.prefix}
    project["runtime"] = {**runtime, "options": options}
    project.pop("stackConfigDir", None)  # the stack's configuration is next to this file
    namespaced = {
        key if ":" in key else f"{project['name']}:{key}": value
        for key, value in plan.configuration.items()
    }
    plan.folder.mkdir(mode=0o700, parents=True)
    (plan.folder / "backend").mkdir(mode=0o700)  # for a target with a state for each run
    (plan.folder / "Pulumi.yaml").write_text(json.dumps(project), encoding="utf-8")
    stack_file = plan.folder / f"Pulumi.{plan.name}.yaml"
    stack_file.write_text(json.dumps({"config": namespaced}), encoding="utf-8")


def _project(program: Path) -> dict[str, Any]:
    path = program / PROJECT_FILE
    try:
        project = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(
            f"the project file {path} cannot be read: {error}",
            hint="name the folder of a Pulumi program",
        ) from error
    if not isinstance(project, dict) or not {"name", "runtime"} <= project.keys():
        raise UsageError(
            f"the project file {path} has no name or no runtime",
            hint="a Pulumi project needs both, as in `name: orders` and `runtime: python`",
        )
    return project
