"""The alarms that a consumer can have, as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

if TYPE_CHECKING:
    from components.arguments import QueueConsumerArgs

PERIOD = 60  # seconds: SQS and Lambda report their metrics once a minute


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """One alarm, which is raised when its metric reaches the threshold in one period.

    Attributes:
        argument: The argument of `AlarmsArgs` with the threshold.
        name: What follows the component's name in the alarm's.
        watches: The attribute of the component with the resource: a queue or the function.
        metric: The metric's name.
        statistic: How the values of a period become one.
        description: What it means, for the person who is notified.
    """

    argument: str
    name: str
    watches: str
    metric: str
    statistic: str
    description: str

    @property
    def namespace(self) -> str:
        """The namespace of the metric."""
        return "AWS/Lambda" if self.watches == "function" else "AWS/SQS"

    @property
    def dimension(self) -> str:
        """The dimension of the metric, whose value is the resource's name."""
        return "FunctionName" if self.watches == "function" else "QueueName"

    def create(
        self,
        name: str,
        args: QueueConsumerArgs,
        resource: pulumi.Input[str],
        parent: pulumi.Resource,
    ) -> aws.cloudwatch.MetricAlarm:
        """Register the alarm.

        Args:
            name: The component's name.
            args: The component's arguments, in which the threshold is set.
            resource: The name of the resource to watch.
            parent: The component.
        """
        topics = [*args.alarms.topics]
        return aws.cloudwatch.MetricAlarm(
            f"{name}{self.name}",
            alarm_description=self.description,
            namespace=self.namespace,
            metric_name=self.metric,
            dimensions={self.dimension: resource},
            statistic=self.statistic,
            period=PERIOD,
            evaluation_periods=1,
            threshold=getattr(args.alarms, self.argument),
            comparison_operator="GreaterThanOrEqualToThreshold",
            treat_missing_data="notBreaching",  # a metric without events has no data
            alarm_actions=topics,
            ok_actions=topics,
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=parent),
        )


ALARMS = (
    Alarm(
        argument="dead_letters",
        name="DeadLettersAlarm",
        watches="dead_letter_queue",
        # NumberOfMessagesSent does not count the messages that SQS moves here.
        metric="ApproximateNumberOfMessagesVisible",
        statistic="Maximum",
        description="Messages failed on every receive and are in the dead-letter queue.",
    ),
    Alarm(
        argument="oldest_message_age",
        name="OldestMessageAlarm",
        watches="queue",
        metric="ApproximateAgeOfOldestMessage",
        statistic="Maximum",
        description="The consumer does not keep up with the queue.",
    ),
    Alarm(
        argument="errors",
        name="ErrorsAlarm",
        watches="function",
        metric="Errors",
        statistic="Sum",
        description="Invocations of the consumer end in an error, so whole batches fail.",
    ),
    Alarm(
        argument="throttles",
        name="ThrottlesAlarm",
        watches="function",
        metric="Throttles",
        statistic="Sum",
        description="Invocations of the consumer are throttled, and each counts as a receive.",
    ),
)
