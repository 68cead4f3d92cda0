"""Tags, which work the same for every resource type that supports them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from mypy_boto3_iam.type_defs import TagTypeDef

    from automation.emulator.provider.schema import Change


def tag_properties(tags: Mapping[str, str]) -> dict[str, Any]:
    """Return the properties that hold a resource's tags."""
    return {"tags": dict(tags), "tagsAll": dict(tags)}


def key_values(tags: Mapping[str, str]) -> list[TagTypeDef]:
    """Return tags as IAM and CloudWatch take them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def tag_changes(change: Change) -> tuple[dict[str, str], list[str]]:
    """Return the tags that an update sets, and the keys of the tags that it removes."""
    old = change.old.get("tags", {})
    new = change.new.get("tags", {})
    changed = {key: value for key, value in new.items() if old.get(key) != value}
    return changed, sorted(old.keys() - new.keys())
