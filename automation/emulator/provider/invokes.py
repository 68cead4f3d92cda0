"""The provider functions (invokes): the caller's identity, region and partition."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.emulator.provider.errors import ProviderError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from automation.emulator.provider.aws import Aws
    from automation.emulator.provider.values import Properties

PARTITION = "aws"
DNS_SUFFIX = "amazonaws.com"


def get_caller_identity(aws: Aws, _: Properties) -> Properties:
    """Return the account and the ARN of the emulator's caller."""
    caller = aws.sts.get_caller_identity()
    account = caller["Account"]
    return {"accountId": account, "arn": caller["Arn"], "id": account, "userId": caller["UserId"]}


def get_region(aws: Aws, arguments: Properties) -> Properties:
    """Return the provider's region.

    Raises:
        ProviderError: The arguments ask for another region, or for an endpoint.
    """
    for name in ("id", "name", "region"):
        if arguments.get(name, aws.region) != aws.region:
            raise ProviderError(
                f"'{name}' must be {aws.region}: the local aws provider serves one region"
            )
    if arguments.get("endpoint"):
        raise ProviderError(
            "'endpoint' is not supported: the emulator has one endpoint for all regions"
        )
    return {
        "description": aws.region,
        "endpoint": f"ec2.{aws.region}.{DNS_SUFFIX}",
        "id": aws.region,
        "name": aws.region,
        "region": aws.region,
    }


def get_partition(_: Aws, __: Properties) -> Properties:
    """Return the partition, which is always `aws`."""
    return {
        "dnsSuffix": DNS_SUFFIX,
        "id": PARTITION,
        "partition": PARTITION,
        "reverseDnsPrefix": "com.amazonaws",
    }


INVOKES: Mapping[str, Callable[[Aws, Properties], Properties]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": get_caller_identity,
    "aws:index/getRegion:getRegion": get_region,
    "aws:index/getPartition:getPartition": get_partition,
}
