"""aws:cloudwatch/metricAlarm:MetricAlarm, for alarms on one metric.

It follows ``internal/service/cloudwatch/metric_alarm.go``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automation.emulator.provider.names import Naming
from automation.emulator.provider.schema import (
    ARN,
    REGION,
    TAGS,
    Change,
    Check,
    Failure,
    Kind,
    Property,
    ResourceType,
    at_least,
    each_item,
    either,
    matching,
    one_of,
)
from automation.emulator.provider.tags import key_values, tag_changes, tag_properties

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from automation.emulator.provider.aws import Aws
    from automation.emulator.provider.values import Properties

PARAMETERS = {  # request parameters, and keys of the response, by property
    "actionsEnabled": "ActionsEnabled",
    "alarmActions": "AlarmActions",
    "alarmDescription": "AlarmDescription",
    "comparisonOperator": "ComparisonOperator",
    "datapointsToAlarm": "DatapointsToAlarm",
    "evaluationPeriods": "EvaluationPeriods",
    "extendedStatistic": "ExtendedStatistic",
    "insufficientDataActions": "InsufficientDataActions",
    "metricName": "MetricName",
    "name": "AlarmName",
    "namespace": "Namespace",
    "okActions": "OKActions",
    "period": "Period",
    "statistic": "Statistic",
    "threshold": "Threshold",
    "treatMissingData": "TreatMissingData",
    "unit": "Unit",
}
# `ComparisonOperator`, `Statistic` and `StandardUnit` of aws-sdk-go-v2/service/cloudwatch/types
OPERATORS = (
    "GreaterThanOrEqualToThreshold",
    "GreaterThanThreshold",
    "LessThanThreshold",
    "LessThanOrEqualToThreshold",
)
BANDS = dict.fromkeys(
    (
        "LessThanLowerOrGreaterThanUpperThreshold",
        "LessThanLowerThreshold",
        "GreaterThanUpperThreshold",
    ),
    "the emulator does not detect anomalies",
)
STATISTICS = ("SampleCount", "Average", "Sum", "Minimum", "Maximum")
SIZES = ("Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes")
BITS = ("Bits", "Kilobits", "Megabits", "Gigabits", "Terabits")
AMOUNTS = (*SIZES, *BITS, "Count")
UNITS = (
    *("Seconds", "Microseconds", "Milliseconds", "Percent", "None", *AMOUNTS),
    *(f"{amount}/Second" for amount in AMOUNTS),
)
MISSING_DATA = ("breaching", "notBreaching", "ignore", "missing")
SHORT_PERIODS = (10, 20, 30)
MINUTE = 60


def check_period(seconds: int) -> str | None:
    """Check a period: 10, 20 or 30 seconds, or whole minutes."""
    if seconds in SHORT_PERIODS or seconds % MINUTE == 0:
        return None
    return f"must be 10, 20, 30 or a multiple of 60, got {seconds}"


def up_to(most: int, least: int = 1) -> Check:
    """Return a check of a string's length."""
    return matching(rf"(?s).{{{least},{most}}}", f"{least} to {most} characters")


ACTION = either(
    ARN, matching(r"arn:[\w-]+:automate:[\w-]+:ec2:(reboot|recover|stop|terminate)", "an action")
)
ACTIONS = Property(kind=Kind.STRING_SET, max_items=5, check=each_item(ACTION))
PROPERTIES: Mapping[str, Property] = {
    "actionsEnabled": Property(kind=Kind.BOOLEAN, default=True),
    "alarmActions": Property(kind=Kind.STRING_SET, check=each_item(ACTION)),
    "alarmDescription": Property(check=up_to(1024, least=0)),
    "comparisonOperator": Property(required=True, check=one_of(*OPERATORS, unsupported=BANDS)),
    "datapointsToAlarm": Property(kind=Kind.INTEGER, check=at_least(1)),
    "dimensions": Property(kind=Kind.STRING_MAP),
    "evaluationPeriods": Property(required=True, kind=Kind.INTEGER, check=at_least(1)),
    "extendedStatistic": Property(
        # The official check, but for the forms with a range, which the emulator does not compute.
        check=matching(r"p(\d{1,2}(\.\d{1,2})?|100)", "a percentile, such as p99")
    ),
    "insufficientDataActions": ACTIONS,
    "metricName": Property(required=True, check=up_to(255)),
    "name": Property(computed=True, forces_new=True, check=up_to(255)),
    "namespace": Property(
        check=matching(r"(?s)[^:].{0,254}", "1 to 255 characters that do not begin with a colon")
    ),
    "okActions": ACTIONS,
    "period": Property(kind=Kind.INTEGER, check=check_period),
    "region": REGION,
    "statistic": Property(check=one_of(*STATISTICS)),
    "tags": TAGS,
    "threshold": Property(kind=Kind.NUMBER),
    "treatMissingData": Property(default="missing", check=one_of(*MISSING_DATA)),
    "unit": Property(check=one_of(*UNITS)),
}
EXPRESSIONS = "the emulator does not compute expressions"
UNSUPPORTED = {
    "evaluateLowSampleCountPercentiles": "the emulator ignores how many samples there are",
    "evaluationCriteria": EXPRESSIONS,
    "evaluationInterval": EXPRESSIONS,
    "evaluationWindow": "the emulator evaluates an alarm at any time, over a sliding window",
    "metricQueries": EXPRESSIONS,
    "thresholdMetricId": EXPRESSIONS,
    "warmUpConfiguration": "the emulator evaluates an alarm at any time, over a sliding window",
}


def check_inputs(inputs: Properties) -> Iterator[Failure]:
    """Check that there is a statistic, as the official provider does."""
    if "statistic" not in inputs and "extendedStatistic" not in inputs:
        reason = "one of 'statistic' and 'extendedStatistic' must be set"
        yield Failure(property="statistic", reason=reason)


def create(aws: Aws, inputs: Properties) -> str:
    """Create the alarm; its id is its name."""
    tags = key_values(inputs.get("tags", {}))
    _put(aws, inputs, Tags=tags)
    return str(inputs["name"])


def read(aws: Aws, name: str) -> Properties | None:
    """Return the alarm and its tags; None if there is none of this name."""
    alarms = aws.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    if not alarms:
        return None
    alarm: dict[str, Any] = dict(alarms[0])
    arn = alarm["AlarmArn"]
    tags = aws.cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"]
    found = {each: alarm[key] for each, key in PARAMETERS.items() if alarm.get(key) is not None}
    if "extendedStatistic" in found:
        found.pop("statistic", None)  # the emulator fills in a statistic; AWS has one of the two
    return {
        **found,
        "arn": arn,
        "dimensions": {each["Name"]: each["Value"] for each in alarm.get("Dimensions", [])},
        "region": aws.region,
        **tag_properties({tag["Key"]: tag["Value"] for tag in tags}),
    }


def update(aws: Aws, change: Change) -> None:
    """Put the whole alarm again if more than its tags differ, and change the tags."""
    if change.names - {"tags"}:
        _put(aws, change.new)
    changed, removed = tag_changes(change)
    arn = aws.cloudwatch.describe_alarms(AlarmNames=[change.id])["MetricAlarms"][0]["AlarmArn"]
    if changed:
        tags = key_values(changed)
        aws.cloudwatch.tag_resource(ResourceARN=arn, Tags=tags)
    if removed:
        aws.cloudwatch.untag_resource(ResourceARN=arn, TagKeys=removed)


def delete(aws: Aws, name: str, _inputs: Properties) -> None:
    """Delete the alarm; deleting a missing one succeeds."""
    aws.cloudwatch.delete_alarms(AlarmNames=[name])


def _put(aws: Aws, inputs: Properties, **more: Any) -> None:
    dimensions = [
        {"Name": name, "Value": value} for name, value in inputs.get("dimensions", {}).items()
    ]
    parameters: dict[str, Any] = {
        PARAMETERS[name]: value for name, value in inputs.items() if name in PARAMETERS
    }
    threshold = float(inputs.get("threshold", 0))
    aws.cloudwatch.put_metric_alarm(
        **{**parameters, "Threshold": threshold, "Dimensions": dimensions, **more}
    )


NAMING = Naming(limit=255)
METRIC_ALARM = ResourceType(
    pulumi_type="aws:cloudwatch/metricAlarm:MetricAlarm",
    noun="CloudWatch alarm",
    properties=PROPERTIES,
    unsupported=UNSUPPORTED,
    outputs=("arn", "tagsAll"),
    conflicts=(("statistic", "extendedStatistic"),),
    naming=NAMING,
    not_found=frozenset({"ResourceNotFound", "ResourceNotFoundException"}),
    check_inputs=check_inputs,
    create=create,
    read=read,
    update=update,
    delete=delete,
)
