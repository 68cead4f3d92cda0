"""The configuration of an ephemeral stack, written to the run's own folder."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from automation.support.errors import UsageError
from automation.support.paths import CHECKOUT

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
    """

    record: RunRecord
    folder: Path
    configuration: Mapping[str, Any]
    finish_by_hand: str

    @property
    def name(self) -> str:
        """Name of the stack, unique in the backend."""
        return self.record.stack


def check_configuration(configuration: Mapping[str, Any]) -> None:
    """Refuse configuration that the program would ignore or reject, before anything is started.

    Raises:
        UsageError: A key is unknown, or a value is not of the type that Pulumi.yaml declares.
    """
    project = _project()
    known: dict[str, Any] = project["config"]
    own = f"{project['name']}:"
    values = {key.removeprefix(own): value for key, value in configuration.items()}
    unknown = [
        key
        for key in values
        if key not in known and not (key.startswith(NAMESPACES) and key.partition(":")[2])
    ]
    if unknown:
        raise UsageError(
            f"the program has no configuration key {', '.join(unknown)}",
            hint=f"Pulumi.yaml lists them: {', '.join(known)}",
        )
    for key, value in values.items():
        declared = known.get(key, {}).get("type")
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

    The project is that of the checkout, with the full path of the program: so nothing is written
    into the checkout, and no stack is selected there.
    """
    project = _project()
    project["main"] = str(CHECKOUT)
    project["runtime"]["options"]["virtualenv"] = sys.prefix
    namespaced = {
        key if ":" in key else f"{project['name']}:{key}": value
        for key, value in plan.configuration.items()
    }
    plan.folder.mkdir(mode=0o700, parents=True)
    (plan.folder / "backend").mkdir(mode=0o700)  # for a target with a state for each run
    (plan.folder / "Pulumi.yaml").write_text(json.dumps(project), encoding="utf-8")
    stack_file = plan.folder / f"Pulumi.{plan.name}.yaml"
    stack_file.write_text(json.dumps({"config": namespaced}), encoding="utf-8")


def _project() -> dict[str, Any]:
    project: dict[str, Any] = yaml.safe_load((CHECKOUT / "Pulumi.yaml").read_text(encoding="utf-8"))
    return project
