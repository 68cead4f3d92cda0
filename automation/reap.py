"""Reaping: finding and removing what ephemeral stacks left behind.

What a killed run left is found in two ways that do not depend on each other: by the folders of the
runs, which lead to the state, and by the tag `expires-at` of the resources themselves.
"""

from __future__ import annotations

import contextlib
import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from automation.emulator import lasting
from automation.engine import find_engine
from automation.stack.command import command_of_run
from automation.stack.kinds import items_of
from automation.stack.leftovers import leftovers, scan, sweep
from automation.stack.project import read_project
from automation.stack.records import TIME, run_folders
from automation.stack.remains import Remains
from automation.stack.state import recorded_resources
from automation.support.clients import aws_errors, make_clients
from automation.support.errors import EmulatorError, EngineFailedError
from automation.support.interrupts import interruptible
from automation.support.paths import runs_folder
from automation.support.wait import looks
from automation.targets.opening import open_target

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from automation.narrator import Narrator
    from automation.options import ReapOptions
    from automation.stack.kinds import Item
    from automation.stack.lifecycle import LeftStack
    from automation.stack.records import RunFolder, RunRecord
    from automation.support.clients import Clients
    from automation.targets.base import Target

TAG = "expires-at"  # only ephemeral stacks have it
RECORDED_WITHIN = timedelta(minutes=1)  # of making its folder, a run that is alive has recorded it


def reap(
    options: ReapOptions,
    environment: Mapping[str, str],
    narrator: Narrator,
    confirm: Callable[[list[Remains]], bool],
) -> list[Remains]:
    """Find what is left of ephemeral stacks, and remove what the options select.

    Args:
        options: What to look at, and what to remove.
        environment: The caller's environment.
        narrator: Shows what an installation of the engine is doing.
        confirm: Asked before anything of one target is removed, with what would be.

    Returns:
        All that was found, whether the options select it or not.

    Raises:
        AutomationError: A target cannot be opened, or its services refuse to list.
    """
    project = read_project(options.program)
    found: list[Remains] = []
    for endpoint in endpoints(options):
        try:
            with open_target(
                options.target,
                emulator=endpoint,
                find_engine=lambda: find_engine(environment=environment, announce=narrator.say),
                environment=environment,
                backend=project.backend,
                accounts=options.accounts,
            ) as target:
                left = look(target, project.name)
                selected = [each for each in left if selects(options, each)]
                if selected and confirm(selected):
                    for each in selected:
                        remove(target, each)
                found += left
        except EmulatorError:
            if options.emulator is not None or endpoint is None:
                raise
            found += forget_runs_on(endpoint, options, confirm)
    return found + forget(unrecorded_runs(), options, confirm)


def selects(options: ReapOptions, remains: Remains) -> bool:
    """Whether a stack may be removed: expired or asked for, and its run not going on."""
    if options.stack is not None:
        due = options.stack == remains.stack
    else:
        expired = remains.overdue is not None and remains.overdue >= 0
        due = options.everything or expired
    return due and not remains.alive


def endpoints(options: ReapOptions) -> list[str | None]:
    """Return what to look at: None for AWS or the lasting emulator, else an emulator's URL."""
    if options.emulator is not None or options.target == "aws":
        return [options.emulator]
    recorded = [folder.record() for folder in run_folders(runs_folder())]
    urls = dict.fromkeys(record.endpoint for record in recorded if record and record.endpoint)
    return [*([None] if lasting.find() else []), *urls]


def look(target: Target, project: str) -> list[Remains]:
    """Return what is left of each ephemeral stack on a target.

    Args:
        target: Where to look.
        project: Name of the project whose tags count; runs' folders count whatever their project.
    """
    found = {
        record.stack: _recorded(target, folder, record)
        for folder in run_folders(target.folder)
        if (record := folder.record()) and record.location == target.location
    }
    for region in dict.fromkeys([target.region, *(each.region for each in found.values())]):
        with interruptible(), aws_errors(f"looking for tagged resources in {region}"):
            clients = make_clients(target.environment, region)
            tagged = scan(clients, TAG, target.tagged_kinds)
        for item, tags in tagged.items():
            if tags.get("project") == project and (stack := tags.get("stack")):
                own_region = tags.get("region", region)  # a role is in every region
                new = Remains(
                    stack=stack,
                    project=project,
                    place=_place(target, own_region),
                    region=own_region,
                    expires_at=tags[TAG],
                )
                found.setdefault(stack, new).by_tag.add(item)
    return list(found.values())


def _recorded(target: Target, folder: RunFolder, record: RunRecord) -> Remains:
    remains = _remains_of(folder, record, _place(target, record.region))
    if not remains.alive:
        try:
            recorded = recorded_resources(
                remains.stack, folder.path, command_of_run(target, folder)
            )
            remains.by_state = items_of(recorded.owned)
            remains.spared = items_of(recorded.spared)
        except EngineFailedError as error:
            remains.failures.append(str(error))
    return remains


def _remains_of(folder: RunFolder, record: RunRecord, place: str) -> Remains:
    return Remains(
        stack=record.stack,
        project=record.project,
        place=place,
        region=record.region,
        expires_at=record.expires_at,
        started_at=record.started_at,
        folder=folder,
        alive=folder.alive(),
    )


def _place(target: Target, region: str) -> str:
    place = f"AWS account {target.account}" if target.name == "aws" else target.description
    return f"{place}, {region}"


def _left_stack(target: Target, remains: Remains, folder: RunFolder) -> LeftStack:
    from automation.stack.lifecycle import LeftStack

    return LeftStack(remains.stack, folder.path, command_of_run(target, folder))


def remove(target: Target, remains: Remains) -> None:
    """Remove a stack: through its state if this machine has it, then by tag, name and relation."""
    lock = remains.folder.lock() if remains.folder else None
    if remains.folder and lock is None:
        remains.alive = True  # another command is at it
        return
    with lock or contextlib.nullcontext():
        remains.failures = []
        if remains.folder is not None:
            remains.folder.end_sessions()
            try:
                _left_stack(target, remains, remains.folder).destroy()
            except EngineFailedError as error:
                remains.failures.append(str(error))
        with interruptible(), aws_errors(f"removing stack {remains.stack}"):
            clients = make_clients(target.environment, remains.region)
            left, refused = sweep_all(clients, remains, target)
        if left:
            remains.failures += [f"{item}: {reason}" for item, reason in refused.items()]
            remains.failures.append(f"still exists: {', '.join(map(str, left))}")
        elif remains.folder is not None and not (remains.failures and remains.spared):
            _forget(target, remains, remains.folder)
        remains.removed = not left and not remains.failures


def _forget(target: Target, remains: Remains, folder: RunFolder) -> None:
    """Remove the state of a stack of which nothing is left, and its run's folder."""
    try:
        _left_stack(target, remains, folder).forget()
    except EngineFailedError as error:
        if not _state_is_in(folder, target):
            remains.failures.append(str(error))
            return
    shutil.rmtree(folder.path)
    remains.failures = []


def _state_is_in(folder: RunFolder, target: Target) -> bool:
    """Whether a stack's state goes with its run's folder, damaged or not."""
    backend = target.environment_of(folder.path).get("PULUMI_BACKEND_URL", "")
    return backend.startswith(folder.path.as_uri())


def forget_runs_on(
    endpoint: str, options: ReapOptions, confirm: Callable[[list[Remains]], bool]
) -> list[Remains]:
    """Remove the folders of runs on an emulator that is not running: their stacks went with it."""
    left = [
        _remains_of(folder, record, f"the emulator at {endpoint}, which is not running")
        for folder in run_folders(runs_folder())
        if (record := folder.record()) and record.endpoint == endpoint
    ]
    return forget(left, options, confirm)


def unrecorded_runs() -> list[Remains]:
    """Return the runs that were killed before they recorded, and then created, a stack."""
    left = []
    for folder in run_folders(runs_folder()):
        if folder.record() is None:
            try:
                began = datetime.fromtimestamp(folder.path.stat().st_mtime, UTC)
            except FileNotFoundError:  # its run has just removed it
                continue
            left.append(
                Remains(
                    stack=folder.path.name,
                    place="this machine: no stack was created",
                    region="",
                    started_at=began.strftime(TIME),
                    expires_at=(began + RECORDED_WITHIN).strftime(TIME),
                    folder=folder,
                    alive=folder.alive(),
                )
            )
    return left


def forget(
    left: list[Remains], options: ReapOptions, confirm: Callable[[list[Remains]], bool]
) -> list[Remains]:
    """Remove the folders, of those that the options select, of runs whose stacks are gone."""
    selected = [each for each in left if selects(options, each)]
    if selected and confirm(selected):
        for each in selected:
            if each.folder is not None and (lock := each.folder.lock()):
                with lock:
                    each.folder.end_sessions()
                    shutil.rmtree(each.folder.path)
                    each.removed = True
    return left


def sweep_all(
    clients: Clients, remains: Remains, target: Target
) -> tuple[list[Item], dict[Item, str]]:
    """Delete what is left of a stack until nothing is, or the target's lag has passed.

    Returns what is still left, and why the last try to delete an item was refused.
    """
    known = set(remains.items)
    left: list[Item] = []
    refused: dict[Item, str] = {}
    for left in looks(
        lambda: [
            item for item in leftovers(clients, remains.stack, known) if item not in remains.spared
        ],
        within=target.pace.deletion_lag,
        poll=target.pace.poll,
    ):
        if not left:
            break
        refused = sweep(clients, left)
    return left, refused
