"""Every command that uses, watches, fixes and removes a stack, as a user types it, on one stack."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from automation.engine import Engine
from automation.observe.observer import read_depth
from automation.stack.outputs import Outputs
from automation.support.clients import make_clients
from automation.support.wait import wait_until
from tests.local.machine import COMMAND_WITHIN, GOOD, POISON, Done, Machine, finished, ok

REASON = "chip_delta must be int, got str"


@pytest.fixture
def machine(tmp_path: Path, engine: Engine) -> Iterator[Machine]:
    """A machine whose lasting emulator is stopped in the end."""
    made = Machine(tmp_path, engine)
    try:
        yield made
    finally:
        made.run("local", "stop")
    made.wait_until_clean()


def parsed(done: Done) -> Any:
    return json.loads(ok(done))


def wait_for_dead_letters(outputs: Outputs, number: int) -> None:
    url = outputs.dead_letter_queue_url
    credentials = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "test")
    environment = {"AWS_ENDPOINT_URL": url[: url.index("/", len("http://"))], **credentials}
    sqs = make_clients(environment, outputs.region).sqs
    wait_until(
        f"{number} dead letters",
        lambda: read_depth(sqs, url).visible,
        lambda visible: visible >= number if number else not visible,
        within=COMMAND_WITHIN,
        poll=0.1,
    )


def outputs_at_a_glance(machine: Machine, stack: str) -> Outputs:
    """Check the status of a stack with one dead letter; return its outputs."""
    status = parsed(machine.run("status", "--stack", stack, "--json"))
    assert status["source_queue"]["depth"]["visible"] == 0
    assert status["dead_letter_queue"]["visible"] == 1
    assert status["mapping"]["state"] == "Enabled"
    assert status["alarms"]
    return Outputs(**status["outputs"])


@pytest.mark.chaos
def test_every_command_works_on_a_stack_that_a_run_kept_and_the_printed_one_removes_it(
    machine: Machine,
) -> None:
    kept = ok(machine.run("run", "--keep"))
    assert "python -m automation local stop" in kept
    (listed,) = parsed(machine.run("list", "--json"))
    assert listed["owner"] == "a run of this machine"

    outputs = outputs_at_a_glance(machine, listed["stack"])

    (failure,) = parsed(machine.run("dlq", "list", "--json"))
    assert failure["reason"] == REASON
    poison = failure["message_id"]
    shown = ok(machine.run("dlq", "show", poison))
    assert '"chip_delta": "lots"' in shown
    assert "receive=3" in shown
    traced = parsed(machine.run("trace", poison, "--json"))
    assert traced["fate"] == "dead-lettered"
    assert len(traced["receives"]) == 3
    cost = parsed(machine.run("cost", "--messages", "1,000,000", "--json"))
    assert cost["measured"]["records"] >= 12

    follower = machine.start("logs", "--follow", "--since", "1h")
    lines = machine.root / "messages.jsonl"
    lines.write_text(f"{GOOD}\n\n{POISON}\n{json.dumps(POISON)}\n")
    sending = datetime.now(UTC)
    ids = ok(machine.run("send", "--file", str(lines), GOOD)).split()
    assert len(set(ids)) == 4
    wait_for_dead_letters(outputs, 3)

    processed = parsed(machine.run("trace", ids[0], "--json"))
    assert processed["fate"] == "processed"
    sent_at = datetime.fromisoformat(processed["sent_at"])
    assert timedelta(seconds=-1) < sent_at - sending < timedelta(seconds=COMMAND_WITHIN)
    dry = machine.run("dlq", "redrive", "--id", ids[2], "--dry-run")
    assert f"selected {ids[2]}" in dry.stdout
    wait_for_dead_letters(outputs, 3)  # a dry run leaves all of them visible
    (moved,) = parsed(machine.run("dlq", "redrive", "--json", "--id", ids[2], "--rate", "5"))
    assert (moved["outcome"], moved["reason"]) == ("redriven", REASON)
    wait_for_dead_letters(outputs, 3)  # it fails again

    os.kill(follower.pid, signal.SIGINT)
    followed = finished(follower)
    assert followed.code == 130
    assert all(each in followed.stdout for each in (poison, *ids, moved["new_message_id"]))
    assert "INVOCATION took" in followed.stdout
    assert "START RequestId" not in followed.stdout

    unasked = machine.run("dlq", "purge")
    assert unasked.code == 2
    assert "add --yes" in unasked.stderr
    ok(machine.run("dlq", "purge", "--yes"))
    wait_for_dead_letters(outputs, 0)
    doctor = parsed(machine.run("doctor", "--json"))
    assert {each["what"]: each["state"] for each in doctor}["Pulumi engine"] == "ok"

    removal = re.search(r"python -m automation (reap .*)", kept)
    assert removal
    ok(machine.run(*shlex.split(removal[1])))
    assert parsed(machine.run("list", "--json")) == []
