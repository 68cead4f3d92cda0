from __future__ import annotations

import pulumi
import pytest

from tests.unit.components.harness import deploy, every_apply_must_pass


@pytest.fixture
def no_vacuous_assertions() -> None:
    """Stands in for the watch over every other test: what it must catch is done here on purpose."""


def expect_two(value: int) -> None:
    assert value == 2, f"got {value}"


def test_an_assertion_that_never_ran_fails_the_test() -> None:
    with pytest.raises(AssertionError, match="never ran"), every_apply_must_pass():
        pulumi.Output.from_input(2).apply(expect_two)


def test_an_assertion_that_failed_fails_the_deploy() -> None:
    with pytest.raises(AssertionError, match="got 3"):
        deploy(lambda: pulumi.Output.from_input(3).apply(expect_two))


def test_an_assertion_that_held_passes() -> None:
    with every_apply_must_pass():
        deploy(lambda: pulumi.Output.from_input(2).apply(expect_two))


def test_apply_is_as_it_was_afterwards() -> None:
    before = pulumi.Output.apply
    with every_apply_must_pass():
        assert pulumi.Output.apply is not before
    assert pulumi.Output.apply is before
