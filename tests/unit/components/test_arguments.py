"""The rules of single arguments, of several together, and when each is checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws
import pytest

from components import ArgumentsError, FunctionArgs, QueueConsumer, QueueConsumerArgs
from components.checks import check, warn
from components.combinations import REFUSED, WARNED, Combination
from components.limits import LIMITS, Limit
from components.testing import deploy
from tests.unit.components.building import arguments, deploy_consumer

ACCOUNT = "123456789012"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:dead"
TOPIC = f"arn:aws:sns:us-east-1:{ACCOUNT}:topic"
LAYER = f"arn:aws:lambda:us-east-1:{ACCOUNT}:layer:tools:1"
POLICY = "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/team/sender"
STATEMENT = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
LONGEST_HANDLER = "h" * 126 + ".f"
LONGEST_NAME = "n" * 46

# By argument: values on the inner side of each bound, and values beyond it.
EDGES: Mapping[str, tuple[list[Any], list[Any]]] = {
    "queue.visibility_timeout_seconds": ([None, 10, 43_200], [-1, 43_201, "60", True]),
    "queue.message_retention_seconds": ([60, 1_209_600], [59, 1_209_601, None]),
    "queue.delay_seconds": ([0, 900], [-1, 901]),
    "queue.receive_wait_time_seconds": ([0, 20], [-1, 21]),
    "queue.max_message_size": ([1_024, 1_048_576], [1_023, 1_048_577]),
    "queue.fifo_queue": ([True, False], [1, "true", None]),
    "queue.content_based_deduplication": ([False], [0, "true"]),
    "queue.deduplication_scope": ([None], ["messagegroup", 1]),
    "queue.fifo_throughput_limit": ([None], ["perqueue", 1]),
    "queue.kms_key_arn": ([None, KEY], ["alias/aws/sqs", KEY.replace("key/", "alias/")]),
    "queue.kms_data_key_reuse_period_seconds": ([60, 86_400], [59, 86_401]),
    "queue.enforce_ssl": ([True, False], [1, None]),
    "queue.producers": (
        [
            [],
            [ROLE, ROLE.replace("role", "user"), TOPIC, "arn:aws:s3:::bucket"],
            (f"arn:aws-cn:events:cn-north-1:{ACCOUNT}:rule/nightly",),
        ],
        [
            *(["*"], [f"arn:aws:iam::{ACCOUNT}:root"], [QUEUE], [5], "text", None),
            *([TOPIC + "*"], ["arn:aws:s3:::*"], [f"arn:aws:iam::{ACCOUNT}:role/*"]),
            *([f"arn:aws:events:eu-west-1:{ACCOUNT}:event-bus/mine"], [TOPIC + "é"]),
        ],
    ),
    "dead_letter_queue.max_receive_count": ([1, 1_000], [0, 1_001]),
    "dead_letter_queue.message_retention_seconds": ([345_600, 1_209_600], [59, 1_209_601]),
    "dead_letter_queue.arn": ([None, QUEUE], ["dead", TOPIC]),
    "dead_letter_queue.kms_key_arn": ([None], ["alias/aws/sqs", KEY.replace("key/", "alias/")]),
    "function.handler": (
        [LONGEST_HANDLER, "handler.f", "handler.inner.f"],
        ["handler", "handler.", "a handler.f", "handler.f\n", "h" + LONGEST_HANDLER, None],
    ),
    "function.runtime": (
        ["python3.10", "python3.14"],
        ["nodejs22.x", "python3.9", "python3.12 ", 3.12],
    ),
    "function.architecture": (["x86_64", "arm64"], ["x86", None]),
    "function.memory_size": ([128, 10_240], [127, 10_241, 128.0]),
    "function.timeout": ([1, 900], [0, 901, "10", True, None]),
    "function.ephemeral_storage": ([512, 10_240], [511, 10_241]),
    "function.environment": (
        [{}, {"Aa": ""}, {"LEVEL": "x" * 4_084}],
        [
            {"LEVEL": "x" * 4_085},
            {"LEVEL": '"' * 2_043},  # each has a \\ before it in JSON
            {"A": "short"},
            {"1A": ""},
            {"Aé": ""},
            {"AWS_REGION": "x"},
            {"AB": 5},
            ["AB"],
        ],
    ),
    "function.layers": ([[], [LAYER] * 5], [[LAYER] * 6, [LAYER.removesuffix(":1")]]),
    "function.tracing": ([True, False], [1, "Active"]),
    "function.reserved_concurrent_executions": ([None, 0, 5_000], [-1, "5"]),
    "function.log_format": (["Text", "JSON"], ["text", "Json"]),
    "function.application_log_level": ([None], ["info", "LOUD"]),
    "function.system_log_level": ([None], ["ERROR", "info"]),
    "function.log_retention_in_days": ([1, 14, 3_653], [0, 2, 15, 3_654, "14"]),
    "function.description": ([None, "", "d" * 256], ["d" * 257, 5]),
    "function.subnet_ids": ([[]], [["net-1"], ["subnet-1"] * 17]),
    "function.security_group_ids": ([[]], [["group"], ["sg-1"] * 6]),
    "mapping.batch_size": ([1, 10], [0, 10_001]),
    "mapping.maximum_batching_window_in_seconds": ([0, 300], [-1, 301]),
    "mapping.maximum_concurrency": ([None, 2, 1_000], [1, 1_001]),
    "mapping.filters": (
        [[], [{"body": {"kind": ["order"]}}, '{"body": {}}'] * 5, [{"b": ["x" * 4_085]}]],
        [
            *([{}] * 11, ["[]"], ["{"], [{"b": ["x" * 4_086]}], [{"b": {1, 2}}]),
            *([{"body": {"kind": "order"}}], ['{"body": {"kind": 5}}'], [{"body": {"kind": []}}]),
        ],
    ),
    "mapping.enabled": ([True, False], [None, 1]),
    "alarms.dead_letters": ([None, 1], [0, "1"]),
    "alarms.oldest_message_age": ([None, 1, 1_209_600], [0, 1_209_601]),
    "alarms.errors": ([None, 1], [0]),
    "alarms.throttles": ([None, 1], [0]),
    "alarms.topics": ([[], [TOPIC] * 5], [[TOPIC] * 6, [QUEUE], TOPIC]),
    "permissions.statements": (
        [[], [STATEMENT]],
        [
            ["text"],
            [{**STATEMENT, "Effect": "allow"}],
            [{**STATEMENT, "NotAction": "s3:*"}],
            [{"Effect": "Allow", "Action": "s3:*"}],
            [{**STATEMENT, "Action": "GetObject"}],
            [{**STATEMENT, "Action": []}],
            [{**STATEMENT, "Resource": "bucket"}],
            [{**STATEMENT, "Principal": "*"}],
            [{**STATEMENT, "Effects": "Allow"}],
        ],
    ),
    "permissions.managed_policy_arns": (
        [[], [POLICY], [POLICY, POLICY + "2"], {"sqs": POLICY}],
        [
            *(["AWSLambdaSQSQueueExecutionRole"], [POLICY, POLICY], POLICY, [5]),
            *({"a name": POLICY}, {"sqs": "AWSLambdaSQSQueueExecutionRole"}),
        ],
    ),
    "permissions.permissions_boundary": ([None, POLICY], [ROLE, ""]),
    "permissions.path": (
        ["/", "/team/", f"/{'p' * 510}/"],
        ["", "team", "/team", f"/{'p' * 511}/", "/a b/"],
    ),
    "tags": (
        [
            {"k" * 128: "v" * 256, "Kostenstelle für Ä_.:/=+-@": ""},
            {str(number): "" for number in range(50)},
        ],
        [
            ["team"],
            {str(number): "" for number in range(51)},
            {"": "no key"},
            {"k" * 129: "a long key"},
            {"aws:cloudformation": "a reserved key"},
            {"AWS:cloudformation": "a reserved key"},
            {"a,b": "a comma"},
            {"team": "v" * 257},
            {"team": "aws:reserved"},
            {"team": 5},
            {5: "not text"},
            {"Team": "a", "team": "b"},
        ],
    ),
}
FIFO = {"queue.fifo_queue": True}
JSON = {"function.log_format": "JSON"}
# By the arguments of a rule: values on the inner side of its edge, and values beyond it.
COMBINATIONS: Mapping[tuple[str, ...], tuple[dict[str, Any], dict[str, Any]]] = {
    ("queue.visibility_timeout_seconds", "function.timeout"): (
        {"queue.visibility_timeout_seconds": 20, "function.timeout": 20},
        {"queue.visibility_timeout_seconds": 19, "function.timeout": 20},
    ),
    ("mapping.batch_size", "mapping.maximum_batching_window_in_seconds"): (
        {"mapping.batch_size": 11, "mapping.maximum_batching_window_in_seconds": 1},
        {"mapping.batch_size": 11},
    ),
    ("mapping.batch_size", "queue.fifo_queue"): (
        {**FIFO, "mapping.batch_size": 10},
        {**FIFO, "mapping.batch_size": 11, "mapping.maximum_batching_window_in_seconds": 1},
    ),
    ("mapping.maximum_batching_window_in_seconds", "queue.fifo_queue"): (
        {**FIFO, "mapping.maximum_batching_window_in_seconds": 0},
        {**FIFO, "mapping.maximum_batching_window_in_seconds": 1},
    ),
    ("mapping.maximum_concurrency", "function.reserved_concurrent_executions"): (
        {"mapping.maximum_concurrency": 5, "function.reserved_concurrent_executions": 5},
        {"mapping.maximum_concurrency": 6, "function.reserved_concurrent_executions": 5},
    ),
    (
        "dead_letter_queue.message_retention_seconds",
        "queue.message_retention_seconds",
        "dead_letter_queue.arn",
        "queue.fifo_queue",
    ): (
        {
            "dead_letter_queue.message_retention_seconds": 600,
            "queue.message_retention_seconds": 600,
        },
        {
            "dead_letter_queue.message_retention_seconds": 599,
            "queue.message_retention_seconds": 600,
        },
    ),
    ("dead_letter_queue.arn", "queue.fifo_queue"): (
        {**FIFO, "dead_letter_queue.arn": f"{QUEUE}.fifo"},
        {**FIFO, "dead_letter_queue.arn": QUEUE},
    ),
    ("queue.content_based_deduplication", "queue.fifo_queue"): (
        {**FIFO, "queue.content_based_deduplication": True},
        {"queue.content_based_deduplication": True},
    ),
    ("queue.deduplication_scope", "queue.fifo_queue"): (
        {**FIFO, "queue.deduplication_scope": "messageGroup"},
        {"queue.deduplication_scope": "messageGroup"},
    ),
    ("queue.fifo_throughput_limit", "queue.fifo_queue"): (
        {**FIFO, "queue.fifo_throughput_limit": "perQueue"},
        {"queue.fifo_throughput_limit": "perQueue"},
    ),
    ("queue.fifo_throughput_limit", "queue.deduplication_scope"): (
        {
            **FIFO,
            "queue.fifo_throughput_limit": "perMessageGroupId",
            "queue.deduplication_scope": "messageGroup",
        },
        {**FIFO, "queue.fifo_throughput_limit": "perMessageGroupId"},
    ),
    ("queue.producers", "queue.fifo_queue"): (
        {**FIFO, "queue.producers": [TOPIC]},
        {**FIFO, "queue.producers": ["arn:aws:s3:::bucket"]},
    ),
    ("function.application_log_level", "function.log_format"): (
        {**JSON, "function.application_log_level": "DEBUG"},
        {"function.application_log_level": "DEBUG"},
    ),
    ("function.system_log_level", "function.log_format"): (
        {**JSON, "function.system_log_level": "WARN"},
        {"function.system_log_level": "WARN"},
    ),
    ("function.subnet_ids", "function.security_group_ids"): (
        {"function.subnet_ids": ["subnet-1"], "function.security_group_ids": ["sg-1"]},
        {"function.subnet_ids": ["subnet-1"]},
    ),
}
ADVICE: Mapping[tuple[str, ...], tuple[dict[str, Any], dict[str, Any]]] = {
    (
        "dead_letter_queue.max_receive_count",
        "mapping.maximum_concurrency",
        "function.reserved_concurrent_executions",
    ): (
        {"dead_letter_queue.max_receive_count": 5, "mapping.maximum_concurrency": 2},
        {"dead_letter_queue.max_receive_count": 4, "mapping.maximum_concurrency": 2},
    ),
    (
        "queue.visibility_timeout_seconds",
        "function.timeout",
        "mapping.maximum_batching_window_in_seconds",
    ): (
        {
            "queue.visibility_timeout_seconds": 65,
            "mapping.maximum_batching_window_in_seconds": 5,
        },
        {
            "queue.visibility_timeout_seconds": 64,
            "mapping.maximum_batching_window_in_seconds": 5,
        },
    ),
    ("function.reserved_concurrent_executions", "mapping.maximum_concurrency"): (
        {
            "function.reserved_concurrent_executions": 5,
            "mapping.maximum_concurrency": 5,
            "dead_letter_queue.max_receive_count": 5,
        },
        {
            "function.reserved_concurrent_executions": 5,
            "dead_letter_queue.max_receive_count": 5,
        },
    ),
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for module in ("handler.py", f"{'h' * 126}.py"):
        (tmp_path / module).write_text("def f(event, context): ...\n")
    return tmp_path


def problems_with(source: Path, values: Mapping[str, Any], name: str = "PokerHands") -> list[str]:
    """Return the problems of arguments. No mocks: they are found before any resource is made."""
    try:
        check(name, arguments(source, values))
    except ArgumentsError as error:
        return list(error.problems)
    return []


def test_every_rule_has_a_test_on_both_sides_of_its_edge() -> None:
    assert EDGES.keys() == LIMITS.keys()
    assert [*COMBINATIONS] == [rule.arguments for rule in REFUSED]
    assert [*ADVICE] == [rule.arguments for rule in WARNED]


def test_every_rule_cites_a_page_of_awss_documentation() -> None:
    rules: list[Limit | Combination] = [*LIMITS.values(), *REFUSED, *WARNED]
    sources = {each.source for each in rules}
    assert all(source.startswith("https://docs.aws.amazon.com/") for source in sources)


@pytest.mark.parametrize(
    ("argument", "value"),
    [(argument, value) for argument, (good, _) in EDGES.items() for value in good],
)
def test_a_value_at_its_bound_is_accepted(source: Path, argument: str, value: Any) -> None:
    assert problems_with(source, {argument: value}) == []


@pytest.mark.parametrize(
    ("argument", "value"),
    [(argument, value) for argument, (_, bad) in EDGES.items() for value in bad],
)
def test_a_value_beyond_its_bound_is_refused_and_named(
    source: Path, argument: str, value: Any
) -> None:
    problems = problems_with(source, {argument: value})
    assert problems
    assert all(argument in problem or "tag" in problem for problem in problems)


@pytest.mark.parametrize("rule", REFUSED, ids=lambda rule: "-".join(rule.arguments))
def test_values_that_do_not_go_together_are_refused(source: Path, rule: Any) -> None:
    good, bad = COMBINATIONS[rule.arguments]
    assert problems_with(source, good) == []
    (problem,) = rule.problems(*(bad.get(each, default(each)) for each in rule.arguments))
    assert problem in problems_with(source, bad)
    for argument in bad.keys() & set(rule.arguments):
        assert argument in problem or argument == "queue.fifo_queue"


@pytest.mark.parametrize("rule", WARNED, ids=lambda rule: "-".join(rule.arguments))
def test_what_works_badly_under_load_is_told_once(source: Path, rule: Any) -> None:
    good, bad = (arguments(source, values) for values in ADVICE[rule.arguments])
    assert deploy(lambda: warn("PokerHands", good)).warnings == []
    (warning,) = deploy(lambda: warn("PokerHands", bad)).warnings
    assert warning.startswith("the QueueConsumer 'PokerHands': ")
    assert rule.source in warning


def test_the_defaults_are_not_warned_about(source: Path) -> None:
    assert deploy_consumer(source).warnings == []


def test_a_value_from_another_resource_is_warned_about_when_it_is_known(source: Path) -> None:
    visibility = {"queue.visibility_timeout_seconds": pulumi.Output.from_input(30.0)}
    assert len(deploy_consumer(source, visibility).warnings) == 1


@pytest.mark.parametrize("name", ["", "Poker Hands", "Poker.Hands", "Hände", f"{LONGEST_NAME}n"])
def test_a_component_name_that_no_aws_name_can_start_with_is_refused(
    source: Path, name: str
) -> None:
    (problem,) = problems_with(source, {}, name)
    assert "name" in problem
    assert problems_with(source, {}, LONGEST_NAME) == []


def test_all_problems_are_told_at_once_before_anything_is_registered(tmp_path: Path) -> None:
    bad = {argument: bad[0] for argument, (_, bad) in EDGES.items() if argument != "tags"}
    args = arguments(tmp_path / "missing", bad)

    with pytest.raises(ArgumentsError) as refused:  # without mocks, a registration would fail
        QueueConsumer("Poker Hands", args)

    problems = refused.value.problems
    assert len(problems) >= len(bad) + 2
    assert all(f"\n  - {problem}" in str(refused.value) for problem in problems)
    assert all(any(argument in problem for problem in problems) for argument in bad)
    assert any("missing" in problem for problem in problems)


def refused_as(args: Any) -> list[str]:
    with pytest.raises(ArgumentsError) as refused:
        QueueConsumer("PokerHands", args)
    return list(refused.value.problems)


def test_groups_that_are_dicts_are_all_told_before_anything_reads_them(source: Path) -> None:
    groups: dict[str, Any] = {
        "function": {"code": "function"},
        "queue": {},
        "dead_letter_queue": None,
        "mapping": FunctionArgs(code="function"),
        "alarms": [],
        "permissions": "all",
    }

    assert refused_as(QueueConsumerArgs(**groups)) == [
        "function must be a FunctionArgs; got dict",
        "queue must be a QueueArgs or an aws.sqs.Queue; got dict",
        "dead_letter_queue must be a DeadLetterQueueArgs; got NoneType",
        "mapping must be a MappingArgs; got FunctionArgs",
        "alarms must be an AlarmsArgs; got list",
        "permissions must be a PermissionsArgs; got str",
    ]
    no_alarms: Any = {}
    args = replace(arguments(source, {"function.timeout": 901}), alarms=no_alarms)
    assert refused_as(args) == ["alarms must be an AlarmsArgs; got dict"]


def test_arguments_that_are_a_dict_are_told() -> None:
    assert refused_as({"function": {}}) == ["args must be a QueueConsumerArgs; got dict"]


def test_a_rule_for_several_arguments_waits_until_each_alone_is_right(source: Path) -> None:
    (problem,) = problems_with(
        source, {"function.timeout": 901, "queue.visibility_timeout_seconds": 20}
    )
    assert problem.startswith("function.timeout must be")


def test_the_error_is_a_value_error_that_names_the_component(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'PokerHands'"):
        QueueConsumer("PokerHands", arguments(tmp_path, {}))


NAMES = {"mapping.batch_size": "batchSize", "function.timeout": "functionTimeout"}


@pytest.mark.parametrize("size", [11, pulumi.Output.from_input(11)], ids=["known", "known later"])
def test_the_error_is_told_in_the_programs_names(source: Path, size: pulumi.Input[int]) -> None:
    args = arguments(source, {"mapping.batch_size": size})

    with pytest.raises(ArgumentsError) as refused:
        deploy(lambda: QueueConsumer("PokerHands", args, names=NAMES))

    told = str(refused.value)
    assert "- batchSize (11) must be at most 10" in told
    assert "mapping.batch_size" not in told
    assert "mapping.maximum_batching_window_in_seconds" in told


def test_a_warning_is_told_in_the_programs_names(source: Path) -> None:
    args = arguments(source, {"queue.visibility_timeout_seconds": 30})

    (told,) = deploy(lambda: QueueConsumer("PokerHands", args, names=NAMES)).warnings

    assert "six times functionTimeout" in told
    assert "function.timeout" not in told


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        (argument, bad[0])
        for argument, (_, bad) in EDGES.items()
        if not LIMITS[argument].rule.plain and argument != "tags"
    ],
)
def test_a_value_from_another_resource_is_checked_when_it_is_known(
    source: Path, argument: str, value: Any
) -> None:
    args = arguments(source, {argument: later(value)})
    with pytest.raises(ArgumentsError, match=argument):
        deploy(lambda: check("PokerHands", args))


def test_a_value_that_comes_late_and_is_nonsense_breaks_no_rule_of_several(source: Path) -> None:
    args = arguments(source, {"function.timeout": later("soon"), "mapping.batch_size": later(None)})
    with pytest.raises(ArgumentsError, match="must be a whole number"):
        deploy(lambda: check("PokerHands", args))


def test_a_fifo_queue_s_dead_letters_may_be_kept_for_less_time(source: Path) -> None:
    values = {**FIFO, "dead_letter_queue.message_retention_seconds": 60}
    assert problems_with(source, values) == []


def test_the_key_of_a_dead_letter_queue_is_for_an_existing_one(source: Path) -> None:
    key = {"dead_letter_queue.kms_key_arn": KEY}
    assert problems_with(source, {**key, "dead_letter_queue.arn": QUEUE}) == []
    (problem,) = problems_with(source, key)
    assert "is for an existing dead-letter queue" in problem


@pytest.mark.parametrize(
    "values",
    [
        {"function.description": pulumi.Output.secret("s3cr3t" * 50)},
        {"tags": {"token": pulumi.Output.secret("s3cr*t")}},
        {"permissions.statements": [{**STATEMENT, "Resource": pulumi.Output.secret("s3cr3t")}]},
    ],
)
def test_the_value_of_a_secret_is_in_no_message(source: Path, values: dict[str, Any]) -> None:
    args = arguments(source, values)
    with pytest.raises(ArgumentsError, match=r"must be .*; got a secret value") as refused:
        deploy(lambda: check("PokerHands", args))
    assert "s3cr" not in str(refused.value)


def test_the_value_of_an_environment_variable_is_in_no_message(source: Path) -> None:
    values = {"function.environment": {"TOKEN": pulumi.Output.secret(12_345)}}
    args = arguments(source, values)
    with pytest.raises(ArgumentsError) as refused:
        deploy(lambda: check("PokerHands", args))
    assert "TOKEN" in str(refused.value)
    assert "12345" not in str(refused.value)


def test_such_a_value_ends_the_program_with_this_error_alone(source: Path) -> None:
    with pytest.raises(ArgumentsError, match=r"function\.timeout"):
        deploy_consumer(source, {"function.timeout": pulumi.Output.from_input(901)})


def test_elements_from_other_resources_are_checked_when_they_are_known(source: Path) -> None:
    for values in (
        {"tags": {"team": later("v" * 257)}},
        {"function.environment": {"LEVEL": later("x" * 5_000)}},
        {"alarms.topics": [later(QUEUE)]},
    ):
        args = arguments(source, values)
        with pytest.raises(ArgumentsError):
            deploy(partial(check, "PokerHands", args))


@pytest.mark.parametrize("rule", REFUSED, ids=lambda rule: "-".join(rule.arguments))
def test_values_from_other_resources_must_go_together_too(source: Path, rule: Any) -> None:
    def checked_later(values: Mapping[str, Any], argument: str) -> None:
        value = later(values.get(argument, default(argument)))
        args = arguments(source, {**values, argument: value})
        deploy(partial(check, "PokerHands", args))

    good, bad = COMBINATIONS[rule.arguments]
    for argument in bad.keys() - {"queue.fifo_queue"}:
        with pytest.raises(ArgumentsError):
            checked_later(bad, argument)
        checked_later(good, argument)


def test_a_value_from_another_resource_reaches_its_resource(source: Path) -> None:
    values = {
        "function.timeout": pulumi.Output.from_input(20.0),  # the engine's numbers are floats
        "queue.visibility_timeout_seconds": pulumi.Output.from_input(120),
        "tags": pulumi.Output.from_input({"team": "cards"}),
    }
    deployed = deploy_consumer(source, values)
    assert deployed["PokerHandsConsumer"].inputs["timeout"] == 20
    assert deployed["PokerHandsQueue"].inputs["visibilityTimeoutSeconds"] == 120
    assert deployed["PokerHandsQueue"].inputs["tags"] == {"team": "cards"}


@pytest.mark.parametrize(
    "argument",
    [name for name, limit in LIMITS.items() if limit.rule.plain or limit.rule.collection],
)
def test_what_decides_which_resources_there_are_must_be_known(source: Path, argument: str) -> None:
    good, _ = EDGES[argument]
    (problem,) = problems_with(source, {argument: pulumi.Output.from_input(good[0])})
    assert problem.startswith(argument)
    assert "not come from another resource" in problem


def test_an_existing_queue_is_checked_by_what_its_resource_says(source: Path) -> None:
    def program(**attributes: Any) -> None:
        queue = aws.sqs.Queue("Existing", **attributes)
        values = {"queue": queue, "alarms.dead_letters": None}
        QueueConsumer("PokerHands", arguments(source, values))

    assert deploy(lambda: program(visibility_timeout_seconds=60)).warnings == []
    with pytest.raises(ArgumentsError, match=r"visibility_timeout_seconds \(9 s\)"):
        deploy(lambda: program(visibility_timeout_seconds=9))


@pytest.mark.parametrize(("receives", "warned"), [(5, False), ("10", False), (4, True)])
def test_the_receives_of_an_existing_queue_are_those_of_its_redrive_policy(
    source: Path, receives: object, *, warned: bool
) -> None:
    policy = {"deadLetterTargetArn": QUEUE, "maxReceiveCount": receives}

    def program() -> None:
        queue = aws.sqs.Queue(
            "Existing", visibility_timeout_seconds=60, redrive_policy=json.dumps(policy)
        )
        values = {"queue": queue, "mapping.maximum_concurrency": 5}
        QueueConsumer("PokerHands", arguments(source, values))

    warnings = deploy(program).warnings
    assert any("max_receive_count (4) is below 5" in each for each in warnings) == warned


def test_an_existing_queue_without_a_redrive_policy_dead_letters_nothing(source: Path) -> None:
    def program() -> None:
        queue = aws.sqs.Queue("Existing", visibility_timeout_seconds=60)
        values = {"queue": queue, "alarms.dead_letters": None, "mapping.maximum_concurrency": 5}
        QueueConsumer("PokerHands", arguments(source, values))

    assert deploy(program).warnings == []


def test_an_existing_queue_keeps_its_own_redrive_policy(source: Path) -> None:
    def program() -> None:
        queue = aws.sqs.Queue("Existing", visibility_timeout_seconds=60)
        values = {"queue": queue, "dead_letter_queue.max_receive_count": 5}
        QueueConsumer("PokerHands", arguments(source, values))

    with pytest.raises(ArgumentsError, match="must be set on the existing queues themselves"):
        deploy(program)


def test_arguments_cannot_be_changed_after_they_were_check(source: Path) -> None:
    args = arguments(source, {})
    with pytest.raises(AttributeError):
        args.tags = {}  # type: ignore[misc] # the point of the test


def later(value: Any) -> Any:
    """Return a value, or the elements of a collection, as other resources would give them."""
    if isinstance(value, list):
        return [pulumi.Output.from_input(each) for each in value]
    if isinstance(value, dict):
        return {name: pulumi.Output.from_input(each) for name, each in value.items()}
    return pulumi.Output.from_input(value)


def default(argument: str) -> Any:
    group, _, name = argument.partition(".")
    fields = QueueConsumerArgs.__dataclass_fields__
    factory = fields[group].default_factory
    return getattr(factory(), name) if callable(factory) else {"log_format": "Text"}.get(name)
