from __future__ import annotations

from typing import Any

import pytest

from automation.emulator.provider.checking import DEFAULTS, NamingRequest, check
from automation.emulator.provider.configuration import Configuration
from automation.emulator.provider.names import Proposal
from automation.emulator.provider.resources import RESOURCE_TYPES
from automation.emulator.provider.values import UNKNOWN, Archive

QUEUE = "aws:sqs/queue:Queue"
ROLE = "aws:iam/role:Role"
FUNCTION = "aws:lambda/function:Function"
MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
NAMING = NamingRequest(logical_name="thing", seed=b"seed")
ARN = "arn:aws:sqs:us-east-1:000000000000:queue"
GOOD: dict[str, dict[str, Any]] = {
    QUEUE: {},
    ROLE: {"assumeRolePolicy": "{}"},
    FUNCTION: {
        "code": Archive(hash="1"),
        "handler": "handler.handler",
        "role": "arn:aws:iam::000000000000:role/role",
        "runtime": "python3.12",
    },
    MAPPING: {"eventSourceArn": ARN, "functionName": "function"},
    LOG_GROUP: {},
}


def checked(
    token: str,
    news: dict[str, Any],
    *,
    olds: dict[str, Any] | None = None,
    naming: NamingRequest = NAMING,
    config: Configuration | None = None,
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the checked inputs, and the reasons of the failures by property."""
    inputs, failures = check(
        RESOURCE_TYPES[token],
        olds=olds or {},
        news=news,
        naming=naming,
        config=config or Configuration(),
    )
    return inputs, {failure.property: failure.reason for failure in failures}


def reasons(token: str, **news: Any) -> dict[str, str]:
    """Return the failures of valid inputs of a type, changed by `news`."""
    return checked(token, {**GOOD[token], **news})[1]


@pytest.mark.parametrize("token", GOOD)
def test_good_inputs_have_no_failures(token: str) -> None:
    assert reasons(token) == {}


def test_defaults_are_filled_in_and_listed() -> None:
    inputs, _ = checked(QUEUE, {"delaySeconds": 5})
    assert inputs["delaySeconds"] == 5
    assert inputs["visibilityTimeoutSeconds"] == 30
    assert inputs["region"] == "us-east-1"
    assert "visibilityTimeoutSeconds" in inputs[DEFAULTS]
    assert "delaySeconds" not in inputs[DEFAULTS]


def test_an_unknown_property_is_a_failure_that_names_it_and_the_type() -> None:
    failures = reasons(QUEUE, visibilityTimeOut=3)
    assert failures == {"visibilityTimeOut": f"{QUEUE} has no property 'visibilityTimeOut'"}


@pytest.mark.parametrize(
    ("token", "name"),
    [
        (token, name)
        for token, resource_type in RESOURCE_TYPES.items()
        for name in resource_type.unsupported
    ],
)
def test_a_property_that_the_emulator_cannot_serve_is_a_failure_that_names_it(
    token: str, name: str
) -> None:
    assert (
        f"'{name}' is not supported by the local aws provider: "
        in reasons(token, **{name: "any"})[name]
    )


def test_a_field_that_the_emulator_cannot_serve_is_a_failure_that_names_its_path() -> None:
    logging = {"logFormat": "Text", "systemLogLevel": "DEBUG", "colour": "red"}
    failures = reasons(FUNCTION, loggingConfig=logging)
    assert failures.keys() == {"loggingConfig.systemLogLevel", "loggingConfig.colour"}


def test_a_missing_required_property_is_a_failure() -> None:
    assert "needs the property 'runtime'" in checked(FUNCTION, {})[1]["runtime"]
    assert (
        "'deadLetterConfig.targetArn' is missing"
        in reasons(FUNCTION, deadLetterConfig={})["deadLetterConfig"]
    )


def test_an_absent_value_is_no_value() -> None:
    inputs, failures = checked(QUEUE, {"delaySeconds": None, "kmsMasterKeyId": None})
    assert not failures
    assert inputs["delaySeconds"] == 0
    assert "kmsMasterKeyId" not in inputs


def test_numbers_booleans_and_texts_are_converted_as_by_bridged_providers() -> None:
    inputs, failures = checked(
        QUEUE, {"delaySeconds": "5", "fifoQueue": "true", "tags": {"n": 1, "yes": True}}
    )
    assert not failures
    assert (inputs["delaySeconds"], inputs["fifoQueue"]) == (5, True)
    assert inputs["tags"] == {"n": "1", "yes": "true"}


@pytest.mark.parametrize(
    ("token", "name", "value"),
    [
        (QUEUE, "delaySeconds", True),
        (QUEUE, "delaySeconds", "five"),
        (QUEUE, "fifoQueue", 1),
        (QUEUE, "tags", ["a"]),
        (QUEUE, "policy", "{"),
        (FUNCTION, "architectures", "arm64"),
        (FUNCTION, "code", "src"),
        (FUNCTION, "environment", "A=1"),
        (FUNCTION, "description", ["a"]),
    ],
)
def test_a_value_of_another_kind_is_a_failure(token: str, name: str, value: Any) -> None:
    assert f"'{name}' must be" in reasons(token, **{name: value})[name]


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


def test_an_environment_of_more_than_4_kb_is_refused() -> None:
    assert reasons(FUNCTION, environment={"variables": {"A": "x" * 4095}}) == {}
    failure = reasons(FUNCTION, environment={"variables": {"A": "x" * 4096}})["environment"]
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
        ({"filterCriteria": {"filters": [{"pattern": "{}"}] * 6}}, "filterCriteria"),
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


def test_properties_that_exclude_each_other_are_a_failure() -> None:
    assert "exclude each other" in reasons(QUEUE, name="a", namePrefix="b")["name"]
    both = {"kmsMasterKeyId": "alias/key", "sqsManagedSseEnabled": True}
    assert "exclude each other" in reasons(QUEUE, **both)["kmsMasterKeyId"]


def test_what_is_not_known_yet_passes() -> None:
    inputs, failures = checked(
        QUEUE, {"delaySeconds": UNKNOWN, "redrivePolicy": UNKNOWN, "tags": {"a": UNKNOWN, "b": 1}}
    )
    assert not failures
    assert inputs["delaySeconds"] is UNKNOWN
    assert inputs["tags"] == {"a": UNKNOWN, "b": "1"}


def test_an_automatic_name_is_made_once_and_kept() -> None:
    first, _ = checked(QUEUE, {})
    assert first["name"].startswith("thing-")
    other_seed = NamingRequest(logical_name="thing", seed=b"other")
    assert checked(QUEUE, {}, olds=first, naming=other_seed)[0]["name"] == first["name"]
    assert checked(QUEUE, {}, naming=other_seed)[0]["name"] != first["name"]


def test_an_automatic_name_that_no_longer_suits_is_made_anew() -> None:
    standard, _ = checked(QUEUE, {})
    fifo, failures = checked(QUEUE, {"fifoQueue": True}, olds=standard)
    assert not failures
    assert fifo["name"].endswith(".fifo")


def test_a_name_that_is_no_longer_given_gives_way_to_an_automatic_one() -> None:
    given, _ = checked(QUEUE, {"name": "given"})
    assert checked(QUEUE, {}, olds=given)[0]["name"].startswith("thing-")


def test_a_prefix_leaves_the_name_to_the_making() -> None:
    assert "name" not in checked(QUEUE, {"namePrefix": "pre-"})[0]


def test_a_proposed_name_is_taken_and_checked() -> None:
    good = NamingRequest(
        logical_name="q", seed=b"s", proposal=Proposal(name="Queue", enforced=False)
    )
    assert checked(QUEUE, {}, naming=good)[0]["name"] == "Queue"
    bad = NamingRequest(logical_name="q", seed=b"s", proposal=Proposal(name="a b", enforced=True))
    assert "automatic name" in checked(QUEUE, {}, naming=bad)[1]["name"]


def test_a_logical_name_too_long_for_the_type_is_a_failure() -> None:
    naming = NamingRequest(logical_name="x" * 57, seed=b"s")
    assert "longer than 64" in checked(ROLE, GOOD[ROLE], naming=naming)[1]["name"]


def test_without_automatic_names_a_name_must_be_given() -> None:
    naming = NamingRequest(logical_name="q", seed=b"s", disabled=True)
    assert "'name' must be given" in checked(QUEUE, {}, naming=naming)[1]["name"]
    assert checked(QUEUE, {"name": "given"}, naming=naming)[1] == {}


def test_default_tags_are_under_a_resources_own() -> None:
    config = Configuration(default_tags={"a": "default", "b": "default"})
    inputs, _ = checked(QUEUE, {"tags": {"a": "own"}}, config=config)
    assert inputs["tags"] == {"a": "own", "b": "default"}
    assert checked(QUEUE, {}, config=config)[0]["tags"] == {"a": "default", "b": "default"}


def test_another_region_than_the_providers_is_a_failure() -> None:
    assert reasons(QUEUE, region="us-east-1") == {}
    assert reasons(QUEUE, region=UNKNOWN) == {}
    assert "must be the provider's, us-east-1" in reasons(QUEUE, region="eu-west-1")["region"]
