"""A consumer that does wrong: each message ends as it must, and the verdict says so."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable

import pytest

from automation.scenario.reading import TEN_HANDS, load_scenario
from tests.chaos.case import FAILED, RAN, Case
from tests.chaos.consumers import AT_RANDOM, CONSUMERS, Consumer

pytestmark = pytest.mark.chaos
MAX_RECEIVES = 3


def run_with(case: Case, arguments: list[str]) -> tuple[int, list[str]]:
    """The exit code and the fates of a run with a consumer."""
    done = case.machine.run(*case.run, *arguments, **case.account.variables)
    code = case.check_exit(done, RAN, FAILED)
    report = case.machine.report()
    fates = [message["fate"] for message in report["messages"]]
    case.observed(f"exit {code}, {summary(fates)}")
    assert report["outcome"] == ("passed" if code == RAN else "failed")
    assert report["leftovers"] == []
    return code, fates


def summary(fates: list[str]) -> str:
    return ", ".join(f"{number} {fate}" for fate, number in Counter(fates).items())


@pytest.mark.parametrize("consumer", CONSUMERS, ids=lambda consumer: consumer.name)
def test_a_consumer_that_does_wrong_fails_the_run(
    case: Case, other_function: Callable[[str], list[str]], consumer: Consumer
) -> None:
    wanted = list(consumer.fates)
    case.expects(f"consumer {consumer.name}", f"exit {consumer.code}, {summary(wanted)}")

    code, fates = run_with(case, other_function(consumer.source))

    case.check_nothing_left()
    assert fates == wanted
    assert code == consumer.code


def fails(seed: int, body: str, receive: int) -> bool:
    return hashlib.sha256(f"{seed} {body} {receive}".encode()).digest()[0] < 100


@pytest.mark.parametrize("seed", AT_RANDOM)
def test_a_consumer_that_fails_at_random_is_judged_by_what_it_failed(
    case: Case, other_function: Callable[[str], list[str]], seed: int
) -> None:
    *good, _poison = load_scenario(TEN_HANDS).messages
    wanted = [
        "dead-lettered"
        if all(fails(seed, message.body, receive + 1) for receive in range(MAX_RECEIVES))
        else "processed"
        for message in good
    ] + ["dead-lettered"]
    wanted_code = FAILED if "dead-lettered" in wanted[:-1] else RAN
    case.expects(f"consumer {AT_RANDOM[seed].name}", f"exit {wanted_code}, {summary(wanted)}")

    code, fates = run_with(case, other_function(AT_RANDOM[seed].source))

    case.check_nothing_left()
    assert fates == wanted
    assert code == wanted_code
