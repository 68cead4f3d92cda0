"""The official provider's schema, as record_schema.py recorded it, beside our tables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from automation.emulator.provider.resources import RESOURCE_TYPES
from automation.emulator.provider.schema import Kind, Property
from tests.unit.automation.emulator.provider.record_schema import RECORDED

DOCUMENT = json.loads(RECORDED.read_text(encoding="utf-8"))
OFFICIAL: dict[str, Any] = DOCUMENT["resources"]


@dataclass(frozen=True, kw_only=True)
class Level:
    """The properties of a resource type or the fields of one of its objects, ours and official."""

    prefix: str
    table: Mapping[str, Property]
    unsupported: Mapping[str, str]
    official: Mapping[str, Any]


def levels(token: str) -> Iterator[Level]:
    """Yield the type itself, and each supported object in it."""
    resource_type, official = RESOURCE_TYPES[token], OFFICIAL[token]["inputs"]
    pending = [
        Level(
            prefix="",
            table=resource_type.properties,
            unsupported=resource_type.unsupported,
            official=official,
        )
    ]
    while pending:
        level = pending.pop()
        yield level
        pending += [
            Level(
                prefix=f"{level.prefix}{name}.",
                table=entry.fields,
                unsupported=entry.unsupported,
                official=level.official.get(name, {}).get("fields", {}),
            )
            for name, entry in level.table.items()
            if entry.kind in (Kind.BLOCK, Kind.BLOCK_SET)
        ]


SUPPORTED_PROPERTIES = {
    (token, level.prefix + name): (entry, level.official[name])
    for token in RESOURCE_TYPES
    for level in levels(token)
    for name, entry in level.table.items()
    if name in level.official  # a test in test_tables.py reports any others
}
