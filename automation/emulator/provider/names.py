"""Names: the ones a program gives, and the ones made for it as the official provider makes them."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

RANDOM_DIGITS = 7  # as in pulumi-terraform-bridge, pkg/tfbridge/names.go: AutoName
_serial = itertools.count()


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """The name that the configuration `pulumi:autonaming` makes of a logical name.

    Attributes:
        name: The name.
        enforced: Whether it is to be used to the letter, without a type's own suffix.
    """

    name: str
    enforced: bool


@dataclass(frozen=True, kw_only=True)
class Naming:
    """How resources of one type are named.

    Attributes:
        limit: The longest name that is made, before a suffix.
        fifo: Whether the name of a FIFO queue's, which must end in `.fifo`, gets that ending.
    """

    limit: int
    fifo: bool = False

    def suffix(self, inputs: Mapping[str, Any]) -> str:
        """What a made name ends in, given the resource's other inputs."""
        return ".fifo" if self.fifo and inputs.get("fifoQueue") is True else ""

    def suits(self, name: str, inputs: Mapping[str, Any]) -> bool:
        """Whether a name that was made once still has the right ending."""
        return not self.fifo or name.endswith(".fifo") == bool(self.suffix(inputs))

    def make(
        self, logical_name: str, seed: bytes, inputs: Mapping[str, Any], proposal: Proposal | None
    ) -> str:
        """The name for a resource whose program gives none.

        Args:
            logical_name: Its name in the program.
            seed: The engine's random seed for it: one seed, one name.
            inputs: Its other inputs.
            proposal: What the engine's configuration asks for; by default nothing.

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
        """The name to create a resource with: its `name`, or its `namePrefix` made unique.

        A prefix is followed by 26 digits, as terraform-plugin-sdk's `id.PrefixedUniqueId` does: the
        time to a ten-thousandth of a second, then a counter.
        """
        if "name" in inputs:
            return str(inputs["name"])
        moment = datetime.now(UTC).strftime("%Y%m%d%H%M%S%f")[:18]
        return f"{inputs['namePrefix']}{moment}{next(_serial):08x}{self.suffix(inputs)}"


def _random_digits(seed: bytes) -> str:
    return hashlib.sha256(seed).hexdigest()[:RANDOM_DIGITS]
