"""The deployer's policy, checked with AWS's own list of actions, resources and conditions."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from policy_sentry.querying.actions import get_action_data

from automation.cli import command
from automation.emulator.provider.resources import RESOURCE_TYPES
from automation.stack.kinds import KINDS
from automation.support.paths import CHECKOUT
from automation.targets.permissions import TYPES, deployer_policy

MOST = 6144  # characters of a managed policy, white space not counted (IAM quotas)
ANY = "*"
CALL = re.compile(
    r"\b(sqs|logs|lambda_|iam|cloudwatch|tagging)"
    r"\.(?:get_paginator\(\"(?P<paged>\w+)\"|(?P<called>[a-z]+_\w+)\()"
)
PREFIXES = {"lambda_": "lambda", "tagging": "tag"}  # of actions, where the client has another name
EMULATOR_ONLY = {"sqs:ListQueues", "lambda:ListFunctions"}  # on AWS the tagging service finds them

LISTS_ALL = {"cloudwatch:DescribeAlarms"}  # has a narrower resource, if names are given

Statement = dict[str, Any]


def faults(statement: Statement) -> list[str]:
    """What is wrong with a statement: an action, its resource or its condition."""
    found = []
    for action in statement["Action"]:
        service, _, name = action.partition(":")
        known = get_action_data(service, name)
        if not known:
            found.append(f"{action} is no action")
            continue
        rows = [row for row in known[service] if fits(row["resource_arn_format"], statement)]
        if action in LISTS_ALL and statement["Resource"] == ANY:
            continue
        if not rows:
            found.append(f"{action} is not for {statement['Resource']}")
        keys = {key for test in statement.get("Condition", {}).values() for key in test}
        if not any(keys <= set(row["condition_keys"]) for row in rows):
            found.append(f"{action} has not the condition keys {keys}")
    return found


def fits(arn_format: str, statement: Statement) -> bool:
    """Whether resources of this format match the statement's pattern."""
    if ANY in {arn_format, statement["Resource"]}:
        return bool(arn_format == statement["Resource"])
    (_, _, service, *_, kind), (_, _, wanted, *_, pattern) = (
        text.split(":", 5) for text in (arn_format, statement["Resource"])
    )
    return bool(service == wanted and pattern.startswith(kind.partition("${")[0]))


STATEMENTS = {each["Sid"]: each for each in deployer_policy()["Statement"]}


@pytest.mark.parametrize("sid", STATEMENTS)
def test_every_action_exists_for_its_resources_and_conditions(sid: str) -> None:
    assert faults(STATEMENTS[sid]) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"Action": ["sqs:MakeQueue"]}, "sqs:MakeQueue is no action"),
        ({"Action": ["lambda:GetFunction"]}, "lambda:GetFunction is not for arn:aws:sqs"),
        ({"Resource": "*"}, "sqs:GetQueueAttributes is not for *"),
        ({"Condition": {"ArnLike": {"lambda:FunctionArn": "x"}}}, "has not the condition keys"),
    ],
)
def test_a_wrong_statement_is_caught(change: Statement, fault: str) -> None:
    assert any(fault in each for each in faults({**STATEMENTS["Queues"], **change}))


def test_only_what_has_no_narrower_resource_is_granted_on_all() -> None:
    wide = {sid for sid, each in STATEMENTS.items() if each["Resource"] == ANY}

    assert wide == {"CreateMappings", "Find"}
    assert "Condition" in STATEMENTS["CreateMappings"]
    assert all(
        action.split(":")[1].startswith(("List", "Get", "Describe"))
        for action in STATEMENTS["Find"]["Action"]
    )


def test_no_action_is_a_pattern_and_roles_go_to_lambda_only() -> None:
    assert not [
        action for each in STATEMENTS.values() for action in each["Action"] if ANY in action
    ]
    assert STATEMENTS["PassRole"]["Condition"] == {
        "StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}
    }


def test_every_type_that_is_deployed_has_its_permissions() -> None:
    assert set(RESOURCE_TYPES) <= set(TYPES)
    assert {kind.type for kind in KINDS.values()} <= set(TYPES)


def test_every_call_of_the_automation_is_granted() -> None:
    modules = [
        path.read_text()
        for path in (CHECKOUT / "automation").rglob("*.py")
        if "emulator" not in path.parts
    ]
    called = {
        f"{PREFIXES.get(call[1], call[1])}:{name.removesuffix('Batch')}"
        for text in modules
        for call in CALL.finditer(text)
        if (name := (call["paged"] or call["called"]).title().replace("_", "")) != "GetPaginator"
    }

    granted = {action for each in STATEMENTS.values() for action in each["Action"]}
    assert len(called) > 30
    assert called - granted == EMULATOR_ONLY
    assert set(STATEMENTS["Find"]["Action"]) >= LISTS_ALL


def test_the_policy_is_one_managed_policy() -> None:
    policy = deployer_policy(prefix="p" * 40, account="1" * 12, region="ap-southeast-1")

    assert len(json.dumps(policy, separators=(",", ":"))) <= MOST


def test_the_command_prints_a_policy_for_one_account_region_and_prefix(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert (
        command(["permissions", "--account=123456789012", "--region=eu-west-1", "--prefix=Orders"])
        == 0
    )

    policy = json.loads(capsys.readouterr().out)
    resources = {each["Sid"]: each["Resource"] for each in policy["Statement"]}
    assert resources["Queues"] == "arn:aws:sqs:eu-west-1:123456789012:Orders*"
    assert resources["Roles"] == "arn:aws:iam::123456789012:role/Orders*"
    assert "PokerHands" not in json.dumps(policy)
