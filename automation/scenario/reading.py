"""Reads scenarios from JSON: the messages to send, their expected fates, and the proof in the log.

    {
      "name": "one good, one bad",
      "invocation": "got {records} records",
      "messages": [
        {"body": {"n": 1}, "fate": "processed", "log": "done {message_id}"},
        {"body": "not JSON", "fate": "dead-lettered",
         "message_group_id": "a", "message_attributes": {"source": "web", "priority": 2}}
      ]
    }

`message_group_id` and `message_deduplication_id` are for FIFO queues. Messages with the same
deduplication id are duplicates within one run only: the sender makes each id unique to the run.
`message_attributes` are text or numbers by name.

model.py says what the templates `log` and `invocation` are.

docs/scenario.schema.json says the same for editors; a scenario may name it as its `$schema`.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from automation.scenario.model import (
    PLACEHOLDER,
    PLACEHOLDERS,
    ExpectedFate,
    Message,
    Scenario,
)
from automation.support.errors import ScenarioError
from automation.support.paths import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

TEN_HANDS = Path(__file__).with_name("ten-hands.json")
"""The scenario of this checkout's program: the lesson's ten hands."""
OF_PROGRAM = "scenario.json"  # next to Pulumi.yaml

# SQS's limits for SendMessage: 1 MiB (since August 2025), and the characters that XML allows. SQS
# refuses or replaces other characters, so the message would not come back unchanged.
MAX_BODY_BYTES = 1_048_576
_NOT_SENDABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MAX_ATTRIBUTES = 10
# Source: SQS API reference, SendMessage and MessageAttributeValue; developer guide, "Message
# metadata".
_ID = re.compile(r"[!-~]{1,128}")
_ATTRIBUTE = re.compile(r"(?!(?i:aws|amazon)\.)(?!\.)(?!.*\.\.)(?!.*\.$)[A-Za-z0-9_.-]{1,256}")


def scenario_of(program: Path) -> Path:
    """Return the scenario of a program: its scenario.json, or the ten hands for this checkout's.

    Raises:
        ScenarioError: It has none.
    """
    own = program / OF_PROGRAM
    if own.is_file():
        return own
    if program == CHECKOUT:
        return TEN_HANDS
    raise ScenarioError(
        f"there is no {OF_PROGRAM} in {program}",
        hint="write one, or name the messages to send: --scenario FILE",
    )


def load_scenario(path: Path) -> Scenario:
    """Read a scenario.

    Raises:
        ScenarioError: The file cannot be read, is not JSON or is not a valid scenario. The message
            lists every problem with its place in the file and the correction.
    """
    try:
        document = json.loads(
            path.read_text(encoding="utf-8"),
            parse_constant=_refuse_constant,
            object_pairs_hook=_object_without_duplicates,
        )
    except OSError as error:
        raise ScenarioError(
            f"the scenario {path} cannot be read: {error.strerror}",
            hint="pass the path of a scenario file, or leave the option out",
        ) from error
    except (ValueError, RecursionError) as error:
        raise ScenarioError(
            f"the scenario {path} is not JSON: {error}",
            hint=f"{TEN_HANDS} is an example to start from",
        ) from error
    problems = list(_object_problems(document, "scenario", _SCENARIO_KEYS, {"name", "messages"}))
    if problems:
        raise ScenarioError(
            f"the scenario {path} is not valid:\n" + "\n".join(f"  {line}" for line in problems),
            hint=f"{TEN_HANDS} is an example to start from",
        )
    return Scenario(
        name=document["name"],
        invocation=document.get("invocation"),
        messages=tuple(
            Message(**{"log": None, **entry, "body": body_text(entry["body"])})
            for entry in document["messages"]
        ),
    )


def _object_without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a key that is given twice: JSON would silently keep the last."""
    value = dict(pairs)
    if len(value) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice!r} is given twice in one object")
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON value")


def body_text(value: Any) -> str:
    """Return the body to send: a string as it is, any other value as compact JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _object_problems(
    value: Any,
    place: str,
    keys: Mapping[str, Callable[[Any, str], Iterator[str]]],
    required: Collection[str],
) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{place}: write an object with the keys {', '.join(keys)}"
        return
    for key in value:
        if key not in keys:
            yield f"{place}: the key {key!r} is unknown; write one of {', '.join(keys)}"
    for key, problems in keys.items():
        if key in value:
            yield from problems(value[key], f"{place}.{key}")
        elif key in required:
            yield f"{place}: the key {key!r} is missing"


def _name_problems(value: Any, place: str) -> Iterator[str]:
    if not isinstance(value, str) or not value.strip():
        yield f"{place}: write a name, as a string"


def _schema_problems(value: Any, place: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{place}: write the path or URL of the schema, or leave the key out"


def _template_problems(value: Any, place: str) -> Iterator[str]:
    if not isinstance(value, str) or not value.strip() or value.splitlines() != [value]:
        yield f"{place}: write one log line as a string, or leave the key out"
        return
    for name in dict.fromkeys(PLACEHOLDER.findall(value)):
        if name not in PLACEHOLDERS:
            known = ", ".join(f"{{{known}}}" for known in PLACEHOLDERS)
            yield f"{place}: the placeholder {{{name}}} is unknown; write one of {known}"


def _messages_problems(value: Any, place: str) -> Iterator[str]:
    if not isinstance(value, list) or not value:
        yield f"{place}: write a list of at least one message"
        return
    for index, entry in enumerate(value):
        where = f"{place}[{index}]"
        yield from _object_problems(entry, where, _MESSAGE_KEYS, {"body", "fate"})
        if isinstance(entry, dict) and entry.get("fate") == "processed" and "log" not in entry:
            yield f"{where}: a processed message needs 'log', the log line that proves it"


def _fate_problems(value: Any, place: str) -> Iterator[str]:
    if value not in get_args(ExpectedFate):
        yield f"{place}: write " + " or ".join(f'"{fate}"' for fate in get_args(ExpectedFate))


def body_problems(value: Any, place: str) -> Iterator[str]:
    """Yield why SQS would not accept a value as a body, with its place and the correction."""
    try:
        body = body_text(value)
    except ValueError:
        yield f"{place}: JSON cannot represent a number in it; write the body as a string"
        return
    if found := _NOT_SENDABLE.search(body):
        yield (
            f"{place}: SQS does not accept the character U+{ord(found.group()):04X}; remove it, or "
            "write the body as a string of JSON that escapes it"
        )
    elif not 1 <= (size := len(body.encode())) <= MAX_BODY_BYTES:
        yield f"{place}: it has {size:,} bytes; SQS accepts 1 to {MAX_BODY_BYTES:,}"


def _id_problems(value: Any, place: str) -> Iterator[str]:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        yield f"{place}: write 1 to 128 letters, digits or punctuation marks, without spaces"


def _attributes_problems(value: Any, place: str) -> Iterator[str]:
    if not isinstance(value, dict) or len(value) > MAX_ATTRIBUTES:
        yield f"{place}: write an object with at most {MAX_ATTRIBUTES} names and values"
        return
    for name, each in value.items():
        if not _ATTRIBUTE.fullmatch(name):
            yield f"{place}: SQS does not accept the name {name!r}"
        if isinstance(each, bool) or not isinstance(each, str | int | float) or each == "":
            yield f"{place}.{name}: write text that is not empty, or a number"


_MESSAGE_KEYS = {
    "body": body_problems,
    "fate": _fate_problems,
    "log": _template_problems,
    "message_group_id": _id_problems,
    "message_deduplication_id": _id_problems,
    "message_attributes": _attributes_problems,
}
_SCENARIO_KEYS = {
    "name": _name_problems,
    "invocation": _template_problems,
    "messages": _messages_problems,
    "$schema": _schema_problems,
}
