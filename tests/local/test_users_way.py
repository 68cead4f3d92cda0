"""The way of a user who types `pulumi` commands."""

from __future__ import annotations

import json

from automation.support.clients import make_clients
from automation.support.paths import CHECKOUT
from tests.local.machine import Machine

KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


def dead_letters(machine: Machine, stack: str) -> int:
    """How many messages a stack's dead-letter queue holds, hidden ones among them."""
    outputs = machine.run("exec", "--", "pulumi", "stack", "output", "--json", "--stack", stack)
    url = json.loads(outputs.stdout)["dead_letter_queue_url"]
    endpoint = url[: url.index("/", len("http://"))]
    environment = {"AWS_ENDPOINT_URL": endpoint, **dict.fromkeys(KEYS, "test")}
    attributes = make_clients(environment, "us-east-1").sqs.get_queue_attributes(
        QueueUrl=url, AttributeNames=["All"]
    )["Attributes"]
    return int(attributes["ApproximateNumberOfMessages"]) + int(
        attributes["ApproximateNumberOfMessagesNotVisible"]
    )


def test_pulumi_up_by_hand_then_run_on_that_stack_then_destroy(machine: Machine) -> None:
    settings = CHECKOUT / "Pulumi.byhand.yaml"
    try:
        for arguments in (
            ["stack", "init", "byhand"],
            [
                *("up", "--yes", "--skip-preview", "--stack", "byhand"),
                *("--config", "visibilityTimeout=2", "--config", "functionTimeout=1"),
            ],
        ):
            done = machine.run("exec", "--", "pulumi", *arguments)
            assert done.code == 0, done.stdout + done.stderr

        proved = machine.run("run", "--stack", "byhand", "--json", machine.report_file)
        assert proved.code == 0, proved.stdout + proved.stderr
        assert machine.report()["stack"] == "byhand"
        assert dead_letters(machine, "byhand") == 0

        destroyed = machine.run("exec", "--", "pulumi", "destroy", "--yes", "--stack", "byhand")
        assert destroyed.code == 0, destroyed.stdout + destroyed.stderr
    finally:
        settings.unlink(missing_ok=True)
