"""How often Lambda's pollers found a queue empty, as SQS counted it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_cloudwatch import CloudWatchClient

# CloudWatch keeps a metric for 455 days, and gives at most 1,440 points at once:
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricStatistics.html
KEPT = timedelta(days=455)
MOST_POINTS = 1440
PERIODS = (60, 300, 3600, 86_400)  # seconds of a point
HOUR = 3600  # seconds


def empty_receives_an_hour(
    cloudwatch: CloudWatchClient, queue_url: str, since: datetime, until: datetime
) -> float | None:
    """Return how many receives an hour found the queue empty; None if none was counted.

    SQS counts them for each minute in which the queue is in use. An emulator does not.
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html

    Raises:
        ClientError: botocore's; the service refused a request.
    """
    since = max(since, until - KEPT)
    span = (until - since).total_seconds()
    period = next(seconds for seconds in PERIODS if span / seconds < MOST_POINTS)
    response = cloudwatch.get_metric_statistics(
        Namespace="AWS/SQS",
        MetricName="NumberOfEmptyReceives",
        Dimensions=[{"Name": "QueueName", "Value": queue_url.rpartition("/")[2]}],
        StartTime=since,
        EndTime=until,
        Period=period,
        Statistics=["Sum"],
    )
    sums = [point["Sum"] for point in response["Datapoints"]]
    return sum(sums) * HOUR / (len(sums) * period) if sums else None
