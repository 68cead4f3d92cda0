"""The configuration of an ephemeral stack, written to the run's own folder."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from automation.support.errors import UsageError
from automation.support.nearest import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from automation.stack.project import Project
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
        project: The program's project.
    """

    record: RunRecord
    folder: Path
    configuration: Mapping[str, Any]
    finish_by_hand: str
    project: Project

    @property
    def name(self) -> str:
        """Name of the stack, unique in the backend."""
        return self.record.stack


def check_configuration(configuration: Mapping[str, Any], project: Project) -> None:
    """Refuse configuration that the program would ignore or reject, before anything is started.

    A project without a `config` section says nothing about its keys: any may be given.

    Raises:
        UsageError: A key is unknown, or a value is not of the type that Pulumi.yaml declares.
    """
    known = project.types
    values = project.own(configuration)
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


def write_configuration(plan: StackPlan) -> None:
    """Write the run's own Pulumi.yaml and Pulumi.<stack>.yaml, as JSON, which is valid YAML.

    The project is that of the program, with its full path: so nothing is written into the program's
    folder, and no stack is selected there. The program runs with this process's packages.
    """
    project = plan.project
    main = project.document.get("main") or ""
    runtime = project.runtime
    options = {**(runtime.get("options") or {}), "toolchain": "pip", "virtualenv": sys.prefix}
    document = {
        **project.document,
        "main": str((project.program / main).absolute()),
        "runtime": {**runtime, "options": options},
    }
    document.pop("stackConfigDir", None)  # the stack's configuration is next to this file
    plan.folder.mkdir(mode=0o700, parents=True)
    (plan.folder / "backend").mkdir(mode=0o700)  # for a target with a state for each run
    (plan.folder / "Pulumi.yaml").write_text(json.dumps(document), encoding="utf-8")
    stack_file = plan.folder / f"Pulumi.{plan.name}.yaml"
    stack_file.write_text(
        json.dumps({"config": project.namespaced(plan.configuration)}), encoding="utf-8"
    )
