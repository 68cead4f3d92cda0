"""Writes docs/arguments.md, the table of every argument, from the code.

    python -m tests.unit.components.arguments_page

Run it from the checkout's root, after a change of arguments.py, limits.py or combinations.py.
test_arguments_page.py fails until then.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

from components import (
    AlarmsArgs,
    DeadLetterQueueArgs,
    FunctionArgs,
    MappingArgs,
    PermissionsArgs,
    QueueArgs,
    QueueConsumerArgs,
)
from components.combinations import REFUSED, WARNED, Combination
from components.limits import CODE_SIZE, LIMITS, MOST_CODE, MOST_ZIPPED

PAGE = Path(__file__).parents[3] / "docs" / "arguments.md"
GROUPS = {
    "function": FunctionArgs,
    "queue": QueueArgs,
    "dead_letter_queue": DeadLetterQueueArgs,
    "mapping": MappingArgs,
    "alarms": AlarmsArgs,
    "permissions": PermissionsArgs,
}
# What an argument cannot be on the emulator; the mocked tests of the component prove it instead.
ON_AWS_ONLY = {
    "queue.enforce_ssl": "on AWS only: the emulator has plain HTTP only",
    "function.log_format": "JSON on AWS only",
    "function.application_log_level": "on AWS only",
    "function.system_log_level": "on AWS only",
    "function.subnet_ids": "on AWS only",
    "function.security_group_ids": "on AWS only",
}
# Checked with the packages, once they are installed: no rule of a single argument.
CODE = (
    f"a folder or an archive, [at most {MOST_CODE:,} bytes with layers, and {MOST_ZIPPED:,} "
    f"zipped]({CODE_SIZE})"
)
HEAD = """\
# Arguments of QueueConsumer

Written by `python -m tests.unit.components.arguments_page` from `components/`: do not edit it.

```python
from components import FunctionArgs, QueueArgs, QueueConsumer, QueueConsumerArgs

QueueConsumer(
    "Orders",
    QueueConsumerArgs(
        function=FunctionArgs(code="order_function", timeout=30),
        queue=QueueArgs(fifo_queue=True),
    ),
)
```

An argument accepts an `Output` of another resource, unless it says otherwise; of a list and of
`environment`, the elements do. Every value is checked before anything is deployed, and all problems
are in one `ArgumentsError`; an `Output` is checked as soon as it is known. "Bounds" completes "must
be", and links to the page of AWS's documentation that it comes from.

Attributes of the component: its resources, such as `queue`, `function` and `alarms`; `outputs`,
which its stack should export for the automation; and two policy documents to give to others:
`send_policy` for a role that sends, `move_back_policy` for those who redrive dead letters.
"""
FOOT = """\
## On the emulator

All of this deploys to the emulator, but for what is marked "on AWS only", which it refuses with the
reason. [emulator.md](emulator.md) says what differs once it is deployed.
"""


def page() -> str:
    """Return the text of docs/arguments.md."""
    parts = [HEAD, _top()]
    parts += [_group(name, group) for name, group in GROUPS.items()]
    parts += [
        _rules("Refused together", "Each of these is an error before deployment.", REFUSED),
        _rules("Warned about", "Each of these works, but not well under load.", WARNED),
        FOOT,
    ]
    return "\n".join(parts)


def _top() -> str:
    descriptions = _descriptions(QueueConsumerArgs)
    rows = [f"| `{name}` | {_kind(name)} | {descriptions[name]} |" for name in (*GROUPS, "tags")]
    limit = LIMITS["tags"]
    bounds = f"Tags must be [{limit.rule.words}]({limit.source})."
    table = ["| Argument of `QueueConsumerArgs` | Type | |", "|-|-|-|", *rows]
    return "\n".join([*table, "", bounds, ""])


def _kind(name: str) -> str:
    if name == "tags":
        return "names with strings"
    existing = " or `aws.sqs.Queue`" if name == "queue" else ""
    return f"`{GROUPS[name].__name__}`{existing}"


def _group(name: str, group: type) -> str:
    lines = [
        f"## {name}: {group.__name__}",
        "",
        "| Argument | Default | Bounds | |",
        "|-|-|-|-|",
        *_rows(name, group),
        "",
    ]
    return "\n".join(lines)


def _rows(name: str, group: type) -> Iterator[str]:
    descriptions = _descriptions(group)
    for field in dataclasses.fields(group):
        path = f"{name}.{field.name}"
        limit = LIMITS.get(path)
        bounds = f"[{limit.rule.words}]({limit.source})" if limit else CODE
        plain = " Not an `Output`." if not limit or limit.rule.plain else ""
        note = f" ({ON_AWS_ONLY[path]})" if path in ON_AWS_ONLY else ""
        about = f"{descriptions[field.name]}{plain}{note}"
        yield f"| `{field.name}` | {_default(field)} | {bounds} | {about} |"


def _default(field: dataclasses.Field[object]) -> str:
    if field.default is not dataclasses.MISSING:
        value = field.default
    elif field.default_factory is not dataclasses.MISSING:
        value = field.default_factory()
    else:
        return "required"
    if value is None or value in ((), {}):
        return "none"
    return f"`{value:,}`" if type(value) is int else f"`{value}`"


def _descriptions(group: type) -> dict[str, str]:
    """Return what the docstring of a dataclass says about each argument."""
    _, _, attributes = inspect.getdoc(group).partition("Attributes:\n")  # type: ignore[union-attr] # it has one
    entries = re.findall(r"^    (\w+): (.*?)(?=^    \w|\Z)", attributes, re.MULTILINE | re.DOTALL)
    return {name: " ".join(text.split()) for name, text in entries}


def _rules(title: str, about: str, rules: tuple[Combination, ...]) -> str:
    rows = [f"- {_general(rule)} ([AWS]({rule.source}))" for rule in rules]
    return "\n".join([f"## {title}", "", about, "", *rows, ""])


def _general(rule: Combination) -> str:
    """Return the words of a rule without particular values."""
    words = re.sub(r" \(\{\d[^)]*\)| \{\d\}|; got \{\d\}", "", rule.words)
    return re.sub(r"\b(\w+\.\w+)\b", r"`\1`", words)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
