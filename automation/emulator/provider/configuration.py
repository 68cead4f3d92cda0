"""The provider's own configuration: the stack's `aws:` keys, or an explicit `aws.Provider`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from automation.emulator.provider.schema import Failure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from automation.emulator.provider.values import Properties

DEFAULT_REGION = "us-east-1"
# Not the provider's but the engine's, or promises that this provider keeps whatever they say: it
# validates no credentials and no region, and asks no metadata service.
MOOT = (
    "version",
    "pluginDownloadURL",
    "skipCredentialsValidation",
    "skipMetadataApiCheck",
    "skipRegionValidation",
    "skipRequestingAccountId",
)
SERVED = ("region", "defaultTags")


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """What the provider is configured with.

    Attributes:
        region: The region of every regional resource.
        default_tags: The tags that every resource has which takes tags; its own win.
    """

    region: str = DEFAULT_REGION
    default_tags: Mapping[str, str] = field(default_factory=dict)

    def tags_over_defaults(self, tags: Mapping[str, str]) -> Properties:
        """The `tags` property of a resource with these tags; nothing where it has none at all."""
        merged = {**self.default_tags, **tags}
        return {"tags": merged} if merged else {}

    def other_region(self) -> str:
        """Why a resource in another region is refused."""
        return (
            f"'region' must be the provider's, {self.region}: the local aws provider serves one "
            "region; set the stack's aws:region, or use a provider for the other region"
        )


def check_configuration(given: Properties) -> list[Failure]:
    """The keys that this provider does not know how to honour."""
    return [
        Failure(
            property=key,
            reason=f"the local aws provider does not support 'aws:{key}': it talks to the emulator "
            f"at AWS_ENDPOINT_URL only, and takes {', '.join(f'aws:{name}' for name in SERVED)}",
        )
        for key, value in given.items()
        if key not in (*SERVED, *MOOT) and value is not None
    ] + _unserved_default_tags(given)


def configuration_of(given: Properties, environment: Mapping[str, str]) -> Configuration:
    """The configuration; the region falls back to the environment's, then to us-east-1."""
    region = (
        given.get("region")
        or environment.get("AWS_REGION")
        or environment.get("AWS_DEFAULT_REGION")
        or DEFAULT_REGION
    )
    return Configuration(region=region, default_tags=_default_tags(given).get("tags") or {})


def _default_tags(given: Properties) -> Mapping[str, Any]:
    """The `defaultTags` object; the SDK sends what is no string as JSON."""
    value = given.get("defaultTags") or {}
    parsed: Mapping[str, Any] = json.loads(value) if isinstance(value, str) else value
    return parsed


def _unserved_default_tags(given: Properties) -> list[Failure]:
    return [
        Failure(property="defaultTags", reason=f"'aws:defaultTags' has no {key!r}, only 'tags'")
        for key in _default_tags(given)
        if key != "tags"
    ]
