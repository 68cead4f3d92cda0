"""Queues and redrive-allow policies, against a running emulator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from automation.emulator.provider.values import UNKNOWN
from tests.local.emulator.provider.stack import QUEUE, REDRIVE_ALLOW_POLICY, policy

if TYPE_CHECKING:
    from automation.emulator.provider.aws import Aws
    from tests.local.emulator.provider.driver import Driver
    from tests.local.emulator.provider.stack import Stack


def test_a_queues_attributes_and_tags_are_set_and_changed(driver: Driver, aws: Aws) -> None:
    dead = driver.create(QUEUE, "dead")
    redrive = {"deadLetterTargetArn": dead.state["arn"], "maxReceiveCount": 3}
    before: dict[str, Any] = {
        "visibilityTimeoutSeconds": 60,
        "messageRetentionSeconds": 1_209_600,
        "redrivePolicy": json.dumps(redrive),
        "sqsManagedSseEnabled": True,
        "policy": json.dumps(policy("sqs:SendMessage")),
        "tags": {"keep": "1", "change": "1", "drop": "1"},
    }
    queue = driver.create(QUEUE, "queue", **before)
    after = {
        **before,
        "visibilityTimeoutSeconds": 70,
        "redrivePolicy": json.dumps({**redrive, "maxReceiveCount": 5}),
        "tags": {"keep": "1", "change": "2", "add": "1"},
    }
    assert driver.diff(queue, **after).replaces == set()
    driver.update(queue, **after)
    response = aws.sqs.get_queue_attributes(QueueUrl=queue.id, AttributeNames=["All"])
    attributes = response["Attributes"]
    assert attributes["VisibilityTimeout"] == "70"
    assert attributes["MessageRetentionPeriod"] == "1209600"
    assert attributes["SqsManagedSseEnabled"] == "true"
    assert json.loads(attributes["RedrivePolicy"])["maxReceiveCount"] == 5
    assert aws.sqs.list_queue_tags(QueueUrl=queue.id)["Tags"] == after["tags"]
    assert queue.state["tagsAll"] == after["tags"]
    assert queue.state["visibilityTimeoutSeconds"] == 70


def test_a_queue_is_encrypted_unless_the_program_says_otherwise(driver: Driver) -> None:
    queue = driver.create(QUEUE, "queue")
    assert driver.diff(queue, sqsManagedSseEnabled=True).changed == set()
    assert driver.diff(queue, sqsManagedSseEnabled=False).changed == {"sqsManagedSseEnabled"}
    driver.update(queue, sqsManagedSseEnabled=False)
    assert driver.diff(queue, sqsManagedSseEnabled=True).changed == {"sqsManagedSseEnabled"}
    own = {"kmsMasterKeyId": "alias/key", "kmsDataKeyReusePeriodSeconds": 60}
    driver.update(queue, **own)
    assert queue.state.items() >= {**own, "sqsManagedSseEnabled": False}.items()


def test_the_name_that_a_prefix_made_can_be_given(driver: Driver) -> None:
    queue = driver.create(QUEUE, "queue", namePrefix="pre-", fifoQueue=True)
    assert queue.state["name"].endswith(".fifo")
    pinned = {"name": queue.state["name"], "fifoQueue": True}
    assert driver.diff(queue, **pinned).changed == set()
    driver.update(queue, **pinned)
    assert queue.state["namePrefix"] == "pre-"
    assert driver.diff(queue, namePrefix="pre-", fifoQueue=True).changed == set()
    assert driver.diff(queue, namePrefix="other-", fifoQueue=True).replaces == {"namePrefix"}


def test_a_preview_of_an_update_touches_nothing_and_knows_what_can_be_known(
    driver: Driver,
) -> None:
    queue = driver.create(QUEUE, "queue", kmsMasterKeyId="alias/key", tags={"a": "1"})
    known = driver.preview_update(queue, delaySeconds=5, tags={"a": "2"})
    assert (known["url"], known["delaySeconds"]) == (queue.id, 5)
    assert (known["tags"], known["tagsAll"]) == ({"a": "2"}, UNKNOWN)
    assert "kmsMasterKeyId" not in known
    found = driver.read(queue)
    assert found is not None
    assert found.state == queue.state


def test_a_fifo_queue_has_its_own_options(driver: Driver) -> None:
    options: dict[str, Any] = {
        "deduplicationScope": "messageGroup",
        "fifoThroughputLimit": "perMessageGroupId",
    }
    queue = driver.create(QUEUE, "queue", fifoQueue=True, contentBasedDeduplication=True, **options)
    assert queue.id.endswith(".fifo")
    assert queue.state.items() >= {"fifoQueue": True, "contentBasedDeduplication": True}.items()
    assert queue.state.items() >= options.items()
    assert driver.diff(queue, fifoQueue=False).replaces == {"fifoQueue", "name"}


def test_a_given_name_is_freed_before_it_is_taken_again(driver: Driver) -> None:
    queue = driver.create(QUEUE, "queue", name="given")
    again = driver.diff(queue, name="given.fifo", fifoQueue=True)
    assert again.replaces == {"name", "fifoQueue"}
    assert again.delete_before_replace
    created = driver.create(QUEUE, "queue")
    assert not driver.diff(created, namePrefix="other-").delete_before_replace


def test_a_redrive_allow_policy_is_an_attribute_of_its_queue(
    driver: Driver, stack: Stack, aws: Aws
) -> None:
    inputs = stack.inputs(REDRIVE_ALLOW_POLICY)
    allow = driver.create(REDRIVE_ALLOW_POLICY, "allow", **inputs)
    inputs["redriveAllowPolicy"] = json.dumps({"redrivePermission": "allowAll"})
    driver.update(allow, **inputs)
    response = aws.sqs.get_queue_attributes(QueueUrl=allow.id, AttributeNames=["All"])
    document = json.loads(response["Attributes"]["RedriveAllowPolicy"])
    assert document == {"redrivePermission": "allowAll"}
    other = driver.create(QUEUE, "other")
    assert driver.diff(allow, **{**inputs, "queueUrl": other.id}).replaces == {"queueUrl"}
