"""aws:lambda/function:Function, after ``internal/service/lambda/function.go``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from automation.emulator.provider.archives import zip_of
from automation.emulator.provider.names import Naming
from automation.emulator.provider.resources.function_schema import (
    OUTPUTS,
    PROPERTIES,
    REFUSED,
    UNSETTLED,
    problems,
)
from automation.emulator.provider.schema import Change, ResourceType
from automation.emulator.provider.tags import tag_changes, tag_properties

if TYPE_CHECKING:
    from automation.emulator.provider.aws import Aws
    from automation.emulator.provider.values import Properties

CONFIGURATION = {
    "description": "Description",
    "handler": "Handler",
    "layers": "Layers",
    "memorySize": "MemorySize",
    "role": "Role",
    "runtime": "Runtime",
    "timeout": "Timeout",
}
BLOCKS = {
    "deadLetterConfig": ("DeadLetterConfig", {"targetArn": "TargetArn"}),
    "environment": ("Environment", {"variables": "Variables"}),
    "ephemeralStorage": ("EphemeralStorage", {"size": "Size"}),
    "loggingConfig": ("LoggingConfig", {"logFormat": "LogFormat", "logGroup": "LogGroup"}),
    "tracingConfig": ("TracingConfig", {"mode": "Mode"}),
}
EMPTIED: dict[
    str, Any
] = {  # what takes a property away again, where leaving it out changes nothing
    "deadLetterConfig": {"TargetArn": ""},
    "description": "",
    "environment": {"Variables": {}},
    "layers": [],
}
CODE = ("code", "sourceCodeHash", "architectures")


def create(aws: Aws, inputs: Properties) -> str:
    """Make the function; its id is its name."""
    parameters: dict[str, Any] = _configuration(inputs, frozenset(inputs))
    if "architectures" in inputs:
        parameters["Architectures"] = inputs["architectures"]
    answer = aws.lambda_.create_function(
        FunctionName=inputs["name"],
        Code={"ZipFile": zip_of(inputs["code"])},
        PackageType=inputs["packageType"],
        Publish=inputs["publish"],
        Tags=inputs.get("tags", {}),
        **parameters,
    )
    return answer["FunctionName"]


def settle(aws: Aws, name: str, inputs: Properties) -> None:
    """Wait until the function can be invoked, and reserve its concurrency."""
    _wait(aws, name, "State", "Active")
    if inputs["reservedConcurrentExecutions"] >= 0:
        _reserve(aws, name, inputs["reservedConcurrentExecutions"])


def read(aws: Aws, name: str) -> Properties:
    """The function, its latest version, concurrency and tags."""
    answer = aws.lambda_.get_function(FunctionName=name)
    told: dict[str, Any] = dict(answer["Configuration"])
    pages = aws.lambda_.get_paginator("list_versions_by_function").paginate(FunctionName=name)
    version = [version["Version"] for page in pages for version in page["Versions"]][-1]
    arn = told["FunctionArn"]
    concurrency = answer.get("Concurrency", {}).get("ReservedConcurrentExecutions", -1)
    return {
        **{each: told[key] for each, key in CONFIGURATION.items() if told.get(key)},
        **{each: block for each in BLOCKS if (block := _block_told(told, each))},
        "architectures": told["Architectures"],
        "arn": arn,
        "codeSha256": told["CodeSha256"],
        "invokeArn": _invoke_arn(aws.region, arn),
        "lastModified": told["LastModified"],
        "layers": [layer["Arn"] for layer in told.get("Layers", [])],
        "name": told["FunctionName"],
        "packageType": told["PackageType"],
        "qualifiedArn": f"{arn}:{version}",
        "qualifiedInvokeArn": _invoke_arn(aws.region, f"{arn}:{version}"),
        "region": aws.region,
        "reservedConcurrentExecutions": concurrency,
        "responseStreamingInvokeArn": _invoke_arn(
            aws.region, arn, "2021-11-15", "response-streaming-invocations"
        ),
        "signingJobArn": "",
        "signingProfileVersionArn": "",
        "sourceCodeSize": told["CodeSize"],
        "version": version,
        **tag_properties(answer.get("Tags", {})),
    }


def update(aws: Aws, change: Change) -> None:
    """Change the configuration, then the code, then the concurrency; publish what is to be."""
    name, new = change.id, change.new
    configured = change.touches(*CONFIGURATION, *BLOCKS)
    if configured:
        parameters = _configuration(new, change.names)
        aws.lambda_.update_function_configuration(FunctionName=name, **parameters)
        _wait(aws, name, "LastUpdateStatus", "Successful")
    coded = change.touches(*CODE)
    if coded:
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
    if new["publish"] and (configured or coded or change.touches("publish")):
        aws.lambda_.publish_version(FunctionName=name)
    _tag(aws, change)


def delete(aws: Aws, name: str, inputs: Properties) -> None:
    """Delete the function with its versions, unless `skipDestroy` keeps it."""
    if inputs.get("skipDestroy"):
        return
    aws.lambda_.delete_function(FunctionName=name)
    aws.wait(f"function {name} to be gone", lambda: _still_there(aws, name))


def _configuration(inputs: Properties, names: frozenset[str]) -> dict[str, Any]:
    """The parameters for these properties, as the calls to create and to update share them."""
    parameters: dict[str, Any] = {}
    for name in names.intersection(CONFIGURATION):
        parameters[CONFIGURATION[name]] = inputs.get(name, EMPTIED.get(name))
    for name in names.intersection(BLOCKS):
        parameter, fields = BLOCKS[name]
        block = {fields[key]: value for key, value in inputs.get(name, {}).items()}
        parameters[parameter] = block or EMPTIED.get(name, {})
    return parameters


def _block_told(told: dict[str, Any], name: str) -> Properties:
    """A block's properties as AWS tells them, without those that are empty."""
    parameter, fields = BLOCKS[name]
    block = told.get(parameter) or {}
    return {each: block[key] for each, key in fields.items() if block.get(key)}


def _wait(aws: Aws, name: str, field: str, target: str) -> None:
    def look() -> str | None:
        told: dict[str, Any] = dict(aws.lambda_.get_function_configuration(FunctionName=name))
        seen = told.get(field)
        return None if seen == target else f"{seen}, {told.get(f'{field}Reason') or 'no reason'}"

    aws.wait(f"function {name} to have the {field} {target}", look)


def _still_there(aws: Aws, name: str) -> str | None:
    try:
        aws.lambda_.get_function_configuration(FunctionName=name)
    except aws.lambda_.exceptions.ResourceNotFoundException:
        return None
    return "it is there"


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
    """The ARN by which API Gateway invokes a function."""
    return f"arn:aws:apigateway:{region}:lambda:path/{version}/functions/{arn}/{action}"


FUNCTION = ResourceType(
    pulumi_type="aws:lambda/function:Function",
    noun="Lambda function",
    properties=PROPERTIES,
    refused=REFUSED,
    outputs=OUTPUTS,
    unsettled=UNSETTLED,
    naming=Naming(limit=64),
    gone=frozenset({"ResourceNotFoundException"}),
    problems=problems,
    create=create,
    settle=settle,
    read=read,
    update=update,
    delete=delete,
)
