from __future__ import annotations

from automation.operate.status import Alarm, read_status
from automation.support.clients import Clients
from tests.unit.automation.operate.alarms import ALARMS
from tests.unit.automation.operate.queues import ATTRIBUTES, OUTPUTS
from tests.unit.automation.report.results import events
from tests.unit.automation.stubs import answering


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
