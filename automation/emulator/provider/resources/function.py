"""aws:lambda/function:Function; it follows ``internal/service/lambda/function.go``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from automation.emulator.provider.archives import zip_of
from automation.emulator.provider.aws import create_once
from automation.emulator.provider.names import Naming
from automation.emulator.provider.resources.function_schema import (
    OUTPUTS,
    PROPERTIES,
    UNSUPPORTED,
    VOLATILE,
    check_inputs,
    function_name,
)
from automation.emulator.provider.schema import Change, ResourceType
from automation.emulator.provider.tags import tag_changes, tag_properties

if TYPE_CHECKING:
    from automation.emulator.provider.aws import Aws
    from automation.emulator.provider.values import Properties

PARAMETERS = {  # request parameters by property
    "description": "Description",
    "handler": "Handler",
    "layers": "Layers",
    "memorySize": "MemorySize",
    "role": "Role",
    "runtime": "Runtime",
    "timeout": "Timeout",
}
BLOCKS = {  # the request parameter of each block, and the keys of its fields
    "deadLetterConfig": ("DeadLetterConfig", {"targetArn": "TargetArn"}),
    "environment": ("Environment", {"variables": "Variables"}),
    "ephemeralStorage": ("EphemeralStorage", {"size": "Size"}),
    "loggingConfig": ("LoggingConfig", {"logFormat": "LogFormat", "logGroup": "LogGroup"}),
    "tracingConfig": ("TracingConfig", {"mode": "Mode"}),
}
EMPTY_VALUES: dict[str, Any] = {  # these clear a property; omitting it would change nothing
    "deadLetterConfig": {"TargetArn": ""},
    "description": "",
    "environment": {"Variables": {}},
    "layers": [],
}
CODE = ("code", "sourceCodeHash", "architectures")


def create(aws: Aws, inputs: Properties) -> str:
    """Create the function; its id is its name, as the program gives it."""
    parameters: dict[str, Any] = _parameters(inputs, frozenset(inputs))
    if "architectures" in inputs:
        parameters["Architectures"] = inputs["architectures"]
    request = partial(
        aws.lambda_.create_function,
        FunctionName=function_name(inputs["name"]),
        Code={"ZipFile": zip_of(inputs["code"])},
        PackageType=inputs["packageType"],
        Publish=inputs["publish"],
        Tags=inputs.get("tags", {}),
        **parameters,
    )
    create_once(request, "ResourceConflictException")
    return str(inputs["name"])


def stabilize(aws: Aws, name: str, inputs: Properties) -> None:
    """Wait until the function can be invoked, and reserve its concurrency."""
    _wait(aws, name, "State", "Active")
    if inputs["reservedConcurrentExecutions"] >= 0:
        _reserve(aws, name, inputs["reservedConcurrentExecutions"])


def read(aws: Aws, name: str) -> Properties:
    """Return the function with its latest version, concurrency and tags."""
    response = aws.lambda_.get_function(FunctionName=name)
    configuration: dict[str, Any] = dict(response["Configuration"])
    pages = aws.lambda_.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    latest = [version["Version"] for page in pages for version in page["Versions"]][-1]
    arn = configuration["FunctionArn"]
    concurrency = response.get("Concurrency", {}).get("ReservedConcurrentExecutions", -1)
    return {
        **{each: configuration[key] for each, key in PARAMETERS.items() if configuration.get(key)},
        **{each: block for each in BLOCKS if (block := _read_block(configuration, each))},
        "architectures": configuration["Architectures"],
        "arn": arn,
        "codeSha256": configuration["CodeSha256"],
        "description": configuration.get("Description", ""),
        "invokeArn": _invoke_arn(aws.region, arn),
        "lastModified": configuration["LastModified"],
        "layers": [layer["Arn"] for layer in configuration.get("Layers", [])],
        "name": name,
        "packageType": configuration["PackageType"],
        "qualifiedArn": f"{arn}:{latest}",
        "qualifiedInvokeArn": _invoke_arn(aws.region, f"{arn}:{latest}"),
        "region": aws.region,
        "reservedConcurrentExecutions": concurrency,
        "responseStreamingInvokeArn": _invoke_arn(
            aws.region, arn, "2021-11-15", "response-streaming-invocations"
        ),
        "signingJobArn": "",
        "signingProfileVersionArn": "",
        "sourceCodeSize": configuration["CodeSize"],
        "version": latest,
        **tag_properties(response.get("Tags", {})),
    }


def update(aws: Aws, change: Change) -> None:
    """Change the configuration, the code, the concurrency and the tags; publish if asked to."""
    name, new = change.id, change.new
    configuration_changed = change.touches(*PARAMETERS, *BLOCKS)
    if configuration_changed:
        parameters = _parameters(new, change.names)
        aws.lambda_.update_function_configuration(FunctionName=name, **parameters)
        _wait(aws, name, "LastUpdateStatus", "Successful")
    code_changed = change.touches(*CODE)
    if code_changed:
        aws.lambda_.update_function_code(
            FunctionName=name,
            ZipFile=zip_of(new["code"]),
            **({"Architectures": new["architectures"]} if "architectures" in new else {}),
        )
        _wait(aws, name, "LastUpdateStatus", "Successful")
    if change.touches("reservedConcurrentExecutions"):
        if new["reservedConcurrentExecutions"] >= 0:
            _reserve(aws, name, new["reservedConcurrentExecutions"])
        else:
            aws.lambda_.delete_function_concurrency(FunctionName=name)
    if new["publish"] and (configuration_changed or code_changed or change.touches("publish")):
        aws.lambda_.publish_version(FunctionName=name)
    _tag(aws, change)


def delete(aws: Aws, name: str, inputs: Properties) -> None:
    """Delete the function with its versions, unless `skipDestroy` is set."""
    if inputs.get("skipDestroy"):
        return
    aws.lambda_.delete_function(FunctionName=name)
    aws.wait(f"function {name} to be deleted", lambda: _not_deleted(aws, name))


def _parameters(inputs: Properties, names: frozenset[str]) -> dict[str, Any]:
    """Return the request parameters for these properties, to create or to update."""
    parameters: dict[str, Any] = {}
    for name in names.intersection(PARAMETERS):
        parameters[PARAMETERS[name]] = inputs.get(name, EMPTY_VALUES.get(name))
    for name in names.intersection(BLOCKS):
        parameter, fields = BLOCKS[name]
        block = {fields[key]: value for key, value in inputs.get(name, {}).items()}
        parameters[parameter] = block or EMPTY_VALUES.get(name, {})
    return parameters


def _read_block(configuration: dict[str, Any], name: str) -> Properties:
    """Return a block's properties as AWS returns them, without empty ones."""
    parameter, fields = BLOCKS[name]
    block = configuration.get(parameter) or {}
    return {each: block[key] for each, key in fields.items() if block.get(key)}


def _wait(aws: Aws, name: str, field: str, target: str) -> None:
    def look() -> str | None:
        response = aws.lambda_.get_function_configuration(FunctionName=name)
        configuration: dict[str, Any] = dict(response)
        seen = configuration.get(field)
        reason = configuration.get(f"{field}Reason") or "no reason"
        return None if seen == target else f"{seen}, {reason}"

    aws.wait(f"function {name} to have the {field} {target}", look)


def _not_deleted(aws: Aws, name: str) -> str | None:
    try:
        aws.lambda_.get_function_configuration(FunctionName=name)
    except aws.lambda_.exceptions.ResourceNotFoundException:
        return None
    return "it still exists"


def _reserve(aws: Aws, name: str, executions: int) -> None:
    aws.lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=executions)


def _tag(aws: Aws, change: Change) -> None:
    changed, removed = tag_changes(change)
    if not changed and not removed:
        return
    arn = aws.lambda_.get_function_configuration(FunctionName=change.id)["FunctionArn"]
    if changed:
        aws.lambda_.tag_resource(Resource=arn, Tags=changed)
    if removed:
        aws.lambda_.untag_resource(Resource=arn, TagKeys=removed)


def _invoke_arn(
    region: str, arn: str, version: str = "2015-03-31", action: str = "invocations"
) -> str:
    """Return the ARN that API Gateway uses to invoke a function."""
    return f"arn:aws:apigateway:{region}:lambda:path/{version}/functions/{arn}/{action}"


FUNCTION = ResourceType(
    pulumi_type="aws:lambda/function:Function",
    noun="Lambda function",
    properties=PROPERTIES,
    unsupported=UNSUPPORTED,
    outputs=OUTPUTS,
    volatile=VOLATILE,
    naming=Naming(limit=64),
    not_found=frozenset({"ResourceNotFoundException"}),
    check_inputs=check_inputs,
    create=create,
    stabilize=stabilize,
    read=read,
    update=update,
    delete=delete,
)
