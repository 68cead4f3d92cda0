"""Reads resource schemas from the Go sources of hashicorp/terraform-provider-aws."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"(?:[^"\\]|\\.)*"|`[^`]*`|'(?:[^'\\]|\\.)+'|[\w.]+|\S""", re.DOTALL
)
SCHEMA_MAP = ["map", "[", "string", "]", "*", "schema.Schema", "{"]
OPENING, CLOSING = "([{", ")]}"
WORD = re.compile(r"[A-Z]+(?=IDs?$)|[A-Z]+s?(?=[A-Z]|$)|[A-Z][a-z0-9]+")
# Constants of other Go modules, as github.com/aws/aws-sdk-go-v2/service/lambda/types defines them.
CONSTANTS = {"awstypes.PackageTypeZip": "Zip", "awstypes.FullDocumentDefault": "Default"}


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """One `schema.Schema` of the Go sources.

    Attributes:
        type: "String", "Int", "Bool", "Float", "Map", "List" or "Set".
        fields: The attributes of a nested `schema.Resource`.
        suppress: The function that suppresses some differences, as source text; empty for none.
        max_items: The most elements that a list or set may have.
        minimum: The smallest value that its validation accepts.
        maximum: The largest value that its validation accepts.
        one_of: The only numbers that its validation accepts.
        enum: The type of aws-sdk-go-v2 whose values its validation accepts.
        validation: Any other validation of strings, as source text; empty for none.
    """

    type: str
    required: bool = False
    optional: bool = False
    computed: bool = False
    force_new: bool = False
    default: Any = None
    conflicts_with: tuple[str, ...] = ()
    json: bool = False
    suppress: str = ""
    max_items: int | None = None
    enum: str = ""
    validation: str = ""
    minimum: int | None = None
    maximum: int | None = None
    one_of: tuple[int, ...] = ()
    fields: dict[str, Attribute] = field(default_factory=dict)


# Schemas that resources share. Functions build them, which this module does not evaluate, so they
# are transcribed here. The recorded file repeats them with their sources.
SHARED = {
    "tftags.TagsSchema": Attribute(type="Map", optional=True),
    "tftags.TagsSchemaComputed": Attribute(type="Map", optional=True, computed=True),
    "sdkv2.JSONDocumentSchemaRequired": Attribute(
        type="String", required=True, json=True, suppress="sdkv2.SuppressEquivalentJSONDocuments"
    ),
    "sdkv2.IAMPolicyDocumentSchemaRequired": Attribute(type="String", required=True, json=True),
}
# Attributes that pulumi-aws has and the sources lack, by resource type.
NEWER = {
    "aws:cloudwatch/metricAlarm:MetricAlarm": {
        "evaluation_window": Attribute(
            type="List",
            optional=True,
            fields={
                "wall_clock_window": Attribute(
                    type="List",
                    required=True,
                    fields={"timezone": Attribute(type="String", optional=True)},
                )
            },
        ),
        "warm_up_configuration": Attribute(
            type="List",
            optional=True,
            fields={
                "only_start_evaluating_after_warm_up_period_ends": Attribute(
                    type="Bool", optional=True
                ),
                "warm_up_period_duration_in_minutes": Attribute(
                    type="Int", required=True, minimum=1, maximum=2880
                ),
            },
        ),
    }
}
REGION = Attribute(type="String", optional=True, computed=True, force_new=True)
TRANSCRIBED = {
    "tags": "optional, a map: TagsSchema in internal/tags",
    "redriveAllowPolicy of RedriveAllowPolicy": (
        "required, JSON: JSONDocumentSchemaRequired in internal/sdkv2"
    ),
    "policy of QueuePolicy": "required, JSON: IAMPolicyDocumentSchemaRequired in internal/sdkv2",
    "evaluationWindow and warmUpConfiguration of MetricAlarm": (
        "from the documentation in pulumi-aws, which is newer than these sources"
    ),
    "region": (
        "optional, computed: RegionOptionalComputed in internal/sdkv2; forces a new resource: "
        "forceNewIfRegionChanges in internal/provider/sdkv2"
    ),
    "packageType of Function": "its default is the constant PackageTypeZip of aws-sdk-go-v2",
}


class Package:
    """The sources of one service's package."""

    def __init__(self, folder: Path) -> None:
        """Read the folder's `.go` files, or the `.goindex` files of an index of the sources.

        Raises:
            FileNotFoundError: The folder has no such files.
        """
        paths = [path for path in folder.glob("*.go*") if not path.name.endswith("_test.go")]
        if not paths:
            raise FileNotFoundError(f"{folder} holds no Go sources")
        self.text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(paths))

    def attributes(self, name: str) -> dict[str, Attribute]:
        """Return the schema that the function or variable `name` defines."""
        tokens = self._definition(name)
        size = len(SCHEMA_MAP)
        start = next(
            i
            for i in range(len(tokens))
            if tokens[i : i + size] == SCHEMA_MAP and tokens[i - 1] != ")"  # a function's type
        )
        return self._schema_map(_inside(tokens, start + size - 1))

    def _definition(self, name: str) -> list[str]:
        found = re.search(rf"^(?:func {name}\(|(?:var |\s+){name} +=)", self.text, re.MULTILINE)
        if found is None:
            raise LookupError(f"the Go sources do not define {name}")
        return _tokens(self.text[found.start() : found.start() + 60_000])

    def _schema_map(self, tokens: list[str]) -> dict[str, Attribute]:
        return {_key(key): self._attribute(value) for key, value in _entries(tokens)}

    def _attribute(self, tokens: list[str]) -> Attribute:
        if tokens[0] in SHARED:
            return SHARED[tokens[0]]
        if tokens[0] != "{":  # a call of a function of this package
            tokens = self._definition(tokens[0])
            tokens = tokens[tokens.index("&") + 2 :]
        schema = dict(_entries(_inside(tokens, 0)))
        elements = schema.get("Elem", [])
        resource = dict(_entries(_inside(elements, 2))) if "schema.Resource" in elements[:2] else {}
        element = dict(_entries(_inside(elements, 2))) if "schema.Schema" in elements[:2] else {}
        validation = schema.get("ValidateFunc", [])
        minimum, maximum, one_of = _limits(validation)
        if "".join(validation).startswith("validation.Int") and (minimum, one_of) != (None, ()):
            validation = []
        enum = schema.get("ValidateDiagFunc") or element.get("ValidateDiagFunc", [])
        return Attribute(
            type=schema["Type"][0].removeprefix("schema.Type"),
            required=schema.get("Required") == ["true"],
            optional=schema.get("Optional") == ["true"],
            computed=schema.get("Computed") == ["true"],
            force_new=schema.get("ForceNew") == ["true"],
            default=self.value("".join(schema["Default"])) if "Default" in schema else None,
            conflicts_with=tuple(_strings(schema.get("ConflictsWith", []))),
            json=validation[:1] in (["validation.StringIsJSON"], ["verify.ValidIAMPolicyJSON"]),
            suppress=" ".join(schema.get("DiffSuppressFunc", [])),
            max_items=int(schema["MaxItems"][0]) if "MaxItems" in schema else None,
            enum="".join(enum).removeprefix("enum.Validate[awstypes.").removesuffix("]()"),
            validation=" ".join(validation or element.get("ValidateFunc", [])),
            minimum=minimum,
            maximum=maximum,
            one_of=one_of,
            fields=self._schema_map(_inside(resource["Schema"], 6)) if resource else {},
        )

    def source(self, name: str) -> str:
        """Return the source text of a function or a variable."""
        variable = rf"(\t?)(?:var )?{name} += (?:[^\n]*[({{]\n.*?^\1[)}}]|[^\n]*)"
        definitions = rf"^(?:func {name}\(.*?^}}|{variable})"
        found = re.search(definitions, self.text, re.MULTILINE | re.DOTALL)
        if found is None:
            raise LookupError(f"the Go sources do not define {name}")
        return found[0]

    def function(self, name: str) -> str:
        """Return the tokens of a function, or of a variable that holds one."""
        return " ".join(_tokens(self.source(name)))

    def value(self, text: str) -> Any:
        """Return the value of a literal or a constant."""
        if text in ("true", "false"):
            return text == "true"
        if text.startswith('"'):
            return text.strip('"')
        if text in CONSTANTS:
            return CONSTANTS[text]
        if re.fullmatch(r"-?\d[\d_]*", text):
            return int(text)
        found = re.search(rf"^\s+{re.escape(text)} += (\S+)", self.text, re.MULTILINE)
        if found is None:
            raise LookupError(f"the Go sources do not define {text}")
        return self.value(found[1])


def _tokens(text: str) -> list[str]:
    return [token for token in TOKEN.findall(text) if not token.startswith(("//", "/*"))]


def _inside(tokens: list[str], start: int) -> list[str]:
    """Return the tokens between the bracket at `start` and its closing bracket."""
    depth = 0
    for i in range(start, len(tokens)):
        depth += (tokens[i] in OPENING) - (tokens[i] in CLOSING)
        if depth == 0:
            return tokens[start + 1 : i]
    raise ValueError("a bracket is not closed")


def _entries(tokens: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield the keys and values of a composite literal."""
    depth, start = 0, 0
    for i, token in enumerate([*tokens, ","]):
        depth += (token in OPENING) - (token in CLOSING)
        if token == "," and depth == 0:
            entry = tokens[start:i]
            start = i + 1
            if entry:
                yield entry[0], entry[2:]


def _key(token: str) -> str:
    """Return an attribute's name from a string or a constant such as ``names.AttrKMSKeyARN``."""
    if token.startswith('"'):
        return token.strip('"')
    return attribute_name(token)


def attribute_name(constant: str) -> str:
    """Return an attribute's name from a constant such as ``names.AttrKMSKeyARN``."""
    return "_".join(WORD.findall(constant.removeprefix("names.Attr"))).lower()


def without_entry(source: str, key: str) -> str:
    """Return Go source without the entries of composite literals that have a key."""
    while found := re.search(rf"^\s*{key}:", source, re.MULTILINE):
        depth, end = 0, found.end()
        for token in TOKEN.finditer(source, found.end()):
            end = token.end()
            depth += (token[0] in OPENING) - (token[0] in CLOSING)
            if token[0] == "," and depth == 0:
                break
        source = source[: found.start()] + source[end:]
    return source


def _strings(tokens: list[str]) -> list[str]:
    return [_key(token) for token in tokens if token.startswith(('"', "names."))]


def _limits(tokens: list[str]) -> tuple[int | None, int | None, tuple[int, ...]]:
    """Return the minimum, the maximum and the only values that a validation accepts."""
    numbers = [int(number) for number in re.findall(r"-?\b\d[\d_]*", "".join(tokens[1:]))]
    match tokens[:1]:
        case ["validation.IntBetween"]:
            return numbers[0], numbers[1], ()
        case ["validation.IntAtLeast"]:
            return numbers[0], None, ()
        case ["validation.IntInSlice"]:
            return None, None, tuple(numbers)
    return None, None, ()
