from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from automation.cli import command
from automation.cli.cost import of_result
from automation.operate.pricing import AS_OF, PRICES, Quantity, bill
from automation.operate.usage import Usage, idle_polls, measure, project, usage_of_result
from automation.report.document import document
from automation.support.errors import UsageError
from tests.unit.automation.report.results import SCENARIO, SETTINGS, events, seen


def usage(**changed: Any) -> Usage:
    measured = {
        "invocations": 10,
        "records": 100,
        "billed_ms": 90,
        "gb_seconds": 0.01125,
        "log_bytes": 10_000,
        "fifo": False,
    }
    return Usage(**{**measured, **changed})


def test_a_log_is_summed_up_by_its_report_lines() -> None:
    log = events()
    measured = measure(log, SCENARIO.invocation, fifo=False)

    assert (measured.invocations, measured.records, measured.billed_ms) == (3, 4, 27)
    assert measured.gb_seconds == pytest.approx(3 * 0.009 * 0.125)
    assert measured.log_bytes == sum(len(each.text) + 26 for each in log)


@pytest.mark.parametrize("template", [None, "another line {records}"])
def test_batches_of_which_the_log_says_nothing_have_an_unknown_size(template: str | None) -> None:
    assert measure(events(), template, fifo=False).records is None


def test_the_result_of_a_run_is_summed_up_with_its_retries() -> None:
    measured = usage_of_result(document(seen()))
    amounts = {each.what: each.amount for each in project(measured, 2_000)}

    assert (measured.messages, measured.invocations, measured.records) == (2, 3, 4)
    assert measured.gb_seconds == pytest.approx(3 * 0.009 * 0.125)
    assert amounts["Lambda requests"] == pytest.approx(3_000)  # three invocations for two messages
    assert amounts["log"] == pytest.approx(measured.log_bytes * 1_000 / 1024**3)
    assert measured.log_bytes == measure(events(), None, fifo=False).log_bytes


def test_the_result_of_a_run_tells_whether_the_queue_is_a_fifo_queue() -> None:
    assert not usage_of_result(document(seen())).fifo
    assert usage_of_result(document(replace(seen(), settings=replace(SETTINGS, fifo=True)))).fifo
    assert not usage_of_result(
        document(replace(seen(), settings=None))
    ).fifo  # it ended before it knew


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"invocations": [{}], "messages": []}'])
def test_a_file_that_is_no_result_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    file.write_text(text)

    with pytest.raises(UsageError, match="is not the result of a run"):
        of_result(file)


def test_the_cost_of_a_result_is_told_without_any_stack(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "result.json"
    file.write_text(json.dumps(document(seen())))

    assert command(["cost", "--result", str(file), "--messages", "30,000,000"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "2 messages, 3 invocations, 4 records, 27 ms billed, 0.0034 GB-s" in told
    assert "A month with 30,000,000 messages, in US dollars" in told
    assert "Lambda requests 45,000,000 requests 9.00 9.00 8.80 8.80" in told
    assert "https://aws.amazon.com/lambda/pricing/" in told


def test_a_projection_scales_what_was_measured_but_not_the_idle_polls() -> None:
    once, ten_times = (
        {each.what: each.amount for each in project(usage(), messages)}
        for messages in (1_000_000, 10_000_000)
    )

    assert once["Lambda requests"] == pytest.approx(100_000)
    assert once["Lambda duration"] == pytest.approx(112.5)
    assert once["SQS: send, receive, delete"] == pytest.approx(1_000_000 + 2 * 100_000)
    assert once["log"] == pytest.approx(10_000 * 10_000 / 1024**3)
    for what, amount in once.items():
        factor = 1 if what == "SQS: polling while idle" else 10
        assert ten_times[what] == pytest.approx(factor * amount), what


def test_five_pollers_that_wait_twenty_seconds_make_657_000_requests_a_month() -> None:
    assert idle_polls(usage()) == 657_000


def test_polls_that_sqs_counted_are_taken_as_they_are() -> None:
    assert idle_polls(usage(empty_receives=100.0)) == 73_000
    assert idle_polls(usage(empty_receives=0.0)) == 0


def test_batches_of_unknown_size_are_taken_to_hold_one_message() -> None:
    amounts = {each.what: each.amount for each in project(usage(records=None), 50)}

    assert amounts["Lambda requests"] == pytest.approx(50)


def test_a_fifo_queue_has_its_own_price() -> None:
    assert {each.price for each in project(usage(fifo=True), 1) if "SQS" in each.what} == {
        "SQS FIFO"
    }


# The arithmetic of AWS's own example on the pricing page of Lambda: 3 million requests of 120 ms
# with 1,536 MB on x86_64 cost 2.33 + 0.40 dollars after the free tier.
def test_aws_s_own_example_comes_to_what_aws_says() -> None:
    requests, duration = bill(
        [
            Quantity(what="requests", price="Lambda requests", amount=3e6),
            Quantity(what="duration", price="Lambda duration", amount=3e6 * 0.120 * 1.5),
        ]
    )

    assert requests.after_free_tier["x86_64"] == pytest.approx(0.40)
    assert duration.after_free_tier["x86_64"] == pytest.approx(2.33, abs=0.01)
    assert duration.list_price["x86_64"] == pytest.approx(9.00, abs=0.01)


def test_arm64_costs_a_fifth_less_for_duration_and_the_same_for_the_rest() -> None:
    for name, price in PRICES.items():
        ratio = price.dollars["arm64"] / price.dollars["x86_64"]
        assert ratio == pytest.approx(0.8 if name == "Lambda duration" else 1.0, abs=1e-5), name


def test_what_has_the_same_price_shares_one_free_tier() -> None:
    first, second = bill(
        [
            Quantity(what="messages", price="SQS standard", amount=700_000),
            Quantity(what="polls", price="SQS standard", amount=657_000),
        ]
    )

    assert first.after_free_tier["x86_64"] == 0
    assert second.after_free_tier["x86_64"] == pytest.approx(357_000 * 0.40 / 1e6)
    assert second.list_price["x86_64"] == pytest.approx(657_000 * 0.40 / 1e6)


def test_every_price_names_its_page_and_all_of_them_one_month() -> None:
    assert date.fromisoformat(f"{AS_OF}-01") > date(2026, 1, 1)
    for price in PRICES.values():
        assert re.fullmatch(r"https://aws\.amazon\.com/[a-z]+/pricing/", price.source)
