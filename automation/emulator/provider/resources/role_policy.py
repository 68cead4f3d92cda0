"""aws:iam/rolePolicy:RolePolicy; it follows ``internal/service/iam/role_policy.go``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from automation.emulator.provider.names import Naming, prefix_of
from automation.emulator.provider.policies import check_policy, same_policy
from automation.emulator.provider.resources.role import NOT_FOUND
from automation.emulator.provider.schema import (
    Change,
    Kind,
    Property,
    ResourceType,
    is_arn,
    matching,
)

if TYPE_CHECKING:
    from automation.emulator.provider.aws import Aws
    from automation.emulator.provider.values import Properties

MAX_ROLE = 128  # characters: `validRolePolicyRole` in ``internal/service/iam/validate.go``


def check_role(role: str) -> str | None:
    """Check that a role is given by its name."""
    if is_arn(role):
        return f"must be the role's name, not its ARN, got {role!r}"
    return None if 1 <= len(role) <= MAX_ROLE else f"must be 1 to {MAX_ROLE} characters"


PROPERTIES = {
    "name": Property(
        computed=True,
        forces_new=True,
        check=matching(r"[\w+=,.@-]{1,128}", "1 to 128 letters, digits and characters of _+=,.@-"),
    ),
    "namePrefix": Property(
        computed=True,
        forces_new=True,
        write_only=True,
        check=matching(r"[\w+=,.@-]{1,102}", "1 to 102 letters, digits and characters of _+=,.@-"),
    ),
    "policy": Property(kind=Kind.DOCUMENT, same=same_policy, required=True, check=check_policy),
    "role": Property(required=True, forces_new=True, check=check_role),
}


def create(aws: Aws, inputs: Properties) -> str:
    """Create the policy; its id is ``<role>:<policy>``."""
    resource_id = f"{inputs['role']}:{NAMING.given_or_prefixed(inputs)}"
    _put(aws, resource_id, inputs["policy"])
    return resource_id


def read(aws: Aws, resource_id: str) -> Properties:
    """Return the policy and its document."""
    role, _, name = resource_id.partition(":")
    document = aws.iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    return {"name": name, "role": role, "policy": json.dumps(document), **prefix_of(name)}


def update(aws: Aws, change: Change) -> None:
    """Replace the policy's document."""
    _put(aws, change.id, change.new["policy"])


def delete(aws: Aws, resource_id: str, _inputs: Properties) -> None:
    """Delete the policy from its role."""
    role, _, name = resource_id.partition(":")
    aws.iam.delete_role_policy(RoleName=role, PolicyName=name)


def _put(aws: Aws, resource_id: str, document: str) -> None:
    role, _, name = resource_id.partition(":")
    aws.iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document)


NAMING = Naming(limit=255)
ROLE_POLICY = ResourceType(
    pulumi_type="aws:iam/rolePolicy:RolePolicy",
    noun="IAM role policy",
    properties=PROPERTIES,
    conflicts=(("name", "namePrefix"),),
    naming=NAMING,
    not_found=NOT_FOUND,
    create=create,
    read=read,
    update=update,
    delete=delete,
)
