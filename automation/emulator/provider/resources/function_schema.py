"""The table of aws:lambda/function:Function, and what AWS refuses of its environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.emulator.provider.resources.runtimes import runtime_problem
from automation.emulator.provider.schema import (
    ARN,
    REGION,
    TAGS,
    Failure,
    Kind,
    Property,
    between,
    each,
    matching,
    one_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from automation.emulator.provider.values import Properties

ENVIRONMENT_LIMIT = 4096  # bytes of all names and values together
RESERVED = frozenset(  # Lambda's developer guide: "Defined runtime environment variables"
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

PROPERTIES = {
    "architectures": Property(
        kind=Kind.STRINGS, computed=True, check=each(one_of("x86_64", "arm64"))
    ),
    "code": Property(kind=Kind.ARCHIVE, required=True, kept_back=True),
    "deadLetterConfig": Property(
        kind=Kind.BLOCK, fields={"targetArn": Property(required=True, check=ARN)}
    ),
    "description": Property(check=matching(r"(?s).{0,256}", "at most 256 characters")),
    "environment": Property(kind=Kind.BLOCK, fields={"variables": Property(kind=Kind.STRING_MAP)}),
    "ephemeralStorage": Property(
        kind=Kind.BLOCK,
        computed=True,
        fields={"size": Property(kind=Kind.INTEGER, computed=True, check=between(512, 10_240))},
    ),
    "handler": Property(required=True, check=matching(r"\S{1,128}", "1 to 128 characters")),
    "layers": Property(kind=Kind.STRINGS, check=each(ARN)),
    "loggingConfig": Property(
        kind=Kind.BLOCK,
        computed=True,
        fields={
            "logFormat": Property(required=True, check=one_of("Text")),
            "logGroup": Property(computed=True),
        },
        refused={
            "applicationLogLevel": "the emulator does not filter logs by level",
            "systemLogLevel": "the emulator does not filter logs by level",
        },
    ),
    "memorySize": Property(kind=Kind.INTEGER, default=128, check=between(128, 10_240)),
    "name": Property(
        computed=True,
        forces_new=True,
        check=matching(r"[\w-]{1,64}", "1 to 64 letters, digits, hyphens and underscores"),
    ),
    "packageType": Property(default="Zip", forces_new=True, check=one_of("Zip")),
    "publish": Property(kind=Kind.BOOLEAN, default=False, kept_back=True),
    "region": REGION,
    "reservedConcurrentExecutions": Property(
        kind=Kind.INTEGER, default=-1, check=between(-1, 1000)
    ),
    "role": Property(required=True, check=ARN),
    "runtime": Property(required=True, check=runtime_problem),
    "skipDestroy": Property(kind=Kind.BOOLEAN, default=False, kept_back=True),
    "sourceCodeHash": Property(computed=True, kept_back=True),
    "tags": TAGS,
    "timeout": Property(kind=Kind.INTEGER, default=3, check=between(1, 900)),
    "tracingConfig": Property(
        kind=Kind.BLOCK,
        computed=True,
        fields={"mode": Property(required=True, check=one_of("PassThrough", "Active"))},
    ),
}
CONTAINER = "the emulator runs zip packages here, no container images"
FROM_S3 = "give the function's code as an archive"
NETWORK = "the emulator has no networks"
REFUSED = {
    "capacityProviderConfig": "the emulator has no managed instances",
    "codeSha256": "the provider computes it from the code",
    "codeSigningConfigArn": "the emulator checks no signatures",
    "durableConfig": "the emulator's durable functions are not served by this provider",
    "fileSystemConfig": "the emulator mounts no file systems",
    "imageConfig": CONTAINER,
    "imageUri": CONTAINER,
    "kmsKeyArn": "the emulator does not encrypt environment variables",
    "publishTo": "the emulator publishes numbered versions only",
    "replaceSecurityGroupsOnDestroy": NETWORK,
    "replacementSecurityGroupIds": NETWORK,
    "s3Bucket": FROM_S3,
    "s3Key": FROM_S3,
    "s3ObjectVersion": FROM_S3,
    "snapStart": "the emulator takes no snapshots of Python functions",
    "sourceKmsKeyArn": "the emulator does not encrypt code",
    "tenancyConfig": "the emulator does not isolate tenants",
    "useResourceTimeoutForPropagation": "nothing propagates slowly in the emulator",
    "vpcConfig": NETWORK,
}
UNSETTLED = (
    "codeSha256",
    "lastModified",
    "qualifiedArn",
    "qualifiedInvokeArn",
    "sourceCodeSize",
    "version",
)
OUTPUTS = (
    *UNSETTLED,
    "arn",
    "invokeArn",
    "responseStreamingInvokeArn",
    "signingJobArn",
    "signingProfileVersionArn",
    "tagsAll",
)


def problems(inputs: Properties) -> Iterator[Failure]:
    """What Lambda refuses of environment variables, in its own words."""
    variables = inputs.get("environment", {}).get("variables", {})
    reserved = sorted(RESERVED.intersection(variables))
    could_not = (
        "InvalidParameterValueException: Lambda was unable to configure your environment variables "
        "because the environment variables you have provided "
    )
    if reserved:
        yield Failure(
            property="environment",
            reason=could_not + "contains reserved keys that are currently not supported for "
            f"modification. Reserved keys used in this request: {', '.join(reserved)}",
        )
    size = sum(len(f"{name}{value}".encode()) for name, value in variables.items())
    if size > ENVIRONMENT_LIMIT:
        yield Failure(property="environment", reason=could_not + "exceeded the 4KB limit.")
