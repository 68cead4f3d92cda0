"""Checking a resource's inputs before anything is deployed.

No property is dropped silently: it is known and valid, or there is a check failure that names it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from automation.emulator.provider.conversion import converted
from automation.emulator.provider.schema import Failure, Kind, Property, ResourceType
from automation.emulator.provider.values import UNKNOWN, Properties, is_unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from automation.emulator.provider.configuration import Configuration
    from automation.emulator.provider.names import Proposal

# The key of the list of inputs that are defaults, not set by the program. pulumi-terraform-bridge
# uses the same key, and the engine hides it in its output.
DEFAULTS = "__defaults"


@dataclass(frozen=True, kw_only=True)
class NamingRequest:
    """What the engine sends for naming a resource.

    Attributes:
        logical_name: The resource's name in the program.
        seed: The engine's random seed for this resource.
        proposal: The name that the `pulumi:autonaming` configuration gives; None without one.
        disabled: Whether that configuration disables automatic names.
    """

    logical_name: str
    seed: bytes
    proposal: Proposal | None = None
    disabled: bool = False


def check(
    resource_type: ResourceType,
    *,
    olds: Properties,
    news: Properties,
    naming: NamingRequest,
    config: Configuration,
) -> tuple[Properties, list[Failure]]:
    """Return the inputs with defaults and names filled in, and all check failures.

    Args:
        resource_type: The resource's type.
        olds: The inputs it was deployed with; empty for a new resource.
        news: The inputs that the program sets now.
        naming: What the engine sends for naming it.
        config: The provider's configuration.
    """
    table = resource_type.properties
    checker = _InputChecker(resource_type.pulumi_type)
    given = without_defaults(news)
    inputs = checker.properties(table, resource_type.unsupported, given)
    if "tags" in table and isinstance(own := inputs.get("tags", {}), dict):
        inputs |= config.with_default_tags(own)
    defaults = {name: each.default for name, each in table.items() if each.default is not None}
    if "region" in table:
        defaults["region"] = config.region
    try:
        defaults |= _automatic_name(resource_type, olds, inputs, naming)
    except ValueError as error:
        checker.fail("name", str(error))
    defaults = {name: value for name, value in defaults.items() if name not in inputs}
    complete = {**defaults, **inputs}
    if complete.get("region", UNKNOWN) not in (config.region, UNKNOWN):
        checker.fail("region", config.other_region_reason())
    failures = [*checker.failures, *_missing_or_conflicting(resource_type, inputs)]
    if not failures:
        known = {name: value for name, value in complete.items() if not is_unknown(value)}
        failures = list(resource_type.check_inputs(known))
    return {**complete, DEFAULTS: sorted(defaults)}, failures


def without_defaults(inputs: Properties) -> Properties:
    """Return checked inputs without the list of their defaults."""
    return {key: value for key, value in inputs.items() if key != DEFAULTS}


class _InputChecker:
    """Converts values to their properties' types, and collects the check failures."""

    def __init__(self, pulumi_type: str) -> None:
        self.pulumi_type = pulumi_type
        self.failures: list[Failure] = []

    def fail(self, path: str, reason: str) -> None:
        self.failures.append(Failure(property=path, reason=reason))

    def properties(
        self,
        table: Mapping[str, Property],
        unsupported: Mapping[str, str],
        given: Properties,
        prefix: str = "",
    ) -> Properties:
        """Return the converted properties, or fields of the block at `prefix`, without Nones."""
        inputs: Properties = {}
        for name, value in given.items():
            path = prefix + name
            if value is None:
                continue
            if name in unsupported:
                reason = f"{path!r} is not supported by the local aws provider: {unsupported[name]}"
                self.fail(path, reason)
            elif name not in table:
                self.fail(path, f"{self.pulumi_type} has no property {path!r}")
            else:
                inputs[name] = self._value(table[name], value, path)
        return inputs

    def _value(self, entry: Property, value: Any, path: str) -> Any:
        if value is UNKNOWN or (is_unknown(value) and entry.kind in (Kind.DOCUMENT, Kind.JSON)):
            return UNKNOWN
        if entry.kind is Kind.BLOCK and isinstance(value, dict):
            return self._block(entry, value, path)
        if entry.kind is Kind.BLOCK_SET and isinstance(value, list):
            self._limit(entry, value, path)
            return [self._block(entry, part, f"{path}[{i}]") for i, part in enumerate(value)]
        try:
            value = converted(entry.kind, value)
        except (TypeError, ValueError):
            self.fail(path, f"{path!r} must be {entry.kind.value}, got {type(value).__name__}")
            return value
        self._limit(entry, value, path)
        reason = None if is_unknown(value) else entry.check(value)
        if reason is not None:
            self.fail(path, f"{path!r} {reason}")
        return value

    def _limit(self, entry: Property, value: Any, path: str) -> None:
        if entry.max_items is not None and len(value) > entry.max_items:
            self.fail(path, f"{path!r} takes at most {entry.max_items}, got {len(value)}")

    def _block(self, entry: Property, value: Any, path: str) -> Any:
        if not isinstance(value, dict):
            if value is not UNKNOWN:
                self.fail(path, f"{path!r} must be {Kind.BLOCK.value}, got {type(value).__name__}")
            return value
        for name, each in entry.fields.items():
            if each.required and value.get(name) is None:
                self.fail(path, f"'{path}.{name}' is missing")
        return self.properties(entry.fields, entry.unsupported, value, f"{path}.")


def _missing_or_conflicting(resource_type: ResourceType, inputs: Properties) -> Iterator[Failure]:
    for name, each in resource_type.properties.items():
        if each.required and name not in inputs:
            reason = f"{resource_type.pulumi_type} needs the property {name!r}"
            yield Failure(property=name, reason=reason)
    for one, other in resource_type.conflicts:
        if one in inputs and other in inputs:
            yield Failure(property=one, reason=f"{one!r} and {other!r} exclude each other")


def _automatic_name(
    resource_type: ResourceType, olds: Properties, inputs: Properties, request: NamingRequest
) -> Properties:
    """Return the automatic name of a resource, or nothing if the program names it.

    A resource keeps its old automatic name.

    Raises:
        ValueError: Automatic names are disabled, or the name would not be valid.
    """
    naming = resource_type.naming
    if naming is None or "name" in inputs or "namePrefix" in inputs:
        return {}
    if "name" in olds.get(DEFAULTS, []) and naming.suffix_matches(olds["name"], inputs):
        return {"name": olds["name"]}
    if request.disabled:
        raise ValueError("'pulumi:autonaming' disables automatic names: 'name' must be given")
    name = naming.generate(request.logical_name, request.seed, inputs, request.proposal)
    reason = resource_type.properties["name"].check(name)
    if reason is not None:
        raise ValueError(f"the automatic name {reason}")
    return {"name": name}
