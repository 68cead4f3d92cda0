from __future__ import annotations

import json
import re
import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

from components.testing import Deployment, deploy
from tests.unit.components.building import arguments

CHECKOUT = Path(__file__).parents[3]
PROJECT = "poker-hands-consumer"
STACK = "unit"
PROJECT_FILE = yaml.safe_load((CHECKOUT / "Pulumi.yaml").read_text())
SETTINGS = {key: schema for key, schema in PROJECT_FILE["config"].items() if ":" not in key}
DEFAULTS = {key: schema["default"] for key, schema in SETTINGS.items()}


def run_main() -> dict[str, Any]:
    return runpy.run_path(str(CHECKOUT / "__main__.py"), run_name="__main__")


def run_program(**settings: Any) -> Deployment:
    """Run __main__.py with the defaults of Pulumi.yaml, and these settings of the stack."""
    return deploy(run_main, project=PROJECT, stack=STACK, config={**DEFAULTS, **settings})


def test_the_component_type_starts_with_the_project_name() -> None:
    assert PROJECT_FILE["name"] == PROJECT
    assert run_program()["PokerHands"].type.startswith(f"{PROJECT}:")


@pytest.mark.parametrize("key", SETTINGS)
def test_every_setting_has_a_type_a_description_and_a_default(key: str) -> None:
    assert SETTINGS[key].keys() == {"type", "description", "default"}


def program() -> dict[str, Any]:
    """Run __main__.py in mocks, and return its global names."""
    names: dict[str, Any] = {}
    deploy(lambda: names.update(run_main()), project=PROJECT, stack=STACK, config=DEFAULTS)
    return names


def test_every_setting_is_an_argument_with_the_same_default() -> None:
    names = program()
    assert {*names["KEYS"].values(), "tags"} == set(SETTINGS)
    default = arguments(CHECKOUT / "function", {})
    own_tags = {"project": PROJECT, "stack": STACK}
    assert replace(names["args"], tags={}) == replace(
        default, alarms=replace(default.alarms, topics=[])
    )
    assert names["args"].tags == own_tags


def test_the_stack_outputs_are_a_contract_with_other_programs() -> None:
    deployed = run_program()
    assert deployed.exports == {
        "queue_url": "url:PokerHandsQueue",
        "queue_arn": deployed["PokerHandsQueue"].outputs["arn"],
        "dead_letter_queue_url": "url:PokerHandsDeadLetterQueue",
        "dead_letter_queue_arn": deployed["PokerHandsDeadLetterQueue"].outputs["arn"],
        "function_name": "PokerHandsConsumer-0000000",
        "function_arn": deployed["PokerHandsConsumer"].outputs["arn"],
        "role_arn": deployed["PokerHandsLambdaRole"].outputs["arn"],
        "log_group_name": deployed["PokerHandsLogGroup"].outputs["name"],
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
        deadLetterRetention=400_000,
        logRetention=3,
        runtime="python3.13",
        architecture="arm64",
        batchingWindow=1,
        alarmTopic="arn:aws:sns:us-east-1:123456789012:alarms",
    )
    function = deployed["PokerHandsConsumer"].inputs
    assert (function["memorySize"], function["timeout"]) == (256, 1)
    assert (function["runtime"], function["architectures"]) == ("python3.13", ["arm64"])
    assert deployed["PokerHandsQueue"].inputs["visibilityTimeoutSeconds"] == 2
    assert json.loads(deployed["PokerHandsQueue"].inputs["redrivePolicy"])["maxReceiveCount"] == 4
    mapping = deployed["PokerHandsMapping"].inputs
    assert (mapping["batchSize"], mapping["maximumBatchingWindowInSeconds"]) == (5, 1)
    (topic,) = deployed["PokerHandsDeadLettersAlarm"].inputs["alarmActions"]
    assert topic.endswith(":alarms")
    assert deployed["PokerHandsDeadLetterQueue"].inputs["messageRetentionSeconds"] == 400_000
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


def test_invalid_settings_end_the_program_with_the_names_of_their_keys() -> None:
    with pytest.raises(pulumi.RunError) as raised:  # printed without a traceback
        run_program(functionTimeout=901, batchSize=11, alarmTopic="alarms", runtime="python2.7")
    told = str(raised.value)
    for key in ("functionTimeout", "batchSize (11)", "batchingWindow", "alarmTopic", "runtime"):
        assert key in told
    assert not re.search(r"\b(function|mapping|queue|alarms)\.\w", told)


@pytest.mark.parametrize(
    ("key", "advice"),
    [
        ("batchsize", "did you mean batchSize?"),
        ("functionTimout", "did you mean functionTimeout?"),
        ("colour", "Pulumi.yaml lists the keys"),
    ],
)
def test_a_key_that_the_program_does_not_read_is_told(key: str, advice: str) -> None:
    told = run_program(**{key: 5}).warnings

    assert f"the configuration key {key} is ignored: {advice}" in told


def test_the_keys_of_pulumi_yaml_and_of_others_are_no_reason_to_warn() -> None:
    others = {"aws:region": "us-east-1", "other-project:batchsize": "5"}

    assert not [each for each in run_program(**others).warnings if "key" in each]
