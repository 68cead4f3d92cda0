"""The alarms that a consumer can have, as a table."""

from __future__ import annotations

from dataclasses import dataclass

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
        description: What it means, for who is told.
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
