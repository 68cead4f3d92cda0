from __future__ import annotations

from typing import Any

from automation.operate.status import Alarm, read_status
from automation.support.clients import Clients
from tests.unit.automation.observe.test_observer import ATTRIBUTES
from tests.unit.automation.operate.queues import OUTPUTS
from tests.unit.automation.report.results import events
from tests.unit.automation.stubs import answering


def alarm(name: str, state: str, **dimensions: str) -> dict[str, Any]:
    return {
        "AlarmName": name,
        "StateValue": state,
        "StateReason": "so it is",
        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
    }


ALARMS = [
    alarm("dead letters", "ALARM", QueueName="d"),
    alarm("errors", "OK", FunctionName="f"),
    alarm("somebody else's", "ALARM", QueueName="other"),
    alarm("of no queue", "ALARM"),
    alarm("a queue named as the function", "ALARM", QueueName="f"),
]


def test_a_stack_is_read_at_a_glance(clients: Clients) -> None:
    depth = {**ATTRIBUTES, "ApproximateNumberOfMessages": "7"}
    mapping = {"State": "Enabled", "BatchSize": 10, "LastProcessingResult": "OK"}
    with (
        answering(
            clients.sqs,
            ("get_queue_attributes", {"Attributes": ATTRIBUTES}),
            ("get_queue_attributes", {"Attributes": depth}),
        ),
        answering(clients.lambda_, ("get_event_source_mapping", mapping)),
        answering(clients.cloudwatch, ("describe_alarms", {"MetricAlarms": ALARMS})),
    ):
        status = read_status(clients, OUTPUTS, events())

    assert status.source.depth.visible == 1
    assert status.dead_letters.visible == 7
    assert (status.mapping.state, status.mapping.batch_size) == ("Enabled", 10)
    assert (len(status.invocations), status.errors) == (3, 3)
    assert status.alarms == (
        Alarm(name="dead letters", state="ALARM", reason="so it is"),
        Alarm(name="errors", state="OK", reason="so it is"),
    )
