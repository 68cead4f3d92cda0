"""The properties and checks of aws:lambda/function:Function."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from automation.emulator.provider.resources.runtimes import check_runtime
from automation.emulator.provider.schema import (
    ARN,
    REGION,
    TAGS,
    Failure,
    Kind,
    Property,
    at_least,
    between,
    each_item,
    matching,
    one_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from automation.emulator.provider.values import Properties

# `validFunctionName` in ``internal/service/lambda/validate.go``
REFERENCE = re.compile(
    r"(arn:[\w-]+:lambda:)?([a-z]{2,4}-(?:[a-z]+-){1,2}\d:)?(\d{12}:)?(function:)?"
    r"(?P<name>[\w-]+)(:(\$LATEST|[\w-]+))?",
    re.ASCII,
)
MAX_REFERENCE = 140  # characters
MAX_NAME = 64  # characters, if the name stands alone: Lambda's API reference, CreateFunction
MAX_MEMORY = 10_240  # MB; more is for managed instances
MAX_ENVIRONMENT = 4096  # bytes of the variables in JSON, which is what Lambda measures
VARIABLE = "[a-zA-Z]([a-zA-Z0-9_])+"  # source: Lambda API reference, Environment
CONTAINER = "this provider deploys zip packages only, no container images"
# Lambda's developer guide, "Defined runtime environment variables"
RESERVED_VARIABLES = frozenset(
    {
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
    }
)


def is_empty(old: Any, new: Any, _planned: Properties) -> bool:
    """Whether an environment without variables is added to a function that has none."""
    return old is None and not (new or {}).get("variables")


def function_name(reference: str) -> str:
    """Return the name in a function's name or ARN; empty if it is neither."""
    found = REFERENCE.fullmatch(reference)
    return found["name"] if found else ""


def check_name(reference: str) -> str | None:
    """Check a function's name, which may be given as a full or partial ARN."""
    name = function_name(reference)
    if len(reference) <= (MAX_NAME if name == reference else MAX_REFERENCE) and name:
        return None
    return (
        f"must be 1 to {MAX_NAME} letters, digits, hyphens and underscores, or a function's ARN, "
        f"got {reference!r}"
    )


PROPERTIES = {
    "architectures": Property(
        kind=Kind.STRINGS,
        computed=True,
        max_items=1,
        check=each_item(one_of("x86_64", "arm64")),
    ),
    "code": Property(kind=Kind.ARCHIVE, required=True, write_only=True),
    "deadLetterConfig": Property(
        kind=Kind.BLOCK, fields={"targetArn": Property(required=True, check=ARN)}
    ),
    "description": Property(check=matching(r"(?s).{0,256}", "at most 256 characters")),
    "environment": Property(
        kind=Kind.BLOCK,
        suppress=is_empty,
        fields={"variables": Property(kind=Kind.STRING_MAP)},
    ),
    "ephemeralStorage": Property(
        kind=Kind.BLOCK,
        computed=True,
        fields={"size": Property(kind=Kind.INTEGER, computed=True, check=between(512, 10_240))},
    ),
    "handler": Property(required=True, check=matching(r"\S{1,128}", "1 to 128 characters")),
    "layers": Property(kind=Kind.STRINGS, max_items=5, check=each_item(ARN)),
    "loggingConfig": Property(
        kind=Kind.BLOCK,
        computed=True,
        fields={
            "logFormat": Property(
                required=True,
                check=one_of("Text", unsupported={"JSON": "the emulator writes plain text only"}),
            ),
            "logGroup": Property(
                computed=True,
                check=matching(r"[\w./#-]{1,512}", "1 to 512 letters, digits and _-./#"),
            ),
        },
        unsupported={
            "applicationLogLevel": "the emulator does not filter logs by level",
            "systemLogLevel": "the emulator does not filter logs by level",
        },
    ),
    "memorySize": Property(kind=Kind.INTEGER, default=128, check=between(128, 32_768)),
    "name": Property(
        computed=True,
        forces_new=True,
        check=check_name,
    ),
    "packageType": Property(
        default="Zip", forces_new=True, check=one_of("Zip", unsupported={"Image": CONTAINER})
    ),
    "publish": Property(kind=Kind.BOOLEAN, default=False, write_only=True),
    "region": REGION,
    "reservedConcurrentExecutions": Property(kind=Kind.INTEGER, default=-1, check=at_least(-1)),
    "role": Property(required=True, check=ARN),
    "runtime": Property(required=True, check=check_runtime),
    "skipDestroy": Property(kind=Kind.BOOLEAN, default=False, write_only=True),
    "sourceCodeHash": Property(computed=True, write_only=True),
    "tags": TAGS,
    "timeout": Property(kind=Kind.INTEGER, default=3, check=between(1, 900)),
    "tracingConfig": Property(
        kind=Kind.BLOCK,
        computed=True,
        fields={"mode": Property(required=True, check=one_of("PassThrough", "Active"))},
    ),
}
S3 = "set 'code' to an archive instead"
NETWORK = "the emulator has no networks"
UNSUPPORTED = {
    "capacityProviderConfig": "the emulator has no managed instances",
    "codeSha256": "the provider computes it from the code",
    "codeSigningConfigArn": "the emulator does not check signatures",
    "durableConfig": "this provider does not manage durable functions",
    "fileSystemConfig": "the emulator does not mount file systems",
    "imageConfig": CONTAINER,
    "imageUri": CONTAINER,
    "kmsKeyArn": "the emulator does not encrypt environment variables",
    "publishTo": "the emulator publishes numbered versions only",
    "replaceSecurityGroupsOnDestroy": NETWORK,
    "replacementSecurityGroupIds": NETWORK,
    "s3Bucket": S3,
    "s3Key": S3,
    "s3ObjectVersion": S3,
    "snapStart": "the emulator does not take snapshots of Python functions",
    "sourceKmsKeyArn": "the emulator does not encrypt code",
    "tenancyConfig": "the emulator does not isolate tenants",
    "useResourceTimeoutForPropagation": "changes need no time to propagate in the emulator",
    "vpcConfig": NETWORK,
}
VOLATILE = (
    "codeSha256",
    "lastModified",
    "qualifiedArn",
    "qualifiedInvokeArn",
    "sourceCodeSize",
    "version",
)
OUTPUTS = (
    *VOLATILE,
    "arn",
    "invokeArn",
    "responseStreamingInvokeArn",
    "signingJobArn",
    "signingProfileVersionArn",
    "tagsAll",
)


def check_inputs(inputs: Properties) -> Iterator[Failure]:
    """Check the memory and the environment variables, these with Lambda's own messages."""
    if inputs.get("memorySize", 0) > MAX_MEMORY:
        yield Failure(
            property="memorySize",
            reason=f"'memorySize' must be at most {MAX_MEMORY}, got {inputs['memorySize']}: more is"
            " for managed instances, which the emulator lacks",
        )
    variables = inputs.get("environment", {}).get("variables", {})
    reserved = sorted(RESERVED_VARIABLES.intersection(variables))
    message = (
        "InvalidParameterValueException: Lambda was unable to configure your environment variables "
        "because the environment variables you have provided "
    )
    if reserved:
        yield Failure(
            property="environment",
            reason=message + "contains reserved keys that are currently not supported for "
            f"modification. Reserved keys used in this request: {', '.join(reserved)}",
        )
    bad = sorted(name for name in variables if not re.fullmatch(VARIABLE, name))
    if bad:
        yield Failure(
            property="environment",
            reason=f"ValidationException: the variable {bad[0]!r} must satisfy regular expression "
            f"pattern: {VARIABLE}",
        )
    written = json.dumps(variables, separators=(",", ":"), ensure_ascii=False)
    if len(written.encode()) > MAX_ENVIRONMENT:
        yield Failure(property="environment", reason=message + "exceeded the 4KB limit.")
