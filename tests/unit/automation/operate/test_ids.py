from __future__ import annotations

import pytest

from automation.observe.logs import read_logs
from automation.operate.ids import ids_in, whole_id
from automation.support.errors import UsageError
from tests.unit.automation.report.results import invocation

ONE = "09c60c72-6c5f-4930-ae5d-b8c74f812462"
OTHER = "09c60c72-0000-4930-ae5d-b8c74f812462"


@pytest.mark.parametrize("given", [ONE, "09c60c72", "09c60c72-6c5f"])
def test_an_id_is_found_by_its_start(given: str) -> None:
    assert whole_id(given, [ONE, ONE, "31a60dfe-6c5f-4930-ae5d-b8c74f812462"]) == ONE


@pytest.mark.parametrize("given", ["09c60c7", "6c5f-4930", "09c60c73", ""])
def test_what_is_too_short_or_begins_no_id_stays_as_it_is(given: str) -> None:
    assert whole_id(given, [ONE]) == given


def test_the_start_of_several_ids_is_refused_with_all_of_them() -> None:
    with pytest.raises(UsageError, match=f"2 messages begin with 09c60c72: {OTHER}, {ONE}"):
        whole_id("09c60c72", [ONE, OTHER])
    assert whole_id("09c60c72-6", [ONE, OTHER]) == ONE


def test_an_id_that_another_one_continues_is_whole() -> None:
    assert whole_id("12345678", ["12345678", "123456789"]) == "12345678"


def test_the_ids_in_a_log_are_those_of_messages_and_not_of_invocations() -> None:
    logs = read_logs(invocation(1, f"[INFO] done {ONE} receive=1", f"[ERROR] FAIL {OTHER}"))

    assert ids_in(logs) == {ONE, OTHER}
