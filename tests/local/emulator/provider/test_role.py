"""Roles and their policies, against a running emulator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError

from automation.emulator.provider.values import Secret, decode
from tests.local.emulator.provider.driver import AbortedError
from tests.local.emulator.provider.stack import ROLE, ROLE_POLICY, TRUST, policy

if TYPE_CHECKING:
    from automation.emulator.provider.aws import Aws
    from tests.local.emulator.provider.driver import Driver
    from tests.local.emulator.provider.stack import Stack


def test_a_roles_parts_are_set_and_changed(driver: Driver, aws: Aws) -> None:
    managed = [f"arn:aws:iam::aws:policy/{name}" for name in ("ReadOnlyAccess", "PowerUserAccess")]
    role = driver.create(
        ROLE,
        "role",
        assumeRolePolicy=TRUST,
        description="before",
        path="/team/",
        permissionsBoundary=managed[0],
        managedPolicyArns=managed[:1],
        tags={"a": "1", "b": "1"},
    )
    other_trust = json.loads(json.dumps(TRUST).replace("lambda.", "ecs."))
    after: dict[str, Any] = {
        "assumeRolePolicy": other_trust,
        "maxSessionDuration": 7200,
        "path": "/team/",
        "managedPolicyArns": managed[1:],
        "tags": {"a": "2"},
    }
    assert driver.diff(role, **after).replaces == set()
    driver.update(role, **after)
    found: Any = aws.iam.get_role(RoleName=role.id)["Role"]
    assert found["AssumeRolePolicyDocument"] == other_trust
    assert (found["Description"], found["MaxSessionDuration"]) == ("", 7200)
    assert found["Path"] == "/team/"
    assert not found.get("PermissionsBoundary")
    assert found["Tags"] == [{"Key": "a", "Value": "2"}]
    assert role.state["managedPolicyArns"] == managed[1:]
    assert driver.diff(role, **{**after, "path": "/"}).replaces == {"path"}


def test_a_role_with_policies_of_others_is_deleted_only_if_they_may_be_detached(
    driver: Driver, aws: Aws
) -> None:
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    role = driver.create(ROLE, "role", assumeRolePolicy=TRUST)
    aws.iam.attach_role_policy(RoleName=role.id, PolicyArn=arn)
    with pytest.raises(AbortedError, match=r"deleting IAM role .*: DeleteConflict"):
        driver.delete(role)
    driver.update(role, assumeRolePolicy=TRUST, forceDetachPolicies=True)
    document = json.dumps(policy("sqs:*"))
    aws.iam.put_role_policy(RoleName=role.id, PolicyName="p", PolicyDocument=document)
    driver.delete(role)
    assert driver.read(role) is None


def test_a_role_takes_the_policies_in_its_state_off_before_it_is_deleted(
    driver: Driver, aws: Aws
) -> None:
    role = driver.create(ROLE, "role", assumeRolePolicy=TRUST)
    for name in ("ReadOnlyAccess", "PowerUserAccess"):
        aws.iam.attach_role_policy(RoleName=role.id, PolicyArn=f"arn:aws:iam::aws:policy/{name}")
    aws.iam.create_instance_profile(InstanceProfileName="profile")
    aws.iam.add_role_to_instance_profile(InstanceProfileName="profile", RoleName=role.id)
    refreshed = driver.read(role)
    assert refreshed is not None
    assert refreshed.inputs == role.inputs
    driver.delete(refreshed)
    assert driver.read(role) is None
    aws.iam.delete_instance_profile(InstanceProfileName="profile")


def test_an_update_that_fails_half_way_is_recorded_as_far_as_it_came(
    driver: Driver, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = driver.create(
        ROLE,
        "role",
        assumeRolePolicy=TRUST,
        description="before",
        tags={"hidden": Secret("open-sesame")},
    )
    missing = ["arn:aws:iam::000000000000:policy/missing"]
    after = {"assumeRolePolicy": TRUST, "description": "after", "managedPolicyArns": missing}
    refusal = ClientError(
        {"Error": {"Code": "NoSuchEntity", "Message": "it does not exist"}}, "AttachRolePolicy"
    )
    monkeypatch.setattr(aws.iam, "attach_role_policy", Mock(side_effect=refusal))
    with pytest.raises(AbortedError, match=r"updating IAM role .*: NoSuchEntity"):
        driver.update(role, **after)
    failure = driver.init_failure()
    assert failure.id == role.id
    role.state = decode(failure.properties)
    assert role.state["description"] == "after"
    assert role.state["tags"] == role.state["tagsAll"] == {"hidden": Secret("open-sesame")}
    assert driver.diff(role, **after).changed == {"managedPolicyArns", "tags"}


def test_a_role_policys_document_is_changed_in_place(
    driver: Driver, stack: Stack, aws: Aws
) -> None:
    inputs = stack.inputs(ROLE_POLICY)
    created = driver.create(ROLE_POLICY, "policy", **inputs)
    assert created.id == f"{inputs['role']}:{created.state['name']}"
    inputs["policy"] = policy("sqs:DeleteMessage")
    assert driver.diff(created, **inputs).changed == {"policy"}
    driver.update(created, **inputs)
    response = aws.iam.get_role_policy(RoleName=inputs["role"], PolicyName=created.state["name"])
    assert response["PolicyDocument"] == inputs["policy"]
    assert driver.diff(created, **{**inputs, "role": "other"}).replaces == {"role"}
