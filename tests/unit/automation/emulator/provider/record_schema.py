"""Records the official AWS provider's schemas of the resource types that our provider supports.

    python -m tests.unit.automation.emulator.provider.record_schema <sources> "<their version>"

writes ``official-schema.json`` next to this file. Run it from the checkout's root, after each
upgrade of pulumi-aws, and review the diff. It joins two sources:

- The installed `pulumi_aws` says which properties there are, their types, and which of them are
  required. It is generated from the schema of pulumi-aws.
- hashicorp/terraform-provider-aws, which pulumi-aws wraps, says what forces a new resource, what is
  computed, the defaults, the conflicts and the limits. ``<sources>`` is the folder that holds its
  ``internal/service``: a checkout, or ``index`` of a checkout of
  lonegunmanb/terraform-provider-aws-index, which is much smaller and has a tag for each release.
  Take the release that pulumi-aws wraps, or the nearest one.

Both must have the same properties with the same types; anything else is an error. go_schema.py
transcribes what it cannot read from the Go sources, and the recorded file lists that.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

from tests.unit.automation.emulator.provider.go_schema import (
    NEWER,
    REGION,
    TRANSCRIBED,
    Attribute,
    Package,
)
from tests.unit.automation.emulator.provider.python_sdk import (
    CLASSES,
    VERSION,
    Input,
    inputs,
    outputs,
)

RECORDED = Path(__file__).with_name("official-schema.json")
GO = {  # the package and the function or variable that defines each type's schema
    "aws:sqs/queue:Queue": ("sqs", "queueSchema"),
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": ("sqs", "resourceQueueRedriveAllowPolicy"),
    "aws:sqs/queuePolicy:QueuePolicy": ("sqs", "resourceQueuePolicy"),
    "aws:iam/role:Role": ("iam", "resourceRole"),
    "aws:iam/rolePolicy:RolePolicy": ("iam", "resourceRolePolicy"),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ("iam", "resourceRolePolicyAttachment"),
    "aws:lambda/function:Function": ("lambda", "resourceFunction"),
    "aws:lambda/eventSourceMapping:EventSourceMapping": ("lambda", "resourceEventSourceMapping"),
    "aws:cloudwatch/logGroup:LogGroup": ("logs", "resourceGroup"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": ("cloudwatch", "resourceMetricAlarm"),
}
RENAMED = {  # by pulumi-aws, in provider/resources.go
    "aws:lambda/function:Function": {"function_name": "name", "filename": "code"},
    "aws:cloudwatch/metricAlarm:MetricAlarm": {"alarm_name": "name"},
}
TYPES = {"String": "string", "Int": "integer", "Bool": "boolean", "Float": "number"}
ABOUT = (
    "The inputs and outputs of the official provider's resource types. An absent fact is false or "
    "none. 'autonamed': pulumi-aws generates a name if the program sets none. 'json': the string "
    "must be a JSON document. 'document': it may be an object, too. 'range': the minimum and the "
    "maximum, null for no limit. 'enum': the values are those of this type of AWS's SDK. "
    "'validation' and 'suppress' are source text; 'functions' has the functions in it. "
    "record_schema.py, next to this file, writes it; its docstring says how."
)


def recorded_type(
    sdk: dict[str, Input], go: dict[str, Attribute], renamed: dict[str, str]
) -> dict[str, Any]:
    """Return the inputs of a type or the fields of an object, joined from both sources.

    Raises:
        ValueError: Only one source has a property.
    """
    names = {attribute: _pulumi_name(attribute, sdk, renamed) for attribute in go}
    settable = {
        names[key]: each
        for key, each in go.items()
        if each.required or each.optional or names[key] in sdk
    }
    settable.pop("tagsAll", None)  # pulumi-aws makes it an output
    if settable.keys() != sdk.keys():
        raise ValueError(f"in one source only: {sorted(settable.keys() ^ sdk.keys())}")
    return {name: _facts(sdk[name], settable[name], names) for name in sorted(sdk)}


def _pulumi_name(attribute: str, sdk: dict[str, Input], renamed: dict[str, str]) -> str:
    """Return the name that pulumi-aws gives an attribute; names of lists become plurals."""
    name = re.sub("_(.)", lambda found: found[1].upper(), attribute)
    plural = f"{name[:-1]}ies" if name.endswith("y") else f"{name}s"
    return renamed.get(attribute) or (plural if plural in sdk and name not in sdk else name)


def _facts(sdk: Input, go: Attribute, names: dict[str, str]) -> dict[str, Any]:
    limited = go.minimum is not None or go.maximum is not None
    facts = {
        "type": _type(sdk, go),
        "json": go.json,
        "document": sdk.document,
        "required": sdk.required,
        "autonamed": go.required and not sdk.required,
        "computed": go.computed,
        "default": go.default,
        "forceNew": go.force_new,
        "conflictsWith": sorted(names[each] for each in go.conflicts_with),
        "range": [go.minimum, go.maximum] if limited else None,
        "oneOf": list(go.one_of),
        "maxItems": go.max_items if sdk.type.startswith("list") else None,
        "enum": go.enum,
        "validation": go.validation,
        "suppress": go.suppress,
        "fields": recorded_type(sdk.fields, go.fields, {}) if sdk.fields else None,
    }
    return {
        name: value
        for name, value in facts.items()
        if value not in (None, False, [], "") or (name == "default" and value is not None)
    }


def _type(sdk: Input, go: Attribute) -> str:
    if sdk.type == "archive" and go.type == "String":
        return sdk.type
    single = sdk.type in ("string", "object") and go.type == "List"  # of at most one element
    expected = TYPES.get(go.type) or go.type.lower()
    if not single and expected.replace("set", "list") != sdk.type.split()[0]:
        raise ValueError(f"{sdk.type} in pulumi_aws, {go.type} in Go")
    return sdk.type.replace("list", "set") if go.type == "Set" else sdk.type


def recorded(sources: Path, version: str) -> dict[str, Any]:
    """Return the recorded document."""
    resources: dict[str, Any] = {}
    functions: dict[str, str] = {}
    for token, (package, name) in GO.items():
        sdk = inputs(CLASSES[token][1])
        source = Package(sources / "internal" / "service" / package)
        go = source.attributes(name)
        if "region" in sdk:
            go["region"] = REGION
        go |= NEWER.get(token, {})
        resources[token] = {
            "inputs": recorded_type(sdk, go, RENAMED.get(token, {})),
            "outputs": _recorded_outputs(outputs(token), go),
        }
        functions |= {f"{package}.{name}": source.function(name) for name in _functions(go)}
    return {
        "about": ABOUT,
        "sources": {"pulumi-aws": VERSION, "hashicorp/terraform-provider-aws": version},
        "transcribed": TRANSCRIBED,
        "functions": dict(sorted(functions.items())),
        "resources": resources,
    }


def _functions(go: dict[str, Attribute]) -> set[str]:
    """Return the names of the functions of the service's package that validations call."""
    found = set()
    for each in go.values():
        found |= set(re.findall(r"(?<![\w.])valid[A-Z]\w*", each.validation)) | _functions(
            each.fields
        )
    return found


def _recorded_outputs(sdk: set[str], go: dict[str, Attribute]) -> list[str]:
    """Return the outputs, on which both sources must agree."""
    computed = {
        _pulumi_name(key, {}, {})
        for key, each in go.items()
        if not (each.required or each.optional) or key == "tags_all"
    }
    if computed != sdk:
        raise ValueError(f"in one source only: {sorted(computed ^ sdk)}")
    return sorted(sdk)


def written(value: Any, margin: str = "") -> str:
    """Return the value as JSON, with each list, and each property without fields, on one line."""
    if not isinstance(value, dict) or (
        isinstance(value.get("type"), str) and "fields" not in value
    ):
        return json.dumps(value, ensure_ascii=False)
    inner = margin + "  "
    lines = [f"{inner}{json.dumps(key)}: {written(each, inner)}" for key, each in value.items()]
    return "{\n" + ",\n".join(lines) + f"\n{margin}}}"


def main() -> None:
    """Write the recorded file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sources", type=Path, help="the folder that holds internal/service")
    parser.add_argument("version", help="the version and the origin of these sources")
    arguments = parser.parse_args()
    document = written(recorded(arguments.sources, arguments.version))
    RECORDED.write_text(document + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
