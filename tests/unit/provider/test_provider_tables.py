"""The tables against the installed `pulumi_aws`: every property is served, or refused by name."""

from __future__ import annotations

import warnings
from typing import Any

import pulumi_aws
import pytest
from botocore.session import Session
from pulumi._types import (
    input_type_py_to_pulumi_names,
    input_type_types,
    resource_py_to_pulumi_names,
)

from automation.targets.local.provider.resources import RESOURCE_TYPES
from automation.targets.local.provider.resources.runtimes import BLOCKED, SUPPORTED
from automation.targets.local.provider.schema import Kind, Property

with warnings.catch_warnings():
    # Importing this module warns of a class in it that we do not use, once.
    warnings.simplefilter("ignore", DeprecationWarning)
    pulumi_aws.lambda_.Function  # noqa: B018 -- the attribute imports the module

CLASSES = {
    "aws:sqs/queue:Queue": (pulumi_aws.sqs.Queue, pulumi_aws.sqs.QueueArgs),
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": (
        pulumi_aws.sqs.RedriveAllowPolicy,
        pulumi_aws.sqs.RedriveAllowPolicyArgs,
    ),
    "aws:iam/role:Role": (pulumi_aws.iam.Role, pulumi_aws.iam.RoleArgs),
    "aws:iam/rolePolicy:RolePolicy": (pulumi_aws.iam.RolePolicy, pulumi_aws.iam.RolePolicyArgs),
    "aws:lambda/function:Function": (pulumi_aws.lambda_.Function, pulumi_aws.lambda_.FunctionArgs),
    "aws:lambda/eventSourceMapping:EventSourceMapping": (
        pulumi_aws.lambda_.EventSourceMapping,
        pulumi_aws.lambda_.EventSourceMappingArgs,
    ),
    "aws:cloudwatch/logGroup:LogGroup": (
        pulumi_aws.cloudwatch.LogGroup,
        pulumi_aws.cloudwatch.LogGroupArgs,
    ),
}
BLOCKS = {
    ("aws:lambda/function:Function", "deadLetterConfig"): "FunctionDeadLetterConfigArgs",
    ("aws:lambda/function:Function", "environment"): "FunctionEnvironmentArgs",
    ("aws:lambda/function:Function", "ephemeralStorage"): "FunctionEphemeralStorageArgs",
    ("aws:lambda/function:Function", "loggingConfig"): "FunctionLoggingConfigArgs",
    ("aws:lambda/function:Function", "tracingConfig"): "FunctionTracingConfigArgs",
    (
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "filterCriteria",
    ): "EventSourceMappingFilterCriteriaArgs",
    (
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "scalingConfig",
    ): "EventSourceMappingScalingConfigArgs",
}
SCALARS = {str: Kind.STRING, int: Kind.INTEGER, bool: Kind.BOOLEAN}


def inputs_of(arguments: type) -> dict[str, Any]:
    """The properties of an arguments class, with their types, by the names that the engine uses."""
    types = input_type_types(arguments)
    return {name: types[name] for name in input_type_py_to_pulumi_names(arguments).values()}


def test_the_classes_are_those_of_the_tables() -> None:
    assert CLASSES.keys() == RESOURCE_TYPES.keys()
    for token, (resource, _) in CLASSES.items():
        assert vars(resource)["pulumi_type"] == token


@pytest.mark.parametrize("token", CLASSES)
def test_every_input_property_is_served_or_refused(token: str) -> None:
    resource_type = RESOURCE_TYPES[token]
    assert resource_type.properties.keys().isdisjoint(resource_type.refused)
    assert resource_type.properties.keys() | resource_type.refused.keys() == set(
        inputs_of(CLASSES[token][1])
    )


@pytest.mark.parametrize("token", CLASSES)
def test_every_output_property_is_served(token: str) -> None:
    resource, arguments = CLASSES[token]
    outputs = set(resource_py_to_pulumi_names(resource).values()) - set(inputs_of(arguments))
    resource_type = RESOURCE_TYPES[token]
    computed_here = set(resource_type.outputs) & resource_type.refused.keys()
    assert set(resource_type.outputs) == outputs | computed_here
    assert computed_here <= {"codeSha256"}


@pytest.mark.parametrize("token", CLASSES)
def test_scalar_properties_are_of_the_classes_types(token: str) -> None:
    for name, typ in inputs_of(CLASSES[token][1]).items():
        entry: Property | None = RESOURCE_TYPES[token].properties.get(name)
        if entry is not None and typ in SCALARS and entry.kind is not Kind.JSON:
            assert entry.kind is SCALARS[typ], name


@pytest.mark.parametrize(("token", "block"), BLOCKS)
def test_every_field_of_a_block_is_served_or_refused(token: str, block: str) -> None:
    entry = RESOURCE_TYPES[token].properties[block]
    arguments = getattr(pulumi_aws.lambda_, BLOCKS[token, block])
    assert entry.fields.keys() | entry.refused.keys() == set(inputs_of(arguments))


def test_no_block_is_left_out_of_the_comparison_with_the_classes() -> None:
    blocks = {
        (token, name)
        for token, resource_type in RESOURCE_TYPES.items()
        for name, entry in resource_type.properties.items()
        if entry.kind is Kind.BLOCK
    }
    assert blocks == set(BLOCKS)


def test_each_runtime_that_lambda_ever_had_is_either_supported_or_blocked() -> None:
    model: Any = Session().get_service_model("lambda")
    assert set(model.shape_for("Runtime").enum) == SUPPORTED | BLOCKED
    assert SUPPORTED.isdisjoint(BLOCKED)


FORCES_NEW = {  # the ForceNew marks of hashicorp/terraform-provider-aws, internal/service
    "aws:sqs/queue:Queue": {"fifoQueue", "name", "namePrefix", "region"},
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": {"queueUrl", "region"},
    "aws:iam/role:Role": {"name", "namePrefix", "path"},
    "aws:iam/rolePolicy:RolePolicy": {"name", "namePrefix", "role"},
    "aws:lambda/function:Function": {"name", "packageType", "region"},
    "aws:lambda/eventSourceMapping:EventSourceMapping": {"eventSourceArn", "region"},
    "aws:cloudwatch/logGroup:LogGroup": {"logGroupClass", "name", "namePrefix", "region"},
}


@pytest.mark.parametrize("token", CLASSES)
def test_what_forces_a_replacement_is_what_the_official_provider_marks(token: str) -> None:
    marked = {name for name, each in RESOURCE_TYPES[token].properties.items() if each.forces_new}
    assert marked == FORCES_NEW[token]


DEFAULTS: dict[str, dict[str, object]] = {  # the Default values of the same schemas
    "aws:sqs/queue:Queue": {
        "contentBasedDeduplication": False,
        "delaySeconds": 0,
        "fifoQueue": False,
        "maxMessageSize": 262_144,
        "messageRetentionSeconds": 345_600,
        "receiveWaitTimeSeconds": 0,
        "visibilityTimeoutSeconds": 30,
    },
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": {},
    "aws:iam/role:Role": {"forceDetachPolicies": False, "maxSessionDuration": 3600, "path": "/"},
    "aws:iam/rolePolicy:RolePolicy": {},
    "aws:lambda/function:Function": {
        "memorySize": 128,
        "packageType": "Zip",
        "publish": False,
        "reservedConcurrentExecutions": -1,
        "skipDestroy": False,
        "timeout": 3,
    },
    "aws:lambda/eventSourceMapping:EventSourceMapping": {"enabled": True},
    "aws:cloudwatch/logGroup:LogGroup": {"retentionInDays": 0, "skipDestroy": False},
}


@pytest.mark.parametrize("token", CLASSES)
def test_defaults_are_those_of_the_official_provider(token: str) -> None:
    table = RESOURCE_TYPES[token].properties
    defaults = {name: each.default for name, each in table.items() if each.default is not None}
    assert defaults == DEFAULTS[token]
