from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from components import ArgumentsError, QueueConsumer, QueueConsumerArgs
from tests.unit.components.harness import deploy

if TYPE_CHECKING:
    from pathlib import Path

LONGEST_HANDLER = "h" * 126 + ".f"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for module in ("handler.py", f"{'h' * 126}.py"):
        (tmp_path / module).write_text("def f(event, context): ...\n")
    return tmp_path


def problems_with(name: str, **arguments: Any) -> tuple[str, ...]:
    """Return the problems of invalid arguments. No mocks: the error comes before any resource."""
    with pytest.raises(ArgumentsError) as rejected:
        QueueConsumer(name, QueueConsumerArgs(**arguments))
    return rejected.value.problems


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("function_timeout", 0),
        ("function_timeout", 901),
        ("function_timeout", "10"),
        ("function_timeout", True),
        ("function_timeout", None),
        ("memory_size", 127),
        ("memory_size", 10_241),
        ("memory_size", 128.0),
        ("visibility_timeout", -1),
        ("visibility_timeout", 43_201),
        ("visibility_timeout", 9),
        ("max_receive_count", 0),
        ("max_receive_count", 1_001),
        ("batch_size", 0),
        ("batch_size", 11),
        ("dead_letter_retention", 59),
        ("dead_letter_retention", 1_209_601),
        ("log_retention", 0),
        ("log_retention", 15),
        ("log_retention", "14"),
        ("runtime", "nodejs22.x"),
        ("runtime", "python3.9"),
        ("runtime", "python3.12 "),
        ("runtime", 3.12),
        ("handler", "handler"),
        ("handler", "handler.py:lambda_handler"),
        ("handler", "handler.lambda_handler\n"),
        ("handler", "h" + LONGEST_HANDLER),
        ("handler", None),
        ("tags", ["team"]),
        ("tags", {str(number): "" for number in range(51)}),
    ],
)
def test_an_invalid_argument_is_named(source: Path, argument: str, value: object) -> None:
    problems = problems_with("PokerHands", function_source=source, **{argument: value})
    assert any(problem.startswith(argument) for problem in problems)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("", "no key"),
        ("k" * 129, "a long key"),
        ("aws:cloudformation", "a reserved key"),
        ("AWS:cloudformation", "a reserved key"),
        ("a,b", "a comma"),
        ("tab\there", "a control character"),
        ("team", "v" * 257),
        ("team", "aws:reserved"),
        ("team", "semi;colon"),
        ("team", 5),
        (5, "not text"),
    ],
)
def test_an_invalid_tag_is_named(source: Path, key: object, value: object) -> None:
    (problem,) = problems_with("PokerHands", function_source=source, tags={key: value})
    assert repr(key) in problem


def test_tag_keys_that_differ_only_in_case_are_rejected_as_in_iam(source: Path) -> None:
    (problem,) = problems_with(
        "PokerHands", function_source=source, tags={"Team": "a", "team": "b"}
    )
    assert "'team'" in problem


@pytest.mark.parametrize("name", ["", "Poker Hands", "Poker.Hands", "Hände"])
def test_a_component_name_that_no_aws_name_can_start_with_is_rejected(
    source: Path, name: str
) -> None:
    (problem,) = problems_with(name, function_source=source)
    assert "name" in problem


def test_all_problems_are_reported_at_once(tmp_path: Path) -> None:
    with pytest.raises(ArgumentsError) as rejected:
        QueueConsumer(
            "Poker Hands",
            QueueConsumerArgs(
                function_source=tmp_path / "missing",
                handler="handler",
                runtime="ruby3.3",
                memory_size=64,
                function_timeout=901,
                visibility_timeout=5,
                max_receive_count=0,
                batch_size=11,
                dead_letter_retention=1,
                log_retention=2,
                tags={"aws:tag": "x"},
            ),
        )
    assert len(rejected.value.problems) == 12
    assert all(f"\n  - {problem}" in str(rejected.value) for problem in rejected.value.problems)


def test_the_error_is_a_value_error_that_names_the_component(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'PokerHands'"):
        QueueConsumer("PokerHands", QueueConsumerArgs(function_source=tmp_path))


@pytest.mark.parametrize(
    "arguments",
    [
        {"function_timeout": 1, "visibility_timeout": 1, "memory_size": 128},
        {"function_timeout": 900, "memory_size": 10_240},
        {"visibility_timeout": 43_200, "dead_letter_retention": 60, "batch_size": 1},
        {"max_receive_count": 1, "log_retention": 3653},
        {"max_receive_count": 1_000, "log_retention": 1, "runtime": "python3.10"},
        {"handler": LONGEST_HANDLER},
        {"tags": {"k" * 128: "v" * 256, "Kostenstelle für Ä_.:/=+-@": ""}},
        {"tags": {str(number): "" for number in range(50)}},
    ],
)
def test_values_at_the_limits_are_accepted(source: Path, arguments: dict[str, Any]) -> None:
    args = QueueConsumerArgs(function_source=source, **arguments)
    assert deploy(lambda: QueueConsumer("PokerHands", args)).children("PokerHands")


def test_values_that_are_not_known_yet_are_left_for_aws_to_check(source: Path) -> None:
    later = pulumi.Output.from_input
    args = QueueConsumerArgs(
        function_source=source,
        handler=later("handler"),
        runtime=later("ruby3.3"),
        memory_size=later(1),
        function_timeout=later(901),
        visibility_timeout=later(5),
        max_receive_count=later(0),
        batch_size=later(11),
        dead_letter_retention=later(1),
        log_retention=later(2),
        tags={"team": later("v" * 257)},
    )
    deployed = deploy(lambda: QueueConsumer("PokerHands", args))
    assert deployed["PokerHandsConsumer"].inputs["timeout"] == 901


def test_arguments_cannot_be_changed_after_they_were_checked(source: Path) -> None:
    args = QueueConsumerArgs(function_source=source)
    with pytest.raises(AttributeError):
        args.batch_size = 11  # type: ignore[misc] # the point of the test
