"""aws:iam/rolePolicyAttachment:RolePolicyAttachment, a managed policy of a role.

It follows ``internal/service/iam/role_policy_attachment.go``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.emulator.provider.resources.role import NOT_FOUND, attached_policies
from automation.emulator.provider.schema import ARN, Change, Property, ResourceType

if TYPE_CHECKING:
    from automation.emulator.provider.aws import Aws
    from automation.emulator.provider.values import Properties

PROPERTIES = {
    "policyArn": Property(required=True, forces_new=True, check=ARN),
    "role": Property(required=True, forces_new=True),
}


def create(aws: Aws, inputs: Properties) -> str:
    """Attach the policy; the id is ``<role>/<policy's ARN>``, as in an import."""
    aws.iam.attach_role_policy(RoleName=inputs["role"], PolicyArn=inputs["policyArn"])
    return f"{inputs['role']}/{inputs['policyArn']}"


def read(aws: Aws, resource_id: str) -> Properties | None:
    """Return the attachment; None if the role has no such policy."""
    role, _, arn = resource_id.partition("/")
    return {"policyArn": arn, "role": role} if arn in attached_policies(aws, role) else None


def update(_aws: Aws, change: Change) -> None:
    """Change nothing: every property of an attachment forces a new one."""
    raise AssertionError(f"{change.id} has no properties that can change")


def delete(aws: Aws, resource_id: str, _inputs: Properties) -> None:
    """Detach the policy."""
    role, _, arn = resource_id.partition("/")
    aws.iam.detach_role_policy(RoleName=role, PolicyArn=arn)


ROLE_POLICY_ATTACHMENT = ResourceType(
    pulumi_type="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    noun="attachment of a policy to a role",
    properties=PROPERTIES,
    not_found=NOT_FOUND,
    create=create,
    read=read,
    update=update,
    delete=delete,
)
