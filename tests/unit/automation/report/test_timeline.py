from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from automation.judge.verdict import Verdict
from automation.report.charts import MOST_LIVES, choose_lives
from automation.report.timeline import Life, timeline
from automation.support.paths import CHECKOUT
from tests.unit.automation.report.results import (
    BEGAN,
    PASSED,
    RAISED,
    all_dead,
    failed,
    invocation,
    observation,
    raised,
    verdict,
)

LIFE = Life(number=1, fate="processed", sent=0.0, invocations=((0, 1),), waits=(), end=1.0)


def of(judged: Verdict | None) -> tuple[Life, ...]:
    assert judged is not None
    return timeline(judged, 2.0, 3).lives


def test_a_message_lives_from_send_through_its_invocations_and_waits_to_its_fate() -> None:
    good, poison = of(PASSED.verdict)

    # The emulator's lines have the time of the invocation's end; the report says 8.21 ms.
    assert good.sent == 0.0
    assert [*good.invocations[0]] == pytest.approx([0.49179, 0.5], abs=1e-5)
    assert good.waits == ()
    assert good.end == 0.5
    assert [end for _, end in poison.invocations] == [0.5, 2.5, 4.5]
    assert [begin for begin, _ in poison.waits] == [0.5, 2.5, 4.5]
    assert [end for _, end in poison.waits] == pytest.approx([2.4918, 4.4918, 6.4918], abs=1e-4)
    assert poison.end == poison.waits[-1][1]


def test_a_message_that_no_line_tells_of_has_no_end() -> None:
    lost, _ = of(failed().verdict)

    assert lost.invocations == ()
    assert lost.end is None


def test_dead_letters_that_no_line_names_were_in_each_of_as_many_failed_invocations() -> None:
    silent = raised().verdict
    lives = of(silent)

    assert silent is not None
    assert [each.fate for each in silent.messages] == ["dead-lettered"] * len(lives)
    for life in lives:
        assert [end for _, end in life.invocations] == [0.5, 2.5, 4.5]
        assert life.end is not None
    assert all(life.end is None for life in timeline(silent, 2.0, 5).lives)


def test_an_invocation_that_failed_no_batch_had_no_dead_letter() -> None:
    failing = [each for n in (2, 3) for each in invocation(n, *RAISED)]
    what = observation(log=[*invocation(1, "[INFO] nothing to do"), *failing])

    for life in timeline(verdict(all_dead(what)), 2.0, 2).lives:
        assert [end for _, end in life.invocations] == [2.5, 4.5]


def test_a_message_whose_expected_line_is_missing_was_in_the_invocations_that_name_it() -> None:
    log = [*invocation(1, "[INFO] got m-1", "[INFO] m-1 again"), *invocation(2, "[INFO] got m-1")]

    first, _ = of(verdict(observation(log=log)))

    assert [end for _, end in first.invocations] == [0.5, 2.5]
    assert len(first.waits) == 1


def test_invocations_are_shown_even_if_nobody_knows_whose_they_were() -> None:
    judged = verdict(observation(log=[*invocation(1), *invocation(2)]))

    assert [end for _, end in timeline(judged, 2.0, 3).invocations] == [0.5, 2.5]


def test_an_invocation_with_start_and_end_ran_from_the_one_to_the_other() -> None:
    log = invocation(1, "[INFO] done m-1 receive=1")
    log[0] = replace(log[0], timestamp=BEGAN)

    assert of(verdict(observation(log=log)))[0].invocations == ((0.0, 0.5),)


def test_a_verdict_without_messages_has_no_timeline() -> None:
    assert PASSED.verdict is not None
    assert of(replace(PASSED.verdict, messages=())) == ()


def test_a_chart_keeps_the_messages_that_were_not_processed() -> None:
    many = [replace(LIFE, number=number) for number in range(1, 500)]
    many[321] = replace(many[321], fate="lost")
    many[400] = replace(many[400], invocations=((0, 1), (2, 3)))

    shown = choose_lives(many)

    assert len(shown) == MOST_LIVES
    assert {322, 401} <= {life.number for life in shown}
    assert list(shown) == sorted(shown, key=lambda life: life.number)


def test_drawing_adds_no_importer_that_python_would_warn_of() -> None:
    program = """if True:
        import sys
        import automation.report.charts
        assert all(hasattr(each, "find_spec") for each in sys.meta_path), sys.meta_path
        """

    subprocess.run([sys.executable, "-c", program], cwd=CHECKOUT, timeout=30, check=True)
