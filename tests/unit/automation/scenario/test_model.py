from __future__ import annotations

import doctest

from automation.scenario import model
from automation.scenario.model import line_pattern


def test_a_template_fits_its_own_line_and_nothing_around_it() -> None:
    pattern = line_pattern("FAIL (x) {message_id} receive={receive}", message_id="a.b")
    match = pattern.fullmatch("FAIL (x) a.b receive=3")
    assert match is not None
    assert match["receive"] == "3"
    for other in (
        "FAIL (x) aXb receive=3",
        "FAIL (x) a.b receive=x",
        "FAIL (x) a.b receive=3 more",
        "more FAIL (x) a.b receive=3",
    ):
        assert pattern.fullmatch(other) is None


def test_a_placeholder_that_stands_twice_means_the_same_both_times() -> None:
    pattern = line_pattern("{request_id} again {request_id}")
    assert pattern.fullmatch("a again a")
    assert not pattern.fullmatch("a again b")


def test_the_documented_examples_hold() -> None:
    results = doctest.testmod(model)
    assert (results.attempted, results.failed) == (1, 0)
