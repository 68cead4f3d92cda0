"""The provider's own configuration: the stack's `aws:` keys, or an explicit `aws.Provider`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from automation.emulator.provider.errors import ProviderError
from automation.emulator.provider.schema import Failure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from automation.emulator.provider.aws import Aws
    from automation.emulator.provider.values import Properties

DEFAULT_REGION = "us-east-1"
# These keys change nothing here. Some are for the engine; the others skip checks and requests that
# this provider never makes.
IGNORED = (
    "version",
    "pluginDownloadURL",
    "skipCredentialsValidation",
    "skipMetadataApiCheck",
    "skipRegionValidation",
    "skipRequestingAccountId",
)
SUPPORTED = ("region", "defaultTags", "allowedAccountIds")


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """The provider's configuration.

    Attributes:
        region: The region of every regional resource.
        default_tags: Tags for every resource that supports tags; a resource's own tags win.
        allowed_accounts: The only accounts to deploy to; empty allows any.
    """

    region: str = DEFAULT_REGION
    default_tags: Mapping[str, str] = field(default_factory=dict)
    allowed_accounts: tuple[str, ...] = ()

    def with_default_tags(self, tags: Mapping[str, str]) -> Properties:
        """Return the `tags` property with the default tags added; empty if there are no tags."""
        merged = {**self.default_tags, **tags}
        return {"tags": merged} if merged else {}

    def other_region_reason(self) -> str:
        """Return the reason of the check failure for a resource in another region."""
        return (
            f"'region' must be the provider's, {self.region}: the local aws provider serves one "
            "region; set the stack's aws:region, or use a provider for the other region"
        )


def check_configuration(given: Properties) -> list[Failure]:
    """Return a check failure for each key that this provider does not support."""
    supported = ", ".join(f"aws:{name}" for name in SUPPORTED)
    return [
        Failure(
            property=key,
            reason=f"the local aws provider does not support 'aws:{key}': it talks to the emulator "
            f"at AWS_ENDPOINT_URL only, and supports {supported}",
        )
        for key, value in given.items()
        if key not in (*SUPPORTED, *IGNORED) and value is not None
    ] + _unsupported_default_tags(given)


def configuration_of(given: Properties, environment: Mapping[str, str]) -> Configuration:
    """Return the configuration.

    The region is `aws:region`, else AWS_REGION, else AWS_DEFAULT_REGION, else us-east-1.
    """
    region = (
        given.get("region")
        or environment.get("AWS_REGION")
        or environment.get("AWS_DEFAULT_REGION")
        or DEFAULT_REGION
    )
    return Configuration(
        region=region,
        default_tags=_default_tags(given).get("tags") or {},
        allowed_accounts=tuple(_parsed(given.get("allowedAccountIds") or ())),
    )


def refuse_other_accounts(configuration: Configuration, aws: Aws) -> None:
    """Refuse credentials of an account that is not allowed; asks for it only if some are.

    Raises:
        ProviderError: The account is not allowed.
    """
    if allowed := configuration.allowed_accounts:
        account = aws.sts.get_caller_identity()["Account"]
        if account not in allowed:
            raise ProviderError(
                f"the credentials are of account {account}, and aws:allowedAccountIds allows "
                f"{', '.join(allowed)}"
            )


def _parsed(value: Any) -> Any:
    """Return an object or a list; the SDK sends values that are not strings as JSON."""
    return json.loads(value) if isinstance(value, str) else value


def _default_tags(given: Properties) -> Mapping[str, Any]:
    tags: Mapping[str, Any] = _parsed(given.get("defaultTags") or {})
    return tags


def _unsupported_default_tags(given: Properties) -> list[Failure]:
    return [
        Failure(property="defaultTags", reason=f"'aws:defaultTags' has no {key!r}, only 'tags'")
        for key in _default_tags(given)
        if key != "tags"
    ]
