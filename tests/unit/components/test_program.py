from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

from components import QueueConsumerArgs
from tests.unit.components.harness import PROJECT, STACK, TESTS, Deployment, deploy

CHECKOUT = TESTS.parent
PROJECT_FILE = yaml.safe_load((CHECKOUT / "Pulumi.yaml").read_text())
SETTINGS = {key: schema for key, schema in PROJECT_FILE["config"].items() if ":" not in key}


def run_program(**settings: Any) -> Deployment:
    """Run __main__.py with the defaults of Pulumi.yaml, and these settings of the stack."""
    values = {key: schema["default"] for key, schema in SETTINGS.items()} | settings
    pulumi.runtime.set_all_config(
        {
            f"{PROJECT}:{key}": value if isinstance(value, str) else json.dumps(value)
            for key, value in values.items()
        }
    )
    return deploy(lambda: runpy.run_path(str(CHECKOUT / "__main__.py"), run_name="__main__"))


def test_the_component_type_starts_with_the_project_name() -> None:
    assert PROJECT_FILE["name"] == PROJECT
    assert run_program()["PokerHands"].type.startswith(f"{PROJECT}:")


@pytest.mark.parametrize("key", SETTINGS)
def test_every_setting_has_a_type_a_description_and_a_default(key: str) -> None:
    assert SETTINGS[key].keys() == {"type", "description", "default"}


def test_every_argument_of_the_component_is_a_setting() -> None:
    arguments = {snake(key) for key in SETTINGS}
    assert arguments == set(QueueConsumerArgs.__dataclass_fields__)


@pytest.mark.parametrize(
    "key", sorted(SETTINGS.keys() - {"functionSource", "visibilityTimeout", "tags"})
)
def test_a_setting_and_its_argument_have_the_same_default(key: str) -> None:
    assert SETTINGS[key]["default"] == QueueConsumerArgs.__dataclass_fields__[snake(key)].default


def test_the_stack_outputs_are_a_contract_with_other_programs() -> None:
    assert run_program().exports == {
        "queue_url": "url:PokerHandsQueue",
        "queue_arn": "arn:PokerHandsQueue",
        "dead_letter_queue_url": "url:PokerHandsDeadLetterQueue",
        "dead_letter_queue_arn": "arn:PokerHandsDeadLetterQueue",
        "function_name": "PokerHandsConsumer-0000000",
        "function_arn": "arn:PokerHandsConsumer",
        "role_arn": "arn:PokerHandsLambdaRole",
        "log_group_name": "/aws/lambda/PokerHandsConsumer-0000000",
        "mapping_uuid": "uuid:PokerHandsMapping",
    }


def test_the_default_visibility_timeout_is_six_function_timeouts() -> None:
    queue = run_program()["PokerHandsQueue"].inputs
    assert queue["visibilityTimeoutSeconds"] == 60


def test_a_stacks_settings_reach_the_resources() -> None:
    deployed = run_program(
        memorySize=256,
        functionTimeout=1,
        visibilityTimeout=2,
        maxReceiveCount=4,
        batchSize=5,
        deadLetterRetention=120,
        logRetention=3,
        runtime="python3.13",
    )
    function = deployed["PokerHandsConsumer"].inputs
    assert (function["memorySize"], function["timeout"]) == (256, 1)
    assert function["runtime"] == "python3.13"
    assert deployed["PokerHandsQueue"].inputs["visibilityTimeoutSeconds"] == 2
    assert json.loads(deployed["PokerHandsQueue"].inputs["redrivePolicy"])["maxReceiveCount"] == 4
    assert deployed["PokerHandsMapping"].inputs["batchSize"] == 5
    assert deployed["PokerHandsDeadLetterQueue"].inputs["messageRetentionSeconds"] == 120
    assert deployed["PokerHandsLogGroup"].inputs["retentionInDays"] == 3


def test_the_function_source_is_relative_to_the_program_not_to_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code = run_program()["PokerHandsConsumer"].inputs["code"]
    assert Path(code.assets["handler.py"].path) == CHECKOUT / "function" / "handler.py"


def test_another_function_can_be_deployed(tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text("def consume(event, context): ...\n")
    deployed = run_program(functionSource=str(tmp_path), handler="other.consume")
    function = deployed["PokerHandsConsumer"].inputs
    assert function["handler"] == "other.consume"
    assert list(function["code"].assets) == ["other.py"]


def test_the_tags_of_project_and_stack_override_configured_ones() -> None:
    deployed = run_program(tags={"team": "cards", "stack": "a wrong one"})
    assert deployed["PokerHandsQueue"].inputs["tags"] == {
        "team": "cards",
        "project": PROJECT,
        "stack": STACK,
    }


def test_invalid_settings_end_the_program_without_a_traceback() -> None:
    with pytest.raises(pulumi.RunError) as raised:
        run_program(functionTimeout=901, batchSize=11)
    assert "function_timeout" in str(raised.value)
    assert "batch_size" in str(raised.value)


def test_the_error_says_how_its_names_relate_to_the_configuration_keys() -> None:
    with pytest.raises(pulumi.RunError, match="camelCase: batchSize for batch_size"):
        run_program(batchSize=11)


def snake(key: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in key)
