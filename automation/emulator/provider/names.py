"""Physical names of resources: set by the program, or generated as by the official provider."""

from __future__ import annotations

import hashlib
import itertools
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from automation.emulator.provider.values import Properties

RANDOM_DIGITS = 7  # as in pulumi-terraform-bridge, pkg/tfbridge/names.go: AutoName
_serial = itertools.count()


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """The name that the `pulumi:autonaming` configuration gives a resource.

    Attributes:
        name: The name.
        enforced: Whether the name must be used exactly, without a suffix.
    """

    name: str
    enforced: bool


@dataclass(frozen=True, kw_only=True)
class Naming:
    """How resources of one type are named.

    Attributes:
        limit: The maximum length of an automatic name, in characters, without its suffix.
        fifo: Whether FIFO resources of this type get the suffix `.fifo`.
    """

    limit: int
    fifo: bool = False

    def suffix(self, inputs: Mapping[str, Any]) -> str:
        """Return the suffix of a generated name, given the resource's other inputs."""
        return ".fifo" if self.fifo and inputs.get("fifoQueue") is True else ""

    def suffix_matches(self, name: str, inputs: Mapping[str, Any]) -> bool:
        """Whether a name that was generated earlier has the right suffix for these inputs."""
        return not self.fifo or name.endswith(".fifo") == bool(self.suffix(inputs))

    def generate(
        self, logical_name: str, seed: bytes, inputs: Mapping[str, Any], proposal: Proposal | None
    ) -> str:
        """Return the automatic name for a resource that the program does not name.

        Args:
            logical_name: The resource's name in the program.
            seed: The engine's random seed for the resource; the same seed gives the same name.
            inputs: The resource's other inputs.
            proposal: The name from the `pulumi:autonaming` configuration; None without one.

        Raises:
            ValueError: The name would be too long.
        """
        if proposal is not None and proposal.enforced:
            return proposal.name
        name = proposal.name if proposal else f"{logical_name}-{_random_digits(seed)}"
        if len(name) > self.limit:
            raise ValueError(f"the automatic name {name!r} is longer than {self.limit} characters")
        return name + self.suffix(inputs)

    def given_or_prefixed(self, inputs: Mapping[str, Any]) -> str:
        """Return the name to create a resource with: its `name`, or its `namePrefix` made unique.

        26 digits follow the prefix, as in terraform-plugin-sdk's `id.PrefixedUniqueId`: the time to
        a ten-thousandth of a second, then a counter.
        """
        if "name" in inputs:
            return str(inputs["name"])
        moment = datetime.now(UTC).strftime("%Y%m%d%H%M%S%f")[:18]
        return f"{inputs['namePrefix']}{moment}{next(_serial):08x}{self.suffix(inputs)}"


def prefix_of(name: str, suffix: str = "") -> Properties:
    """Return the `namePrefix` property of a name that has one; empty for any other name.

    It has one if it ends in 26 hexadecimal digits, as in terraform-provider-aws's
    `NamePrefixFromNameWithSuffix`.
    """
    found = re.fullmatch(rf"(.+)[0-9a-fA-F]{{26}}{re.escape(suffix)}", name)
    return {"namePrefix": found[1]} if found else {}


def _random_digits(seed: bytes) -> str:
    return hashlib.sha256(seed).hexdigest()[:RANDOM_DIGITS]
