from __future__ import annotations

import re

import pytest

from automation.emulator.provider.names import Naming, Proposal

NAMING = Naming(limit=20)
FIFO = Naming(limit=20, fifo=True)


def test_an_automatic_name_is_the_logical_name_and_seven_hexadecimal_digits() -> None:
    assert re.fullmatch(r"queue-[0-9a-f]{7}", NAMING.generate("queue", b"seed", {}, None))


def test_one_seed_gives_one_name_and_another_seed_another() -> None:
    first = NAMING.generate("queue", b"seed", {}, None)
    assert NAMING.generate("queue", b"seed", {}, None) == first
    assert NAMING.generate("queue", b"other", {}, None) != first


def test_a_fifo_queues_automatic_name_ends_in_fifo() -> None:
    assert FIFO.generate("queue", b"seed", {"fifoQueue": True}, None).endswith(".fifo")
    assert not FIFO.generate("queue", b"seed", {"fifoQueue": False}, None).endswith(".fifo")


def test_an_automatic_name_beyond_the_limit_is_an_error() -> None:
    NAMING.generate("x" * 12, b"seed", {}, None)
    with pytest.raises(ValueError, match="longer than 20"):
        NAMING.generate("x" * 13, b"seed", {}, None)


def test_a_proposed_name_is_taken_with_the_types_own_suffix() -> None:
    proposal = Proposal(name="Queue", enforced=False)
    assert FIFO.generate("q", b"seed", {"fifoQueue": True}, proposal) == "Queue.fifo"


def test_an_enforced_name_is_taken_to_the_letter() -> None:
    proposal = Proposal(name="Queue", enforced=True)
    assert FIFO.generate("q", b"seed", {"fifoQueue": True}, proposal) == "Queue"


def test_a_prefix_is_made_unique_with_26_digits() -> None:
    inputs = {"namePrefix": "pre-", "fifoQueue": True}
    names = {FIFO.given_or_prefixed(inputs) for _ in range(100)}
    assert len(names) == 100
    assert all(re.fullmatch(r"pre-[0-9a-f]{26}\.fifo", name) for name in names)


def test_a_given_name_is_taken_as_it_is() -> None:
    assert FIFO.given_or_prefixed({"name": "given", "namePrefix": "pre-"}) == "given"
