"""Functions, event source mappings and log groups, against a running emulator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.local.emulator.provider.driver import AbortedError
from tests.local.emulator.provider.stack import FUNCTION, HANDLER, LOG_GROUP, MAPPING, QUEUE, code

if TYPE_CHECKING:
    from automation.emulator.provider.aws import Aws
    from tests.local.emulator.provider.driver import Driver
    from tests.local.emulator.provider.stack import Stack


def test_a_functions_code_runs_and_is_changed_in_place(
    driver: Driver, stack: Stack, aws: Aws
) -> None:
    inputs = stack.function_inputs()
    function = driver.create(FUNCTION, "function", **inputs)
    response = aws.lambda_.invoke(FunctionName=function.id)
    assert json.load(response["Payload"]) == {"answer": 1}
    before = function.state["codeSha256"]
    inputs["code"] = code(HANDLER.replace("1", "2"))
    assert driver.diff(function, **inputs).changed == {"code"}
    driver.update(function, **inputs)
    response = aws.lambda_.invoke(FunctionName=function.id)
    assert json.load(response["Payload"]) == {"answer": 2}
    assert function.state["codeSha256"] != before


def test_a_functions_configuration_is_set_and_changed(
    driver: Driver, stack: Stack, aws: Aws
) -> None:
    queue = driver.create(QUEUE, "failed")
    base = stack.function_inputs()
    before = {
        **base,
        "description": "before",
        "memorySize": 256,
        "environment": {"variables": {"LEVEL": "1"}},
        "deadLetterConfig": {"targetArn": queue.state["arn"]},
        "loggingConfig": {"logFormat": "Text", "logGroup": "/own/group"},
        "tracingConfig": {"mode": "Active"},
        "ephemeralStorage": {"size": 1024},
        "reservedConcurrentExecutions": 3,
        "tags": {"a": "1", "b": "1"},
    }
    function = driver.create(FUNCTION, "function", **before)
    response: Any = aws.lambda_.get_function(FunctionName=function.id)
    assert response["Concurrency"] == {"ReservedConcurrentExecutions": 3}
    assert response["Configuration"]["LoggingConfig"]["LogGroup"] == "/own/group"
    assert response["Configuration"]["TracingConfig"] == {"Mode": "Active"}
    assert response["Configuration"]["EphemeralStorage"] == {"Size": 1024}
    after = {**base, "timeout": 10, "architectures": ["arm64"], "tags": {"a": "2"}}
    assert driver.diff(function, **after).replaces == set()
    driver.update(function, **after)
    response = aws.lambda_.get_function(FunctionName=function.id)
    configuration = response["Configuration"]
    assert (configuration["Timeout"], configuration["MemorySize"]) == (10, 128)
    assert configuration["Description"] == ""
    assert configuration["Environment"] == {"Variables": {}}
    assert configuration["Architectures"] == ["arm64"]
    assert not configuration.get("DeadLetterConfig", {}).get("TargetArn")
    assert "Concurrency" not in response
    assert response["Tags"] == {"a": "2"}
    assert configuration["LoggingConfig"]["LogGroup"] == "/own/group", (
        "AWS keeps what it may choose"
    )


def test_a_function_may_be_named_by_its_arn(driver: Driver, stack: Stack) -> None:
    arn = "arn:aws:lambda:us-east-1:000000000000:function:by-arn"
    inputs = {**stack.function_inputs(), "name": arn}
    function = driver.create(FUNCTION, "function", **inputs)
    assert (function.id, function.state["arn"]) == (arn, arn)
    assert driver.diff(function, **inputs).changed == set()
    driver.update(function, **inputs, description="after")
    assert function.state["description"] == "after"
    driver.delete(function)
    assert driver.read(function) is None


def test_a_published_function_has_a_version(driver: Driver, stack: Stack) -> None:
    inputs = {**stack.function_inputs(), "publish": True}
    function = driver.create(FUNCTION, "function", **inputs)
    assert function.state["version"] == "1"
    assert function.state["qualifiedArn"] == f"{function.state['arn']}:1"
    driver.update(function, **inputs, timeout=5)
    assert function.state["version"] == "2"


def test_skip_destroy_keeps_the_resource(driver: Driver, stack: Stack, aws: Aws) -> None:
    function = stack.function(skipDestroy=True)
    group = driver.create(LOG_GROUP, "group", skipDestroy=True)
    driver.delete(function)
    driver.delete(group)
    assert driver.read(function) is not None
    assert driver.read(group) is not None
    aws.lambda_.delete_function(FunctionName=function.id)
    aws.logs.delete_log_group(logGroupName=group.id)


def test_a_mapping_is_enabled_when_made_and_changed_in_place(
    driver: Driver, stack: Stack, aws: Aws
) -> None:
    base = stack.inputs(MAPPING)
    before = {
        **base,
        "batchSize": 5,
        "functionResponseTypes": ["ReportBatchItemFailures"],
        "filterCriteria": {"filters": [{"pattern": '{"body": {"a": [1]}}'}]},
        "scalingConfig": {"maximumConcurrency": 2},
        "tags": {"a": "1"},
    }
    mapping = driver.create(MAPPING, "mapping", **before)
    assert mapping.state["state"] == "Enabled"
    found = driver.read(mapping)
    assert found is not None
    assert driver.diff(found, **before).changed == set()
    after = {**base, "batchSize": 100, "maximumBatchingWindowInSeconds": 1, "enabled": False}
    driver.update(mapping, **after, tags={"b": "2"})
    response: Any = aws.lambda_.get_event_source_mapping(UUID=mapping.id)
    assert (response["State"], response["BatchSize"]) == ("Disabled", 100)
    assert response["MaximumBatchingWindowInSeconds"] == 1
    assert response["FunctionResponseTypes"] == []
    assert not response["FilterCriteria"]["Filters"]
    assert not response["ScalingConfig"]
    assert mapping.state["tags"] == {"b": "2"}


def test_a_batch_size_cannot_be_removed_from_a_mapping(driver: Driver, stack: Stack) -> None:
    inputs = stack.inputs(MAPPING)
    mapping = driver.create(MAPPING, "mapping", **inputs, batchSize=5)
    assert driver.diff(mapping, **inputs).changed == {"batchSize"}
    with pytest.raises(AbortedError, match=r"'batchSize' was removed, .*set it to 10"):
        driver.update(mapping, **inputs)
    assert driver.diff(mapping, **inputs, batchSize=5).changed == set()


def test_a_function_slower_than_its_queue_is_patient_is_refused_as_by_aws(
    driver: Driver, stack: Stack, aws: Aws
) -> None:
    queue = driver.create(QUEUE, "queue", visibilityTimeoutSeconds=5)
    function = stack.function(timeout=6)
    inputs = {"eventSourceArn": queue.state["arn"], "functionName": function.id}
    with pytest.raises(AbortedError, match="visibility timeout: 5 seconds is less than Function"):
        driver.create(MAPPING, "mapping", **inputs)
    listed = aws.lambda_.list_event_source_mappings(FunctionName=function.id)
    assert listed["EventSourceMappings"] == []


def test_a_log_groups_retention_and_tags_are_set_and_changed(driver: Driver, aws: Aws) -> None:
    def log_group(name: str) -> Any:
        return aws.logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"][0]

    group = driver.create(LOG_GROUP, "group", name="/aws/x", retentionInDays=7, tags={"a": "1"})
    driver.create(LOG_GROUP, "other", name="/aws/x-and-more")
    assert log_group(group.id)["retentionInDays"] == 7
    driver.update(group, name="/aws/x", retentionInDays=14, tags={"b": "2"})
    assert log_group(group.id)["retentionInDays"] == 14
    assert group.state["tags"] == {"b": "2"}
    driver.update(group, name="/aws/x")
    assert "retentionInDays" not in log_group(group.id)
    classed = driver.diff(group, name="/aws/x", logGroupClass="INFREQUENT_ACCESS")
    assert classed.replaces == {"logGroupClass"}
