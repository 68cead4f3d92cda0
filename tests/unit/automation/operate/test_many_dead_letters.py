"""More dead letters than can be read before the first of them becomes visible again."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from automation.observe import observer as observer_module
from automation.observe.observer import Observer
from automation.operate.failures import Selection
from automation.operate.peek import peek
from automation.operate.redrive import Redrive, Redriven, RedriveOptions
from automation.support.errors import ObserveError
from tests.unit.automation.operate.queues import OUTPUTS, SlowQueues, letter

TOO_MANY = 2_000  # ten a second can be read, and each is hidden for 120 s
INCOMPLETE = "this may be incomplete: the dead-letter queue holds too many messages to be sure of"


@pytest.fixture
def queues_of(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], SlowQueues]:
    """Makes queues with so many dead letters, and lets the observer live in their time."""

    def make(number: int) -> SlowQueues:
        ids = [f"m-{n}" for n in range(number)]
        queues = SlowQueues({each: letter(each, f"body of {each}") for each in ids})
        monkeypatch.setattr(observer_module, "time", queues)
        return queues

    return make


def observer_of(queues: SlowQueues) -> Observer:
    return Observer(cast("Any", SimpleNamespace(sqs=queues)), OUTPUTS, skew=0.0)


def redriven(queues: SlowQueues, **options: Any) -> list[Redriven]:
    def pause(seconds: float) -> None:
        queues.now += seconds

    wanted = RedriveOptions(selection=Selection(body=options.pop("body", None)), **options)
    redrive = Redrive(cast("Any", queues), OUTPUTS, lambda _since: [], wanted, pause)
    return list(redrive.go())


def test_as_many_as_can_be_read_in_time_are_all_read(
    queues_of: Callable[[int], SlowQueues], capsys: pytest.CaptureFixture[str]
) -> None:
    queues = queues_of(1_000)

    assert len(peek(observer_of(queues))) == 1_000

    assert not queues.hidden
    assert capsys.readouterr().err == ""


def test_of_too_many_those_that_were_read_are_returned_and_said_to_be_incomplete(
    queues_of: Callable[[int], SlowQueues], capsys: pytest.CaptureFixture[str]
) -> None:
    queues = queues_of(TOO_MANY)

    assert len(peek(observer_of(queues))) == 1_100

    assert queues.now < 120
    assert not queues.hidden
    assert INCOMPLETE in capsys.readouterr().err


def test_no_verdict_is_reached_from_a_part_of_the_dead_letters(
    queues_of: Callable[[int], SlowQueues],
) -> None:
    queues = queues_of(TOO_MANY)
    observer = observer_of(queues)

    with pytest.raises(ObserveError, match="too many messages to be sure of all of them: 1,100"):
        observer.observe(())

    observer.release_dead_letters()
    assert not queues.hidden


def test_a_dry_run_on_too_many_tells_what_it_found_and_that_it_is_incomplete(
    queues_of: Callable[[int], SlowQueues], capsys: pytest.CaptureFixture[str]
) -> None:
    queues = queues_of(TOO_MANY)

    assert len(redriven(queues, dry_run=True)) == 1_100

    assert not queues.hidden
    assert INCOMPLETE in capsys.readouterr().err


@pytest.mark.parametrize("rate", [None, 5.0])
def test_a_redrive_of_all_moves_any_number(
    rate: float | None,
    queues_of: Callable[[int], SlowQueues],
    capsys: pytest.CaptureFixture[str],
) -> None:
    queues = queues_of(TOO_MANY)

    assert len(redriven(queues, rate=rate)) == TOO_MANY

    assert not queues.letters
    assert capsys.readouterr().err == ""


def test_a_redrive_of_a_few_of_too_many_ends_and_says_that_it_is_incomplete(
    queues_of: Callable[[int], SlowQueues], capsys: pytest.CaptureFixture[str]
) -> None:
    queues = queues_of(TOO_MANY)

    assert len(redriven(queues, body=re.compile("m-7$"))) == 1

    assert len(queues.letters) == TOO_MANY - 1
    assert not queues.hidden
    assert INCOMPLETE in capsys.readouterr().err
