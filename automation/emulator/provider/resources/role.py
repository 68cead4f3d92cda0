"""aws:iam/role:Role; it follows ``internal/service/iam/role.go``."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from automation.emulator.provider.aws import create_once
from automation.emulator.provider.names import Naming, prefix_of
from automation.emulator.provider.policies import check_policy, same_policy
from automation.emulator.provider.schema import (
    ARN,
    TAGS,
    Change,
    Kind,
    Property,
    ResourceType,
    between,
    each_item,
    either,
    matching,
    one_of,
)
from automation.emulator.provider.tags import key_values, tag_changes, tag_properties

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager

    from automation.emulator.provider.aws import Aws
    from automation.emulator.provider.values import Properties

NOT_FOUND = frozenset({"NoSuchEntity"})

PROPERTIES = {
    "assumeRolePolicy": Property(
        kind=Kind.DOCUMENT, same=same_policy, required=True, check=check_policy
    ),
    "description": Property(
        check=matching(
            r"(?s)[^\u201c\u2018]{0,1000}", "at most 1000 characters, without typographic quotes"
        )
    ),
    "forceDetachPolicies": Property(kind=Kind.BOOLEAN, default=False, write_only=True),
    "managedPolicyArns": Property(kind=Kind.STRING_SET, computed=True, check=each_item(ARN)),
    "maxSessionDuration": Property(kind=Kind.INTEGER, default=3600, check=between(3600, 43_200)),
    "name": Property(
        computed=True,
        forces_new=True,
        check=matching(r"[\w+=,.@-]{1,64}", "1 to 64 letters, digits and characters of _+=,.@-"),
    ),
    "namePrefix": Property(
        computed=True,
        forces_new=True,
        write_only=True,
        check=matching(r"[\w+=,.@-]{1,38}", "1 to 38 letters, digits and characters of _+=,.@-"),
    ),
    "path": Property(
        default="/",
        forces_new=True,
        check=matching(r"/|/.{1,510}/", "a path that starts and ends with /"),
    ),
    "permissionsBoundary": Property(check=either(ARN, one_of(""))),
    "tags": TAGS,
}


def create(aws: Aws, inputs: Properties) -> str:
    """Create the role; its id is its name."""
    optional = {
        parameter: inputs[name]
        for name, parameter in (
            ("description", "Description"),
            ("permissionsBoundary", "PermissionsBoundary"),
        )
        if inputs.get(name)
    }
    name = NAMING.given_or_prefixed(inputs)
    request = partial(
        aws.iam.create_role,
        RoleName=name,
        AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
        Path=inputs["path"],
        MaxSessionDuration=inputs["maxSessionDuration"],
        Tags=key_values(inputs.get("tags", {})),
        **optional,
    )
    create_once(request, "EntityAlreadyExists")
    return name


def stabilize(aws: Aws, name: str, inputs: Properties) -> None:
    """Attach the managed policies."""
    for arn in inputs.get("managedPolicyArns", []):
        aws.iam.attach_role_policy(RoleName=name, PolicyArn=arn)


def read(aws: Aws, name: str) -> Properties:
    """Return the role and its managed policies."""
    role = aws.iam.get_role(RoleName=name)["Role"]
    boundary = role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return {
        "arn": role["Arn"],
        "assumeRolePolicy": json.dumps(role["AssumeRolePolicyDocument"]),
        "createDate": role["CreateDate"].isoformat(),
        "managedPolicyArns": attached_policies(aws, name),
        "maxSessionDuration": role["MaxSessionDuration"],
        "name": role["RoleName"],
        "path": role["Path"],
        "uniqueId": role["RoleId"],
        **prefix_of(name),
        **({"description": role["Description"]} if role.get("Description") else {}),
        **({"permissionsBoundary": boundary} if boundary else {}),
        **tag_properties({tag["Key"]: tag["Value"] for tag in role.get("Tags", [])}),
    }


def update(aws: Aws, change: Change) -> None:
    """Change each property that differs, and the tags."""
    name, new = change.id, change.new
    if change.touches("assumeRolePolicy"):
        document = new["assumeRolePolicy"]
        aws.iam.update_assume_role_policy(RoleName=name, PolicyDocument=document)
    if change.touches("description"):
        aws.iam.update_role_description(RoleName=name, Description=new.get("description", ""))
    if change.touches("maxSessionDuration"):
        aws.iam.update_role(RoleName=name, MaxSessionDuration=new["maxSessionDuration"])
    if change.touches("permissionsBoundary"):
        if boundary := new.get("permissionsBoundary"):
            aws.iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=boundary)
        else:
            with _already_gone(aws):
                aws.iam.delete_role_permissions_boundary(RoleName=name)
    if change.touches("managedPolicyArns"):
        old_arns, new_arns = (set(each.get("managedPolicyArns", [])) for each in (change.old, new))
        _detach(aws, name, old_arns - new_arns)
        stabilize(aws, name, {"managedPolicyArns": sorted(new_arns - old_arns)})
    changed, removed = tag_changes(change)
    if changed:
        aws.iam.tag_role(RoleName=name, Tags=key_values(changed))
    if removed:
        aws.iam.untag_role(RoleName=name, TagKeys=removed)


def delete(aws: Aws, name: str, state: Properties) -> None:
    """Delete the role, as `deleteRole` of the official provider does.

    All managed policies are detached if `forceDetachPolicies` is set or the state has any. Inline
    policies, which are resources of their own, are deleted only if `forceDetachPolicies` is set.
    """
    _leave_instance_profiles(aws, name)
    forced = state.get("forceDetachPolicies")
    if forced or state.get("managedPolicyArns"):
        _detach(aws, name, attached_policies(aws, name))
    if forced:
        _delete_inline_policies(aws, name)
    aws.iam.delete_role(RoleName=name)


def _leave_instance_profiles(aws: Aws, name: str) -> None:
    pages = aws.iam.get_paginator("list_instance_profiles_for_role").paginate(RoleName=name)
    for profile in [each for page in pages for each in page["InstanceProfiles"]]:
        with _already_gone(aws):
            aws.iam.remove_role_from_instance_profile(
                InstanceProfileName=profile["InstanceProfileName"], RoleName=name
            )


def _delete_inline_policies(aws: Aws, name: str) -> None:
    pages = aws.iam.get_paginator("list_role_policies").paginate(RoleName=name)
    for policy in [each for page in pages for each in page["PolicyNames"]]:
        with _already_gone(aws):
            aws.iam.delete_role_policy(RoleName=name, PolicyName=policy)


def _already_gone(aws: Aws) -> AbstractContextManager[None]:
    """Ignore that a role's policy or profile is gone: it must not count as the role's deletion."""
    return suppress(aws.iam.exceptions.NoSuchEntityException)


def attached_policies(aws: Aws, name: str) -> list[str]:
    """Return the ARNs of the managed policies of a role."""
    pages = aws.iam.get_paginator("list_attached_role_policies").paginate(RoleName=name)
    return sorted(policy["PolicyArn"] for page in pages for policy in page["AttachedPolicies"])


def _detach(aws: Aws, name: str, arns: Iterable[str]) -> None:
    for arn in sorted(arns):
        with _already_gone(aws):
            aws.iam.detach_role_policy(RoleName=name, PolicyArn=arn)


NAMING = Naming(limit=64)
ROLE = ResourceType(
    pulumi_type="aws:iam/role:Role",
    noun="IAM role",
    properties=PROPERTIES,
    unsupported={"inlinePolicies": "create an aws.iam.RolePolicy for each policy instead"},
    outputs=("arn", "createDate", "tagsAll", "uniqueId"),
    conflicts=(("name", "namePrefix"),),
    naming=NAMING,
    not_found=NOT_FOUND,
    create=create,
    stabilize=stabilize,
    read=read,
    update=update,
    delete=delete,
)
