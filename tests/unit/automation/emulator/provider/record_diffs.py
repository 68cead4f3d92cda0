"""Records what the official AWS provider plans for the updates in update_cases.py.

    python -m tests.unit.automation.emulator.provider.record_diffs <bridge> <sources> "<version>"

writes ``official-diffs.json`` next to this file. Run it from the checkout's root, after each
upgrade of pulumi-aws, and review the diff. It needs Go, and builds ``oracle/main.go`` in a
temporary folder (two minutes at first) with

- ``<sources>``, of hashicorp/terraform-provider-aws: the schemas of the resource types and the
  functions that they call; record_schema.py says which folder,
- ``<bridge>``, a checkout of pulumi/pulumi-terraform-bridge: how it proposes a new state,
- terraform-plugin-sdk and awspolicyequivalence, in the versions of ``oracle/go.mod``.

In a replacement everything that AWS computes is unknown. That is not recorded.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from automation.emulator.provider.resources import RESOURCE_TYPES
from automation.emulator.provider.values import Archive
from tests.unit.automation.emulator.provider.go_schema import Package, attribute_name, without_entry
from tests.unit.automation.emulator.provider.recorded_diffs import RECORDED, Update, update
from tests.unit.automation.emulator.provider.update_cases import ALARM, BASES, FUNCTION, cases

PROGRAM = Path(__file__).with_name("oracle")
FUNCTIONS = {  # what the program takes from each service's package
    "sqs": ("queueSchema", "resourceQueue", "resourceQueueCustomizeDiff"),
    "iam": ("resourceRole", "resourceRolePolicy", "resourceRolePolicyAttachment"),
    "lambda": (
        "resourceFunction",
        "resourceEventSourceMapping",
        "kafkaSchemaRegistryConfigSchema",
        "hasChangeForLoggingConfigLogLevel",
        "suppressLoggingConfigUnspecifiedLogLevels",
        "suppressLoggingConfigUnspecifiedLogLevelsPrimitive",
        "checkHandlerRuntimeForZipFunction",
        "needsFunctionCodeUpdate",
        "needsFunctionConfigUpdate",
        "updateComputedAttributesOnPublish",
        "suppressEquivalentFunctionNameOrARN",
        "getFunctionNameFromARN",
    ),
    "logs": ("resourceGroup",),
    "cloudwatch": ("resourceMetricAlarm",),
}
# Entries of schemas and resources that have no part in a plan.
DROPPED = (
    *("ValidateFunc", "ValidateDiagFunc", "Importer", "Timeouts", "CreateWithoutTimeout"),
    *("ReadWithoutTimeout", "UpdateWithoutTimeout", "DeleteWithoutTimeout"),
    *("MigrateState", "SchemaVersion"),
)
RENAMED = {  # to what oracle/main.go defines
    "tftags.TagsSchemaComputed": "tagsComputed",
    "tftags.TagsSchema": "tags",
    "verify.SuppressEquivalentPolicyDiffs": "suppressEquivalentPolicyDiffs",
    "verify.SuppressMissingOptionalConfigurationBlock": (
        "suppressMissingOptionalConfigurationBlock"
    ),
    "verify.LegacyPolicyNormalize": "legacyPolicyNormalize",
    "sdkv2.ResourceDiffer": "resourceDiffer",
    "resourceMetricAlarmCustomizeDiff": "nil",  # it only validates
    "awstypes.PackageTypeZip": '"Zip"',
    "awstypes.FullDocumentDefault": '"Default"',
    "awstypes.LogGroupClassDelivery": '"DELIVERY"',
    "awstypes.LogGroupClass": "string",
}
IMPORTS = {  # each with something of it, since Go refuses an import that is not used
    "context": "context.Background",
    "fmt": "fmt.Sprint",
    "maps": "maps.Clone[map[string]int]",
    "regexp": "regexp.Compile",
    "slices": "slices.Sort[[]int]",
    "strings": "strings.Split",
    "github.com/YakDriver/regexache": "regexache.MustCompile",
    "github.com/aws/aws-sdk-go-v2/aws/arn": "arn.Parse",
    "github.com/hashicorp/terraform-plugin-sdk/v2/helper/customdiff": "customdiff.Sequence",
    "github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema": "schema.EnvDefaultFunc",
    "github.com/hashicorp/terraform-plugin-sdk/v2/helper/structure": (
        "structure.NormalizeJsonString"
    ),
}
VENDORED = "pkg/vendored/opentofu"
BRIDGE_PACKAGE = f"github.com/pulumi/pulumi-terraform-bridge/v3/{VENDORED}"
BLOCKS = {
    *("deadLetterConfig", "environment", "ephemeralStorage", "filterCriteria", "loggingConfig"),
    *("scalingConfig", "tracingConfig"),
}
RENAMED_ATTRIBUTES = {"filters": "filter"}
ATTRIBUTES = {  # that pulumi-aws renames, by type
    FUNCTION: {"name": "function_name", "code": "filename"},
    ALARM: {"name": "alarm_name"},
}


def go_source(sources: Path) -> str:
    """Return the schemas and the functions that they call, as one Go file."""
    parts = ["package main", "import ("]
    parts += [f'"{path}"' for path in IMPORTS] + [")"]
    parts += [f"var _ = {each}" for each in IMPORTS.values()]
    for service, names in FUNCTIONS.items():
        package = Package(sources / "internal" / "service" / service)
        for name in names:
            parts.append(_adapted(package, package.source(name)))
    return "\n".join(parts)


def _adapted(package: Package, source: str) -> str:
    for entry in DROPPED:
        source = without_entry(source, entry)
    for old, new in RENAMED.items():
        source = re.sub(rf"\b{re.escape(old)}\b", new, source)
    source = re.sub(r"names\.Attr\w+", lambda found: f'"{attribute_name(found[0])}"', source)
    source = re.sub(
        r"(Default:\s+)([a-z]\w+)(?=,)",
        lambda found: found[1] + json.dumps(package.value(found[2])),
        source,
    )
    return re.sub(r"^\s*(\w+Schema) = ", r"var \1 = ", source)  # in a group of variables


def write_program(folder: Path, bridge: Path, sources: Path) -> None:
    """Write the program and what it takes from the sources to a folder."""
    for each in PROGRAM.iterdir():
        (folder / each.name).write_bytes(each.read_bytes())
    (folder / "schemas.go").write_text(go_source(sources), encoding="utf-8")
    for package in ("configs/configschema", "plans/objchange"):
        target = folder / package.rpartition("/")[2]
        target.mkdir()
        for path in sorted((bridge / VENDORED / package).glob("*.go")):
            (target / path.name).write_text(_local(path), encoding="utf-8")
    proposed = _local(bridge / "pkg" / "tfshim" / "sdk-v2" / "proposed_new.go")
    proposed = re.sub(r"^package \w+", "package main", proposed, flags=re.MULTILINE)
    proposed = re.sub(r'^\t"\S+/contract"\n', "", proposed, flags=re.MULTILINE)
    proposed = proposed.replace("contract.Failf(", "failf(").replace(
        "contract.Assertf(", "assertf("
    )
    (folder / "proposed_new.go").write_text(proposed, encoding="utf-8")


def _local(path: Path) -> str:
    """Return a file of the bridge that imports its neighbours from the program's own folders."""
    text = path.read_text(encoding="utf-8")
    return re.sub(rf'"{re.escape(BRIDGE_PACKAGE)}/\w+/(\w+)"', r'"oracle/\1"', text)


def attributes(token: str, properties: dict[str, Any]) -> dict[str, Any]:
    """Return a resource's properties, or the fields of a block, as attributes of Terraform."""
    found: dict[str, Any] = {}
    for name, value in properties.items():
        attribute = re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", name)
        attribute = RENAMED_ATTRIBUTES.get(name, attribute)
        attribute = ATTRIBUTES.get(token, {}).get(name, attribute)
        found[attribute] = _attribute(token, name, value)
    if "log_format" in found:  # the defaults of fields that the local provider does not support
        found |= {"application_log_level": "", "system_log_level": ""}
    return found


def _attribute(token: str, name: str, value: Any) -> Any:
    if isinstance(value, Archive):
        return value.hash
    if name in BLOCKS:
        return [attributes(token, value)]
    if isinstance(value, list):
        return [attributes(token, each) if isinstance(each, dict) else each for each in value]
    return value


def planned(program: Path, updates: list[Update]) -> list[dict[str, Any]]:
    """Return what the official provider plans for updates, in terms of Terraform."""
    given = [
        {
            "Type": each.token,
            "State": {**attributes(each.token, each.state), "id": "id"},
            "Config": attributes(each.token, each.inputs),
        }
        for each in updates
    ]
    done = subprocess.run(
        [program], input=json.dumps(given), capture_output=True, text=True, check=True, timeout=300
    )
    results: list[dict[str, Any]] = json.loads(done.stdout)
    return results


def records(program: Path) -> Iterator[dict[str, Any]]:
    """Yield the recorded cases.

    Raises:
        ValueError: The official provider refuses a case.
    """
    asked = list(cases())
    bases = {
        token: {name: asdict(base) for name, base in each.items()} for token, each in BASES.items()
    }
    updates = [
        update(each.token, bases[each.token][each.base], each.set, list(each.remove))
        for each in asked
    ]
    for case, result in zip(asked, planned(program, updates), strict=True):
        if result["error"]:
            raise ValueError(f"{case}: {result['error']}")
        replaces = _names(case.token, result["replaces"])
        given = {**bases[case.token][case.base]["inputs"], **case.set}
        changes = _names(case.token, result["changes"])
        if replaces:  # what the program does not set is unknown then
            changes = [name for name in changes if name in given or name in case.remove]
        record = {
            "type": case.token,
            "base": case.base,
            "set": case.set,
            "remove": list(case.remove),
            "changes": changes,
            "replaces": replaces,
        }
        yield {name: value for name, value in record.items() if value}


def _names(token: str, found: list[str]) -> list[str]:
    """Return the properties for attributes of Terraform, without those that are only outputs."""
    names = {
        attribute: name
        for name in RESOURCE_TYPES[token].properties
        for attribute in attributes(token, {name: {} if name in BLOCKS else None})
    }
    return sorted(names[each] for each in found if each in names)


def main() -> None:
    """Write the recorded file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bridge", type=Path, help="a checkout of pulumi/pulumi-terraform-bridge")
    parser.add_argument("sources", type=Path, help="the folder that holds internal/service")
    parser.add_argument("version", help="the version and the origin of these sources")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_program(folder, arguments.bridge, arguments.sources)
        for command in (["go", "mod", "tidy"], ["go", "build", "-o", "program", "."]):
            subprocess.run(command, cwd=folder, check=True)
        found = list(records(folder / "program"))
    document = {
        "about": "Updates, and what the official provider plans for them: the properties that "
        "change, and those that replace the resource. record_diffs.py, next to this file, writes "
        "it.",
        "source": arguments.version,
        "bases": {
            token: {name: asdict(base) for name, base in each.items()}
            for token, each in BASES.items()
        },
    }
    text = json.dumps(document, indent=1, ensure_ascii=False).removesuffix("\n}")
    lines = ",\n  ".join(json.dumps(each, ensure_ascii=False) for each in found)
    RECORDED.write_text(f'{text},\n "cases": [\n  {lines}\n ]\n}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
