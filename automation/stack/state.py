"""Reads what the engine's backend knows of stacks, and changes nothing.

One command of the engine each. The SDK runs the same ones, and its import would take longer.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from automation.stack.events import Resource
from automation.stack.failures import engine_errors
from automation.support.errors import EngineFailedError, StackMissingError
from automation.support.invoked import INVOKED

if TYPE_CHECKING:
    from pathlib import Path

    from automation.stack.command import EngineCommand


@dataclass(frozen=True)
class KnownStack:
    """A stack in the engine's backend.

    Attributes:
        name: Its name.
        last_update: When its last operation ended; None if there was none.
        resource_count: How many resources its state has; None if there was no operation.
    """

    name: str
    last_update: datetime | None
    resource_count: int | None


def list_stacks(program: Path, command: EngineCommand) -> list[KnownStack]:
    """Return the stacks of a project.

    Args:
        program: Has the project's Pulumi.yaml.
        command: The engine's command line.

    Raises:
        EngineFailedError: The engine failed.
    """
    with engine_errors("could not list the stacks", []):
        listed = _read(["stack", "ls", "--json"], program, command)
    return [
        KnownStack(
            name=each["name"],
            last_update=(
                datetime.fromisoformat(each["lastUpdate"]) if "lastUpdate" in each else None
            ),
            resource_count=each.get("resourceCount"),
        )
        for each in listed
    ]


def stack_outputs(name: str, program: Path, command: EngineCommand) -> dict[str, Any]:
    """Return the outputs of a stack, secrets in plain text.

    Args:
        name: Name of the stack.
        program: Has the Pulumi.yaml of the stack's project.
        command: The engine's command line.

    Raises:
        StackMissingError: The stack does not exist.
        EngineFailedError: The engine failed.
    """
    with engine_errors(f"could not read the outputs of stack {name}", []):
        outputs: dict[str, Any] = _read(
            ["stack", "output", "--json", "--show-secrets", "--stack", name], program, command
        )
    return outputs


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """The resources in a stack's state, but for those that the program only reads.

    Attributes:
        owned: What a destroy deletes.
        spared: What a destroy does not delete: it is protected, or to be retained.
    """

    owned: frozenset[Resource]
    spared: frozenset[Resource]


def recorded_resources(name: str, program: Path, command: EngineCommand) -> Recorded:
    """Return the resources in a stack's state; none if the backend has no such stack.

    Args:
        name: Name of the stack.
        program: Has the Pulumi.yaml of the stack's project.
        command: The engine's command line.

    Raises:
        EngineFailedError: The engine failed.
    """
    with (
        contextlib.suppress(StackMissingError),
        engine_errors(f"could not read the state of stack {name}", []),
    ):
        state = _read(["stack", "export", "--stack", name], program, command)
        found: dict[bool, set[Resource]] = {False: set(), True: set()}
        for each in (state.get("deployment") or {}).get("resources", []):
            if each.get("id") and not each.get("external"):
                spared = bool(each.get("protect") or each.get("retainOnDelete"))
                found[spared].add(Resource(type=each["type"], id=each["id"]))
        return Recorded(owned=frozenset(found[False]), spared=frozenset(found[True]))
    return Recorded(owned=frozenset(), spared=frozenset())


def _read(arguments: list[str], folder: Path, command: EngineCommand) -> Any:
    output = command.run(arguments, str(folder), {}).stdout
    try:
        return json.loads(output)
    except ValueError as error:
        raise EngineFailedError(
            f"`pulumi {' '.join(arguments)}` did not print JSON: {error}",
            hint=f"another version of Pulumi may: `{INVOKED} doctor` says which it is",
        ) from error
