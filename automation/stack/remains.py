"""What is left of an ephemeral stack, and what became of the try to remove it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from automation.stack.leftovers import in_order
from automation.stack.records import seconds_since

if TYPE_CHECKING:
    from automation.stack.kinds import Item
    from automation.stack.records import RunFolder


@dataclass(kw_only=True)
class Remains:
    """What is left of one ephemeral stack.

    Attributes:
        stack: Name of the stack.
        project: Name of the program's project; empty if unknown.
        place: Where it is: the target's description and the region.
        region: AWS region.
        expires_at: When it expires, as in the tag; empty if unknown.
        started_at: When its run started; empty if unknown.
        folder: The folder of its run, if this machine has it.
        by_state: What its state lists.
        spared: What its state lists as protected or to be retained; it is not deleted.
        by_tag: What has its tag on the endpoint.
        alive: Whether its run is going on.
        failures: Why something could not be removed.
        removed: Whether all of it has been removed.
    """

    stack: str
    project: str = ""
    place: str
    region: str
    expires_at: str = ""
    started_at: str = ""
    folder: RunFolder | None = None
    by_state: set[Item] = field(default_factory=set)
    spared: set[Item] = field(default_factory=set)
    by_tag: set[Item] = field(default_factory=set)
    alive: bool = False
    failures: list[str] = field(default_factory=list)
    removed: bool = False

    @property
    def age(self) -> float | None:
        """Seconds since its run started; None if unknown."""
        return seconds_since(self.started_at)

    @property
    def overdue(self) -> float | None:
        """Seconds since it expired, negative before that; None if unknown."""
        return seconds_since(self.expires_at)

    @property
    def items(self) -> list[Item]:
        """All that is known to be left, in the order in which a sweep deletes."""
        return in_order(self.by_state | self.by_tag)

    def found_by(self, item: Item) -> str:
        """How an item was found: "state", "tag" or "state, tag"."""
        ways = {"state": self.by_state, "tag": self.by_tag}
        return ", ".join(way for way, found in ways.items() if item in found)
