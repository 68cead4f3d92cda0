"""The way of a user who types `pulumi` commands, and looks at the stack with ours."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING

from automation.support.clients import make_clients
from automation.support.paths import CHECKOUT
from automation.support.wait import wait_until
from tests.local.machine import COMMAND_WITHIN, POISON, Machine, depth, ok

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


def sqs_at(url: str) -> SQSClient:
    """Return a client of the emulator that has the queue with this URL."""
    endpoint = url[: url.index("/", len("http://"))]
    environment = {"AWS_ENDPOINT_URL": endpoint, **dict.fromkeys(KEYS, "test")}
    return make_clients(environment, "us-east-1").sqs


def test_a_stack_of_pulumi_up_is_used_proved_and_destroyed(machine: Machine) -> None:
    settings = CHECKOUT / "Pulumi.byhand.yaml"

    def run(*arguments: str) -> str:
        return ok(machine.run(*arguments))

    try:
        run("exec", "--", "pulumi", "stack", "init", "byhand")
        deployed = run(
            *("exec", "--", "pulumi", "up", "--yes", "--skip-preview", "--stack", "byhand"),
            *("--config", "visibilityTimeout=2", "--config", "functionTimeout=1"),
        )

        (url,) = re.findall(r'dead_letter_queue_url *: "(.*)"', deployed)
        dead_letters = partial(depth, sqs_at(url), url)
        (sent,) = run("send", "--stack", "byhand", POISON).split()
        wait_until("the dead letter", dead_letters, bool, within=COMMAND_WITHIN, poll=0.5)
        traced = json.loads(run("trace", sent, "--stack", "byhand", "--json"))
        assert traced["fate"] == "dead-lettered"
        assert len(traced["receives"]) == 3
        (failure,) = json.loads(run("dlq", "list", "--stack", "byhand", "--json"))
        assert failure["reason"] == "chip_delta must be int, got str"
        run("dlq", "purge", "--stack", "byhand", "--yes")
        status = json.loads(run("status", "--stack", "byhand", "--json"))
        assert status["dead_letter_queue"]["visible"] == 0

        run("run", "--stack", "byhand", "--json", machine.report_file)
        assert machine.report()["stack"] == "byhand"
        assert dead_letters() == 0

        run("exec", "--", "pulumi", "destroy", "--yes", "--stack", "byhand")
    finally:
        settings.unlink(missing_ok=True)
