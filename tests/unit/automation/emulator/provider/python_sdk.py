"""Reads resource types from the installed `pulumi_aws`, which is generated from its schema."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any, Union, get_args, get_origin

import pulumi
import pulumi_aws
from pulumi._types import (
    input_type_py_to_pulumi_names,
    input_type_types,
    resource_py_to_pulumi_names,
)

with warnings.catch_warnings():
    # Importing this module warns about a class that we do not use.
    warnings.simplefilter("ignore", DeprecationWarning)
    pulumi_aws.lambda_.Function  # noqa: B018 -- the attribute imports the module

VERSION = version("pulumi-aws")
CLASSES: dict[str, tuple[type, type]] = {
    "aws:sqs/queue:Queue": (pulumi_aws.sqs.Queue, pulumi_aws.sqs.QueueArgs),
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": (
        pulumi_aws.sqs.RedriveAllowPolicy,
        pulumi_aws.sqs.RedriveAllowPolicyArgs,
    ),
    "aws:sqs/queuePolicy:QueuePolicy": (
        pulumi_aws.sqs.QueuePolicy,
        pulumi_aws.sqs.QueuePolicyArgs,
    ),
    "aws:iam/role:Role": (pulumi_aws.iam.Role, pulumi_aws.iam.RoleArgs),
    "aws:iam/rolePolicy:RolePolicy": (pulumi_aws.iam.RolePolicy, pulumi_aws.iam.RolePolicyArgs),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": (
        pulumi_aws.iam.RolePolicyAttachment,
        pulumi_aws.iam.RolePolicyAttachmentArgs,
    ),
    "aws:lambda/function:Function": (pulumi_aws.lambda_.Function, pulumi_aws.lambda_.FunctionArgs),
    "aws:lambda/eventSourceMapping:EventSourceMapping": (
        pulumi_aws.lambda_.EventSourceMapping,
        pulumi_aws.lambda_.EventSourceMappingArgs,
    ),
    "aws:cloudwatch/logGroup:LogGroup": (
        pulumi_aws.cloudwatch.LogGroup,
        pulumi_aws.cloudwatch.LogGroupArgs,
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": (
        pulumi_aws.cloudwatch.MetricAlarm,
        pulumi_aws.cloudwatch.MetricAlarmArgs,
    ),
}
SCALARS = {
    str: "string",
    int: "integer",
    bool: "boolean",
    float: "number",
    pulumi.Archive: "archive",
}


@dataclass(frozen=True, kw_only=True)
class Input:
    """One property of an arguments class.

    Attributes:
        type: One of `SCALARS`, "map of strings", "list of strings", "object" or "list of objects".
            The package does not distinguish sets from lists.
        required: Whether the constructor requires it.
        document: Whether a string may also be an object, which is made JSON.
        fields: The properties of an object.
    """

    type: str
    required: bool
    document: bool = False
    fields: dict[str, Input] = field(default_factory=dict)


def inputs(arguments: type) -> dict[str, Input]:
    """Return the properties of an arguments class, by the names that the engine uses."""
    types = input_type_types(arguments)
    parameters = inspect.signature(arguments).parameters
    return {
        name: _input(types[name], required=parameters[attribute].default is inspect.Parameter.empty)
        for attribute, name in input_type_py_to_pulumi_names(arguments).items()
    }


def outputs(token: str) -> set[str]:
    """Return the properties that only a deployed resource has."""
    resource, arguments = CLASSES[token]
    return set(resource_py_to_pulumi_names(resource).values()) - inputs(arguments).keys()


def _input(typ: Any, *, required: bool) -> Input:
    document = get_origin(typ) is Union and _is_object(get_args(typ)[1])
    typ = _first(typ)
    if typ in SCALARS:
        return Input(type=SCALARS[typ], required=required, document=document)
    if get_origin(typ) is Mapping:
        return Input(type="map of strings", required=required)
    if get_origin(typ) is Sequence:
        element = _first(get_args(typ)[0])
        if element is str:
            return Input(type="list of strings", required=required)
        return Input(type="list of objects", required=required, fields=inputs(element))
    return Input(type="object", required=required, fields=inputs(typ))


def _is_object(typ: Any) -> bool:
    """Whether a type is an arguments class."""
    return getattr(typ, "__module__", "").startswith("pulumi_aws.")


def _first(typ: Any) -> Any:
    """Return the plain type of an input: the first in its union."""
    return get_args(typ)[0] if get_origin(typ) is Union else typ
