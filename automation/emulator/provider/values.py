"""Property values: their Python types, and their encoding in the engine's messages.

A property is None, a bool, an int, a float, a str, a list, a dict with string keys, or one of four
types that JSON lacks: `UNKNOWN` (not known before the deployment), `Secret`, `Asset` and `Archive`.
A message holds the last three as objects with a signature, and `UNKNOWN` as a fixed string. The
formats are defined in the SDK's ``go/common/resource/sig`` and
``go/common/resource/plugin/rpc.go``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from google.protobuf.struct_pb2 import Struct

if TYPE_CHECKING:
    from google.protobuf.struct_pb2 import Value

SIGNATURE_KEY = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 -- not a secret
ASSET_SIGNATURE = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE_SIGNATURE = "0def7320c3a5731c473e5ecbe6d01bc7"
UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
UNKNOWNS = frozenset(
    {
        UNKNOWN_STRING,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # a bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # a number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # an array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # an asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # an archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # an object
    }
)

Properties = dict[str, Any]


class Unknown:
    """The type of `UNKNOWN`."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()


@dataclass(frozen=True)
class Secret:
    """A value that the engine keeps encrypted."""

    value: Any


@dataclass(frozen=True, kw_only=True)
class Asset:
    """A file: its text, or the path or URI of its content. Equal hashes mean equal content."""

    hash: str = ""
    text: str | None = None
    path: str | None = None
    uri: str | None = None


@dataclass(frozen=True, kw_only=True)
class Archive:
    """Files by name, or the path or URI of a folder or archive. Equal hashes mean equal content."""

    hash: str = ""
    assets: Mapping[str, Asset | Archive] | None = None
    path: str | None = None
    uri: str | None = None


TYPES: Mapping[str, type[Secret | Asset | Archive]] = {
    SECRET_SIGNATURE: Secret,
    ASSET_SIGNATURE: Asset,
    ARCHIVE_SIGNATURE: Archive,
}


def decode(message: Struct) -> Properties:
    """Return the properties that a message holds."""
    return {key: _decode_value(value) for key, value in message.fields.items()}


def encode(properties: Mapping[str, Any]) -> Struct:
    """Return a message that holds `properties`."""
    message = Struct()
    message.update(_encode_value(properties))
    return message


def is_unknown(value: Any) -> bool:
    """Whether any part of a value is unknown."""
    if isinstance(value, dict):
        return any(is_unknown(part) for part in value.values())
    if isinstance(value, list):
        return any(is_unknown(part) for part in value)
    return value is UNKNOWN


def reveal(value: Any) -> Any:
    """Return the value with every secret replaced by its plain value."""
    match value:
        case Secret():
            return reveal(value.value)
        case dict():
            return {key: reveal(part) for key, part in value.items()}
        case list():
            return [reveal(part) for part in value]
    return value


def conceal(value: Any, like: Any) -> Any:
    """Return the value with secrets wherever `like` has them.

    Objects are compared key by key. Any other value becomes secret as a whole: a list with a secret
    element too, because its order may have changed. The engine does the same with the responses of
    providers that do not support secrets.
    """
    if isinstance(value, dict) and isinstance(like, dict):
        return {key: conceal(part, like.get(key)) for key, part in value.items()}
    if _holds_secret(like) and not isinstance(value, Secret):
        return Secret(reveal(value))
    return value


def _holds_secret(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_holds_secret(part) for part in value.values())
    if isinstance(value, list):
        return any(_holds_secret(part) for part in value)
    return isinstance(value, Secret)


def _decode_value(value: Value) -> Any:
    match value.WhichOneof("kind"):
        case "bool_value":
            return value.bool_value
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "string_value":
            text = value.string_value
            return UNKNOWN if text in UNKNOWNS else text
        case "list_value":
            return [_decode_value(part) for part in value.list_value.values]
        case "struct_value":
            return _decode_object(decode(value.struct_value))
    return None


def _decode_object(value: Properties) -> Any:
    signature = value.pop(SIGNATURE_KEY, None)
    if signature is None:
        return value
    if signature not in TYPES:
        raise ValueError(f"the engine sent a value of an unknown type, with signature {signature}")
    return TYPES[signature](**value)


def _encode_value(value: Any) -> Any:
    match value:
        case Unknown():
            return UNKNOWN_STRING
        case Secret():
            return {SIGNATURE_KEY: SECRET_SIGNATURE, "value": _encode_value(value.value)}
        case Asset() | Archive():
            signature = ASSET_SIGNATURE if isinstance(value, Asset) else ARCHIVE_SIGNATURE
            parts = {
                key: _encode_value(part) for key, part in vars(value).items() if part is not None
            }
            return {SIGNATURE_KEY: signature, **parts}
        case Mapping():
            return {key: _encode_value(part) for key, part in value.items()}
        case list():
            return [_encode_value(part) for part in value]
    return value
