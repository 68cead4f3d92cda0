"""What a run and a test suite's stacks have in common: the plan, and the look for leftovers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from automation.stack.configuration import StackPlan
from automation.stack.kinds import exists, has_generated_name, items_of, tags_of
from automation.stack.leftovers import leftovers, sweep
from automation.stack.programs import program_option
from automation.stack.records import TIME, RunRecord
from automation.support.errors import UsageError
from automation.support.invoked import INVOKED
from automation.support.wait import looks
from automation.targets.base import scaled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from automation.stack.kinds import Item
    from automation.stack.lifecycle import EphemeralStack
    from automation.stack.project import Project
    from automation.support.clients import Clients
    from automation.targets.base import Pace, Target

EXPIRES_AFTER = timedelta(hours=2)  # of an ephemeral stack: far longer than the longest run


def plan_stack(target: Target, name: str, given: Mapping[str, Any], project: Project) -> StackPlan:
    """Return the plan of an ephemeral stack on a target.

    Of the target's configuration, and of the tags by which `reap` finds what is left, only what the
    program declares is passed on. A program without the key `tags` gets none: then `reap` finds its
    stack by the run's folder alone.

    Args:
        target: Where the stack is deployed.
        name: Name of the stack.
        given: Configuration by key; overrides the target's.
        project: The program's project.

    Raises:
        UsageError: The given `tags` are no object.
    """
    started_at = datetime.now(UTC)
    record = RunRecord(
        stack=name,
        project=project.name,
        target=target.name,
        endpoint=target.endpoint,
        account=target.account,
        region=str(given.get("aws:region", target.region)),
        started_at=started_at.strftime(TIME),
        expires_at=(started_at + EXPIRES_AFTER).strftime(TIME),
    )
    return StackPlan(
        record=record,
        folder=target.folder / name,
        configuration=configuration_for(
            tuple(project.types),
            target.configuration,
            given,
            {
                "project": project.name,
                "stack": name,
                "region": record.region,
                "expires-at": record.expires_at,
            },
        ),
        finish_by_hand=f"{INVOKED} reap --stack {name} --yes{target.reap_options}"
        f"{program_option(project.program)}",
        project=project,
    )


def configuration_for(
    declared: tuple[str, ...],
    of_target: Mapping[str, Any],
    given: Mapping[str, Any],
    tags: Mapping[str, str],
) -> dict[str, Any]:
    """Return a stack's configuration: the target's as far as it is declared, then what is given.

    The target's visibility timeout grows with the function's, if only that is given.

    Raises:
        UsageError: The given `tags` are not an object, so that no tag can be added.
    """
    timings = scaled(of_target, given)
    fitting = {key: value for key, value in timings.items() if ":" in key or key in declared}
    if "tags" not in declared:
        return {**fitting, **given}
    own = given.get("tags", {})
    if not isinstance(own, Mapping):
        raise UsageError(
            f"the configuration key tags must be an object; got {json.dumps(own)}",
            hint='give them as JSON, as in --config \'tags={"team": "cards"}\'',
        )
    return {**fitting, **given, "tags": {**own, **tags}}


def looks_for_leftovers(
    clients: Callable[[], Clients],
    name: str,
    stack: EphemeralStack,
    pace: Pace,
    doubt: Callable[[str], None] = lambda _line: None,
) -> Iterator[tuple[list[Item], list[Item]]]:
    """Look until nothing is left of a destroyed stack; delete what the engine did not record.

    What the engine has deleted may still be in the services' responses for a while. What it planned
    to create and did not record is the stack's own if its name was generated, or if it has the
    stack's tag. With a name that the program chose it may be anybody's: it is left alone.

    Args:
        clients: Returns the clients for the stack's account and region.
        name: Name of the stack.
        stack: The stack, which knows what was recorded and planned.
        pace: The timing of the target's services.
        doubt: Called with a line about each resource that is left alone.

    Yields:
        After each look: what is left, and what of it was deleted. If the last look still found
        something, `Pace.deletion_lag` has passed.
    """
    from botocore.exceptions import ClientError

    recorded = items_of(stack.recorded)
    planned = items_of(stack.planned) - recorded
    generated = set(filter(has_generated_name, planned))
    tagged = set()
    for item in planned - generated:
        try:
            own = tags_of(clients(), item).get("stack") == name
            there = own or exists(clients(), item)
        except ClientError:  # such as a denied access: it may be there, and anybody's
            own, there = False, True
        if own:
            tagged.add(item)
        elif there:
            doubt(f"{item} has a name that the program chose, and no tag stack={name}: left alone")
    known = recorded | generated | tagged
    for found in looks(
        lambda: leftovers(clients(), name, known), within=pace.deletion_lag, poll=pace.poll
    ):
        strays = [item for item in found if item not in recorded]
        refused = sweep(clients(), strays) if strays else {}
        yield found, [item for item in strays if item not in refused]
        if not found:
            return
