"""The updates that official-diffs.json records, with what the official provider plans for them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from automation.emulator.provider.checking import without_defaults
from automation.emulator.provider.values import Archive
from tests.unit.automation.emulator.provider.checked import checked

RECORDED = Path(__file__).with_name("official-diffs.json")


@dataclass(frozen=True, kw_only=True)
class Update:
    """An update: the type, the state before it, and the new inputs, checked."""

    token: str
    state: dict[str, Any]
    inputs: dict[str, Any]


def update(token: str, base: dict[str, Any], changes: dict[str, Any], removed: list[str]) -> Update:
    """Return an update of a base, which has `inputs` and further `outputs`."""
    new = {name: value for name, value in base["inputs"].items() if name not in removed}
    return Update(
        token=token,
        state={**_checked(token, base["inputs"]), **base["outputs"]},
        inputs=_checked(token, {**new, **changes}),
    )


def _checked(token: str, given: dict[str, Any]) -> dict[str, Any]:
    """Return inputs with their defaults, in the provider's own types."""
    archive = {"code": Archive(hash=given["code"])} if "code" in given else {}
    inputs, _ = checked(token, {**given, **archive})
    return {name: value for name, value in without_defaults(inputs).items() if name != "region"}


def recorded() -> Iterator[tuple[Update, list[str], list[str]]]:
    """Yield each update, the properties that it changes, and those that replace the resource."""
    document = json.loads(RECORDED.read_text(encoding="utf-8"))
    for case in document["cases"]:
        base = document["bases"][case["type"]][case["base"]]
        planned = update(case["type"], base, case.get("set", {}), case.get("remove", []))
        yield planned, case.get("changes", []), case.get("replaces", [])
