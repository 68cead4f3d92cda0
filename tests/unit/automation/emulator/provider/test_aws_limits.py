"""What AWS refuses of a resource's inputs, and the check finds before the deployment."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.automation.emulator.provider.checked import (
    ARN,
    FUNCTION,
    LOG_GROUP,
    MAPPING,
    QUEUE,
    ROLE,
    reasons,
)


@pytest.mark.parametrize(
    ("token", "name", "good", "bad"),
    [
        (QUEUE, "visibilityTimeoutSeconds", (0, 43_200), (-1, 43_201)),
        (QUEUE, "messageRetentionSeconds", (60, 1_209_600), (59, 1_209_601)),
        (QUEUE, "maxMessageSize", (1024, 1_048_576), (1023, 1_048_577)),
        (QUEUE, "delaySeconds", (0, 900), (-1, 901)),
        (QUEUE, "receiveWaitTimeSeconds", (0, 20), (-1, 21)),
        (QUEUE, "kmsDataKeyReusePeriodSeconds", (60, 86_400), (59, 86_401)),
        (QUEUE, "name", ("a-_Z9", "x" * 80), ("", "x" * 81, "a.b", "ü")),
        (ROLE, "maxSessionDuration", (3600, 43_200), (3599, 43_201)),
        (ROLE, "name", ("a+=,.@-_", "x" * 64), ("x" * 65, "a b")),
        (ROLE, "path", ("/", "/team/"), ("team", "/team")),
        (FUNCTION, "memorySize", (128, 10_240), (127, 10_241)),
        (FUNCTION, "timeout", (1, 900), (0, 901)),
        (FUNCTION, "ephemeralStorage", ({"size": 512}, {"size": 10_240}), ({"size": 511},)),
        (FUNCTION, "architectures", (["x86_64"], ["arm64"]), (["x86"],)),
        (FUNCTION, "name", ("x" * 64,), ("x" * 65, "a.b")),
        (LOG_GROUP, "retentionInDays", (0, 1, 14, 3653), (2, 3654)),
        (MAPPING, "scalingConfig", ({"maximumConcurrency": 2}, {"maximumConcurrency": 1000}), ()),
    ],
)
def test_ranges_are_those_of_aws(token: str, name: str, good: tuple[Any], bad: tuple[Any]) -> None:
    for value in good:
        assert reasons(token, **{name: value}) == {}, value
    for value in bad:
        assert any(path.startswith(name) for path in reasons(token, **{name: value})), value


@pytest.mark.parametrize("runtime", ["python3.6", "nodejs18.x", "go1.x"])
def test_a_dead_runtime_is_refused_in_lambdas_words(runtime: str) -> None:
    expected = f"InvalidParameterValueException: The runtime parameter of {runtime} is no longer"
    assert expected in reasons(FUNCTION, runtime=runtime)["runtime"]


def test_an_unknown_runtime_is_refused_with_the_ones_there_are() -> None:
    failure = reasons(FUNCTION, runtime="python4.0")["runtime"]
    assert "Value python4.0 at 'runtime' failed to satisfy constraint" in failure
    assert "python3.12" in failure


def test_reserved_environment_variables_are_refused() -> None:
    failure = reasons(FUNCTION, environment={"variables": {"AWS_REGION": "x", "OWN": "y"}})
    assert failure["environment"].endswith("Reserved keys used in this request: AWS_REGION")


@pytest.mark.parametrize("name", ["1A", "A", "Aé", "A-B"])
def test_a_variable_that_lambda_cannot_name_is_refused(name: str) -> None:
    failure = reasons(FUNCTION, environment={"variables": {name: "x", "OWN": "y"}})["environment"]
    assert "[a-zA-Z]([a-zA-Z0-9_])+" in failure


def test_an_environment_of_more_than_4_kb_is_refused() -> None:
    assert reasons(FUNCTION, environment={"variables": {"AB": "x" * 4087}}) == {}
    failure = reasons(FUNCTION, environment={"variables": {"AB": "x" * 4088}})["environment"]
    assert "exceeded the 4KB limit" in failure


FIFO_ARN = f"{ARN}.fifo"


@pytest.mark.parametrize(
    ("news", "refused"),
    [
        ({"batchSize": 10}, None),
        ({"batchSize": 11}, "batchSize"),
        ({"batchSize": 11, "maximumBatchingWindowInSeconds": 1}, None),
        ({"batchSize": 10_000, "maximumBatchingWindowInSeconds": 300}, None),
        ({"batchSize": 10_001, "maximumBatchingWindowInSeconds": 1}, "batchSize"),
        ({"batchSize": 0}, "batchSize"),
        ({"maximumBatchingWindowInSeconds": 301}, "maximumBatchingWindowInSeconds"),
        ({"eventSourceArn": FIFO_ARN, "batchSize": 10}, None),
        (
            {"eventSourceArn": FIFO_ARN, "batchSize": 11, "maximumBatchingWindowInSeconds": 0},
            "batchSize",
        ),
        (
            {"eventSourceArn": FIFO_ARN, "maximumBatchingWindowInSeconds": 1},
            "maximumBatchingWindowInSeconds",
        ),
        ({"scalingConfig": {"maximumConcurrency": 1}}, "scalingConfig.maximumConcurrency"),
        ({"scalingConfig": {"maximumConcurrency": 1001}}, "scalingConfig.maximumConcurrency"),
        ({"filterCriteria": {"filters": [{"pattern": "{"}]}}, "filterCriteria.filters[0].pattern"),
        *(
            ({"filterCriteria": {"filters": [{"pattern": pattern}]}}, refused)
            for refused, patterns in (
                (None, ['{"body": {"kind": ["order", {"prefix": "re"}]}}', '{"body": {}}']),
                (
                    "filterCriteria.filters[0].pattern",
                    ['{"body": {"kind": "order"}}', '{"body": {"kind": []}}', '{"body": null}'],
                ),
            )
            for pattern in patterns
        ),
        ({"filterCriteria": {"filters": [{"pattern": "{}"}] * 10}}, None),
        ({"filterCriteria": {"filters": [{"pattern": "{}"}] * 11}}, "filterCriteria.filters"),
        ({"functionResponseTypes": ["ReportBatchItemFailure"]}, "functionResponseTypes"),
        ({"eventSourceArn": "arn:aws:kinesis:us-east-1:000000000000:stream/s"}, "eventSourceArn"),
    ],
)
def test_a_mapping_that_lambda_refuses_is_refused(
    news: dict[str, Any], refused: str | None
) -> None:
    failures = reasons(MAPPING, **news)
    assert list(failures) == ([refused] if refused else [])
    if refused and refused.startswith(("batch", "maximum", "scaling")):
        assert "ValidationException" in failures[refused] or (
            "InvalidParameterValueException" in failures[refused]
        )


def test_a_fifo_queues_name_ends_in_fifo_and_no_others_does() -> None:
    assert reasons(QUEUE, name="q.fifo", fifoQueue=True) == {}
    assert "name" in reasons(QUEUE, name="q", fifoQueue=True)
    assert "name" in reasons(QUEUE, name="q.fifo")
    assert "contentBasedDeduplication" in reasons(QUEUE, contentBasedDeduplication=True)


def test_a_throughput_limit_of_message_groups_needs_their_deduplication() -> None:
    high = {"fifoQueue": True, "fifoThroughputLimit": "perMessageGroupId"}
    assert reasons(QUEUE, **high, deduplicationScope="messageGroup") == {}
    assert "fifoThroughputLimit" in reasons(QUEUE, **high, deduplicationScope="queue")
    assert "fifoThroughputLimit" in reasons(QUEUE, **high)


def test_a_dead_letter_queue_is_of_the_same_type() -> None:
    to_standard, to_fifo = (
        json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3}) for arn in (ARN, FIFO_ARN)
    )
    assert reasons(QUEUE, redrivePolicy=to_standard) == {}
    assert reasons(QUEUE, redrivePolicy=to_fifo, fifoQueue=True) == {}
    assert "redrivePolicy" in reasons(QUEUE, redrivePolicy=to_fifo)
    assert "redrivePolicy" in reasons(QUEUE, redrivePolicy=to_standard, fifoQueue=True)
    assert reasons(QUEUE, redrivePolicy="") == {}


def test_properties_that_exclude_each_other_are_a_failure() -> None:
    assert "exclude each other" in reasons(QUEUE, name="a", namePrefix="b")["name"]
    both = {"kmsMasterKeyId": "alias/key", "sqsManagedSseEnabled": True}
    assert "exclude each other" in reasons(QUEUE, **both)["kmsMasterKeyId"]
