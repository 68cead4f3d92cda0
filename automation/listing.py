"""All stacks on a target: the user's own, and those of runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from automation.existing import open_existing_target, own_stacks
from automation.reap import look
from automation.stack.project import read_project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from automation.options import StackOptions
    from automation.stack.remains import Remains
    from automation.targets.base import Target

Owner = Literal["yours", "a run, going on", "a run of this machine", "a run of another machine"]


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A stack.

    Attributes:
        stack: Its name.
        owner: Who deployed it.
        place: Where it is, for a person.
        age: Seconds since it was last deployed, or its run started; None if unknown.
        expires_at: When it expires, in UTC as in the tag; empty for a stack of the user's own.
        resources: How many it has; None if unknown.
    """

    stack: str
    owner: Owner
    place: str
    age: float | None
    expires_at: str
    resources: int | None


def list_all(
    options: StackOptions, environment: Mapping[str, str], say: Callable[[str], None]
) -> list[Listed]:
    """Return every stack of a program on a target, by name.

    Raises:
        UsageError: No emulator is running.
        EngineFailedError: The engine could not list the user's own stacks.
    """
    with open_existing_target(options, environment, say) as target:
        project = read_project(options.program).name
        of_runs = {
            remains.stack: remains
            for remains in look(target, project)
            if remains.project in {"", project}
        }
        own = _own(options.program, target, of_runs)
        return sorted([*own, *map(_of_run, of_runs.values())], key=lambda each: each.stack)


def _own(program: Path, target: Target, of_runs: Mapping[str, Remains]) -> Iterator[Listed]:
    """Yield the stacks of the user's own in the engine's backend."""
    for each in own_stacks(program, target):
        if each.name not in of_runs:
            yield Listed(
                stack=each.name,
                owner="yours",
                place=target.description,
                age=_seconds_since(each.last_update),
                expires_at="",
                resources=each.resource_count,
            )


def _seconds_since(moment: datetime | None) -> float | None:
    return None if moment is None else (datetime.now(UTC) - moment).total_seconds()


def _of_run(remains: Remains) -> Listed:
    owner: Owner = "a run of another machine"
    if remains.folder is not None:
        owner = "a run, going on" if remains.alive else "a run of this machine"
    return Listed(
        stack=remains.stack,
        owner=owner,
        place=remains.place,
        age=remains.age,
        expires_at=remains.expires_at,
        resources=len(remains.items) or None,
    )
