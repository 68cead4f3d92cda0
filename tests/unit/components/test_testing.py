from __future__ import annotations

import asyncio
from pathlib import Path

import pulumi
import pytest

from components.testing import deploy, every_apply_must_finish

HERE = Path(__file__).parent


@pytest.fixture
def apply_guard() -> None:
    """Turns the guard of conftest.py off: these tests break its rule on purpose."""


def expect_two(value: int) -> None:
    assert value == 2, f"got {value}"


def test_an_assertion_that_never_ran_fails_the_test() -> None:
    with pytest.raises(AssertionError, match="never ran"), every_apply_must_finish(HERE):
        pulumi.Output.from_input(2).apply(expect_two)


def test_an_assertion_that_fails_fails_the_deploy() -> None:
    with pytest.raises(AssertionError, match="got 3"):
        deploy(lambda: pulumi.Output.from_input(3).apply(expect_two))


def test_an_assertion_that_holds_passes() -> None:
    with every_apply_must_finish(HERE):
        deploy(lambda: pulumi.Output.from_input(2).apply(expect_two))


def test_the_guard_restores_apply() -> None:
    before = pulumi.Output.apply
    with every_apply_must_finish(HERE):
        assert pulumi.Output.apply is not before
    assert pulumi.Output.apply is before


def test_one_deploy_does_not_see_the_exports_of_the_one_before() -> None:
    assert deploy(lambda: pulumi.export("first", 1)).exports == {"first": 1}
    assert deploy(lambda: pulumi.export("second", 2)).exports == {"second": 2}


def test_outputs_made_before_a_deploy_are_known_in_it_whatever_ran_between() -> None:
    made_before = pulumi.Output.concat("la", "ter")

    asyncio.run(asyncio.sleep(0))  # leaves no event loop

    assert deploy(lambda: pulumi.export("when", made_before)).exports == {"when": "later"}


def test_a_function_that_is_not_the_tests_own_is_not_watched(tmp_path: Path) -> None:
    with every_apply_must_finish(tmp_path):
        pulumi.Output.from_input(2).apply(expect_two)


def test_a_deploy_knows_its_project_and_stack_and_what_was_logged() -> None:
    def program() -> None:
        pulumi.log.warn("careful")
        pulumi.log.info("nothing special")
        pulumi.export("where", f"{pulumi.get_project()}/{pulumi.get_stack()}")

    deployed = deploy(program, project="orders", stack="test")
    assert deployed.exports == {"where": "orders/test"}
    assert deployed.warnings == ["careful"]


def read_configuration() -> None:
    config = pulumi.Config()
    pulumi.export("timeout", config.get_int("timeout"))
    pulumi.export("tags", config.get_object("tags"))
    pulumi.export("region", pulumi.Config("aws").get("region"))


def test_a_deploy_has_its_configuration_and_the_next_one_does_not_see_it() -> None:
    config = {"timeout": "5", "orders:tags": {"team": "cards"}, "aws:region": "eu-west-1"}

    configured = deploy(read_configuration, project="orders", config=config)
    assert configured.exports == {"timeout": 5, "tags": {"team": "cards"}, "region": "eu-west-1"}

    left = deploy(read_configuration, project="orders").exports
    assert left == {"timeout": None, "tags": None, "region": None}


def test_a_deploy_that_fails_leaves_no_configuration_either() -> None:
    with pytest.raises(pulumi.ConfigMissingError):
        deploy(lambda: pulumi.Config().require("missing"), config={"timeout": "5"})

    assert deploy(read_configuration).exports["timeout"] is None


def test_without_configuration_a_deploy_keeps_what_was_set() -> None:
    pulumi.runtime.set_all_config({"orders:timeout": "7"})
    try:
        assert deploy(read_configuration, project="orders").exports["timeout"] == 7
    finally:
        pulumi.runtime.set_all_config({})
