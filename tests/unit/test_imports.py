"""What the rooms of the house may import, read from their source."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]

# Lambda puts the function's files at the archive's root: each is a module of its own.
FUNCTION = frozenset({"function", *(path.stem for path in (CHECKOUT / "function").glob("*.py"))})


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What the modules at some paths of the checkout may import, by top-level name."""

    paths: str
    only: frozenset[str] | None = None
    never: frozenset[str] = frozenset()

    def broken_by(self, source: str) -> set[str]:
        """The imports of a module's source that the rule forbids."""
        names = imported(source)
        foreign = names - self.only if self.only is not None else set()
        return foreign | (names & self.never)


RULES = {
    "function": Rule(paths="function/**/*.py", only=sys.stdlib_module_names | FUNCTION),
    "components": Rule(paths="components/**/*.py", never=FUNCTION | {"automation"}),
    "automation": Rule(paths="automation/**/*.py", never=FUNCTION | {"components"}),
    "program": Rule(paths="__main__.py", never=FUNCTION | {"automation"}),
}


def imported(source: str) -> set[str]:
    """The top-level names that a module imports anywhere in it, in a statement or by a call."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=aliases):
                names |= {alias.name for alias in aliases}
            case ast.ImportFrom(module=str(module), level=0):
                names.add(module)
            case ast.Call(
                func=ast.Name(id="import_module" | "__import__")
                | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(module)), *_],
            ):
                names.add(module)
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("room", RULES)
def test_a_room_imports_only_what_it_may(room: str) -> None:
    paths = sorted(CHECKOUT.glob(RULES[room].paths))
    assert paths, "there is nothing to read"
    broken = {path: RULES[room].broken_by(path.read_text()) for path in paths}
    assert {str(path.relative_to(CHECKOUT)): names for path, names in broken.items() if names} == {}


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("function", "import boto3"),
        ("function", "import json, pulumi.runtime"),
        ("function", "from components import QueueConsumer"),
        ("function", "def late():\n    import requests"),
        ("components", "import handler"),
        ("components", "from function import handler"),
        ("components", "from automation.errors import AutomationError"),
        ("automation", "import components.policies"),
        ("automation", "from components import policies as rules"),
        ("automation", "import handler as the_function"),
        ("automation", "import importlib\nimportlib.import_module('components')"),
        ("automation", "if TYPE_CHECKING:\n    from components import QueueConsumer"),
        ("automation", "__import__('handler')"),
        ("program", "from automation import paths"),
    ],
)
def test_the_rule_catches_a_breach(room: str, source: str) -> None:
    assert RULES[room].broken_by(source)


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("function", "import json\nfrom collections import abc\nimport handler"),
        ("components", "import pulumi\nfrom components import policies\nfrom . import checks"),
        ("automation", "from automation.errors import AutomationError\nimport boto3"),
        ("program", "from components import QueueConsumer"),
    ],
)
def test_the_rule_lets_a_rooms_own_imports_pass(room: str, source: str) -> None:
    assert not RULES[room].broken_by(source)
