from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from automation.observe.polls import MOST_POINTS, empty_receives_an_hour

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/PokerHands-1"


class Metrics:
    """CloudWatch with these sums."""

    def __init__(self, *sums: float) -> None:
        self.sums = sums
        self.asked: dict[str, Any] = {}

    def get_metric_statistics(self, **asked: Any) -> dict[str, Any]:
        self.asked = asked
        return {"Datapoints": [{"Sum": each} for each in self.sums]}


def rate(metrics: Metrics, since: timedelta) -> float | None:
    client: Any = SimpleNamespace(get_metric_statistics=metrics.get_metric_statistics)
    return empty_receives_an_hour(client, URL, NOW - since, NOW)


def test_the_rate_is_that_of_the_minutes_in_which_sqs_counted() -> None:
    metrics = Metrics(15.0, 13.0)  # two minutes of a stack that is younger than the hour

    assert rate(metrics, timedelta(hours=1)) == pytest.approx(14 * 60)
    assert metrics.asked["MetricName"] == "NumberOfEmptyReceives"
    assert metrics.asked["Dimensions"] == [{"Name": "QueueName", "Value": "PokerHands-1"}]
    assert metrics.asked["Period"] == 60


def test_a_minute_without_any_counts_too() -> None:
    assert rate(Metrics(0.0, 30.0), timedelta(hours=1)) == pytest.approx(15 * 60)


def test_where_nothing_was_counted_nothing_is_known() -> None:
    assert rate(Metrics(), timedelta(hours=1)) is None


@pytest.mark.parametrize("days", [0.01, 1, 5, 60, 9999])
def test_cloudwatch_is_asked_for_no_more_than_it_gives(days: float) -> None:
    metrics = Metrics(15.0)
    rate(metrics, timedelta(days=days))

    span = (metrics.asked["EndTime"] - metrics.asked["StartTime"]).total_seconds()
    assert span / metrics.asked["Period"] < MOST_POINTS
