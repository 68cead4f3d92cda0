"""Deleting a role whose policies go away meanwhile."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError

from automation.emulator.provider.resources import role


class NoSuchEntityError(ClientError):
    def __init__(self, operation: str) -> None:
        super().__init__({"Error": {"Code": "NoSuchEntity", "Message": "gone"}}, operation)


@pytest.fixture
def aws() -> Any:
    pages = {
        "list_instance_profiles_for_role": {"InstanceProfiles": [{"InstanceProfileName": "p"}]},
        "list_attached_role_policies": {
            "AttachedPolicies": [{"PolicyArn": "arn:a"}, {"PolicyArn": "arn:b"}]
        },
        "list_role_policies": {"PolicyNames": ["inline"]},
    }
    iam = Mock()
    iam.exceptions.NoSuchEntityException = NoSuchEntityError
    iam.get_paginator.side_effect = lambda name: Mock(paginate=lambda **_: [pages[name]])
    for call in (
        "remove_role_from_instance_profile",
        "detach_role_policy",
        "delete_role_policy",
    ):
        getattr(iam, call).side_effect = NoSuchEntityError(call)
    return Mock(iam=iam)


@pytest.mark.parametrize(
    ("state", "detached", "deleted"),
    [
        ({}, [], []),
        ({"managedPolicyArns": ["arn:a"]}, ["arn:a", "arn:b"], []),
        ({"forceDetachPolicies": True}, ["arn:a", "arn:b"], ["inline"]),
    ],
)
def test_a_role_is_deleted_although_its_policies_are_gone(
    aws: Any, state: dict[str, Any], detached: list[str], deleted: list[str]
) -> None:
    role.delete(aws, "role", state)
    arns = [call.kwargs["PolicyArn"] for call in aws.iam.detach_role_policy.call_args_list]
    names = [call.kwargs["PolicyName"] for call in aws.iam.delete_role_policy.call_args_list]
    assert (arns, names) == (detached, deleted)
    aws.iam.delete_role.assert_called_once_with(RoleName="role")
