"""The functions that the provider serves: who asks, and where."""

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
    """The account and the ARN of the emulator's caller."""
    told = aws.sts.get_caller_identity()
    account = told["Account"]
    return {"accountId": account, "arn": told["Arn"], "id": account, "userId": told["UserId"]}


def get_region(aws: Aws, arguments: Properties) -> Properties:
    """The provider's region.

    Raises:
        ProviderError: It is asked for another one.
    """
    for name in ("id", "name", "region"):
        if arguments.get(name, aws.region) != aws.region:
            raise ProviderError(
                f"'{name}' must be {aws.region}: the local aws provider serves one region"
            )
    if arguments.get("endpoint"):
        raise ProviderError(
            "'endpoint' is not supported here: the emulator has one for all regions"
        )
    return {
        "description": aws.region,
        "endpoint": f"ec2.{aws.region}.{DNS_SUFFIX}",
        "id": aws.region,
        "name": aws.region,
        "region": aws.region,
    }


def get_partition(_: Aws, __: Properties) -> Properties:
    """The partition that the emulator plays."""
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
