"""What of the SDK this project overrides, or leans on though it is private, is as it was read."""

from __future__ import annotations

import hashlib
import inspect
from typing import Any

import pytest
from pulumi.automation import LocalWorkspace, PulumiCommand, Stack, _stack

READ = {
    "Stack.__init__": "ec3d83856a6354fc",
    "Stack.up": "7da44b21b8bda848",
    "Stack.destroy": "a98679e329280e02",
    "Stack.cancel": "9acf2d2a8265fdf5",
    "Stack.outputs": "5fe1334b9c0bd2ee",
    "Stack.info": "64a53402302bc58f",
    "Stack._run_pulumi_cmd_sync": "9fdf9c665466552b",
    "Stack._run_api": "b301fac59fd1057a",
    "LocalWorkspace.create_stack": "64a51a330ca56ed1",
    "LocalWorkspace.select_stack": "20a6630f4db404ae",
    "LocalWorkspace._run_pulumi_cmd_sync": "50f317686e6f9dfe",
    "PulumiCommand.run": "3c39d920f02644d3",
    "StackInitMode": "7766afd990e2ab48",
}
"""By name: the digest of its source when it was last read, in pulumi 3.272.0."""

HOLDERS: dict[str, Any] = {
    "Stack": Stack,
    "LocalWorkspace": LocalWorkspace,
    "PulumiCommand": PulumiCommand,
    "StackInitMode": _stack.StackInitMode,
}


def digest(name: str) -> str:
    holder, _, member = name.partition(".")
    thing = getattr(HOLDERS[holder], member) if member else HOLDERS[holder]
    return hashlib.sha256(inspect.getsource(thing).encode()).hexdigest()[:16]


@pytest.mark.parametrize("name", READ)
def test_the_sdk_is_as_it_was_when_its_overrides_were_written(name: str) -> None:
    assert digest(name) == READ[name], (
        f"{name} of the Automation API has changed: compare it with what "
        "automation/stack/automation_api.py and command.py make of it, then record its new digest"
    )
