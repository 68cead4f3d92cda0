"""What the rooms of the house may import, read from their source."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from importlib.util import resolve_name
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


# What each room of the automation may import of the automation, downwards only. A name stands for
# the module or the folder, and all that is in it.
SUPPORT = frozenset({"support"})
DOWNWARDS = {
    "support": SUPPORT,
    "emulator/provider": frozenset({"emulator.provider"}),
    "engine": SUPPORT | {"engine"},
    "emulator": SUPPORT | {"emulator", "engine"},
    "stack": SUPPORT | {"stack", "engine"},
    "scenario": SUPPORT | {"scenario"},
    "observe": SUPPORT | {"observe", "scenario", "stack.outputs"},
    "judge": frozenset({"judge", "observe", "scenario"}),
    "report": SUPPORT
    | {"report", "judge", "narrator", "stack.events", "stack.remains"}
    | {"observe.logs", "observe.observation", "observe.settings"}
    | {"operate.pricing", "operate.usage"},
    "operate": SUPPORT | {"operate", "judge", "observe", "scenario", "stack.outputs"},
    "targets": SUPPORT | {"targets", "emulator", "engine", "options"},
    "proof.py": SUPPORT | {"judge", "observe", "scenario", "targets"},
    "options.py": frozenset(),
    "narrator.py": frozenset({"observe.settings", "stack.events"}),
}
# Above every room.
ENTRY = {
    *("__init__.py", "__main__.py", "approval.py", "rehearsal.py"),
    *("doctor.py", "ephemeral.py", "existing.py", "listing.py", "reap.py", "run.py"),
    "source.py",
}
ENTRY_ROOMS = {CHECKOUT / "automation" / name for name in ("cli", "pytest_plugin")}


@cache
def imports(source: str) -> frozenset[str]:
    """What a module imports anywhere in it, in a statement or by a call, as it is written there.

    Of `from MODULE import NAME` it is MODULE.NAME. A relative name begins with its dots.
    """
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=aliases):
                names |= {alias.name for alias in aliases}
            case ast.ImportFrom(module=module, names=aliases, level=level):
                start = "." * level + (f"{module}." if module else "")
                names |= {start + alias.name for alias in aliases}
            case ast.Call(
                func=ast.Name(id="import_module" | "__import__")
                | ast.Attribute(attr="import_module"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                names.add(name)
    return frozenset(names)


def imported(source: str) -> set[str]:
    """The top-level names that a module imports; a relative import stays below its own."""
    return {name.partition(".")[0] for name in imports(source)} - {""}


def imported_of_automation(path: Path, source: str) -> set[str]:
    """The modules of the automation that a module at a path imports, without "automation."."""
    package = ".".join(path.parent.relative_to(CHECKOUT).parts)
    modules = {module_of(resolve_name(name, package)) for name in imports(source)}
    mark = "automation."
    return {name.removeprefix(mark) for name in modules if name.startswith(mark)}


def module_of(name: str) -> str:
    """The module or the folder that a name leads to: without a class or a function at its end."""
    path = CHECKOUT / name.replace(".", "/")
    return name if path.is_dir() or path.with_suffix(".py").exists() else name.rpartition(".")[0]


def upwards(path: Path, source: str) -> set[str]:
    """What a module at a path imports of the automation that its room may not."""
    allowed = DOWNWARDS[room_of(path)]
    return {name for name in imported_of_automation(path, source) if not within(name, allowed)}


def within(name: str, allowed: frozenset[str]) -> bool:
    return any(name == each or name.startswith(f"{each}.") for each in allowed)


def room_of(path: Path) -> str:
    inside = path.relative_to(CHECKOUT / "automation").as_posix()
    return next(
        room
        for room in sorted(DOWNWARDS, key=len, reverse=True)
        if inside == room or inside.startswith(f"{room}/")
    )


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
        ("components", "from automation.support.errors import AutomationError"),
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
        ("automation", "from automation.support.errors import AutomationError\nimport boto3"),
        ("program", "from components import QueueConsumer"),
    ],
)
def test_the_rule_lets_a_rooms_own_imports_pass(room: str, source: str) -> None:
    assert not RULES[room].broken_by(source)


MODULES = sorted((CHECKOUT / "automation").rglob("*.py"))


def test_rooms_of_the_automation_import_downwards_only() -> None:
    found = {
        f"{path.relative_to(CHECKOUT)} -> {name}"
        for path in MODULES
        if (path.parent != CHECKOUT / "automation" or path.name not in ENTRY)
        and path.parent not in ENTRY_ROOMS
        for name in upwards(path, path.read_text())
    }

    assert found == set()


def test_no_modules_of_the_automation_import_each_other_in_a_circle() -> None:
    graph = {
        path.relative_to(CHECKOUT / "automation").with_suffix("").as_posix().replace("/", "."): path
        for path in MODULES
    }
    names = {name.removesuffix(".__init__"): name for name in graph}
    order = TopologicalSorter(
        {
            name: {
                names[each]
                for each in imported_of_automation(path, path.read_text())
                if each in names
            }
            - {name}
            for name, path in graph.items()
        }
    )

    assert len(list(order.static_order())) >= len(MODULES)


@pytest.mark.parametrize(
    ("place", "source", "name"),
    [
        ("support/wait.py", "import automation.observe.logs", "observe.logs"),
        ("support/wait.py", "from automation import report", "report"),
        ("support/wait.py", "from automation import support, report as its", "report"),
        ("support/wait.py", "from .. import report", "report"),
        ("support/__init__.py", "from ..report import result", "report.result"),
        ("support/wait.py", "from automation.report import *", "report"),
        ("engine/find.py", "from automation.stack import EngineCommand", "stack"),
        ("scenario/send.py", "from automation.stack.outputs import Outputs", "stack.outputs"),
        ("observe/observer.py", "def late():\n    from ..stack import kinds", "stack.kinds"),
        ("judge/checks.py", "from automation.support import clients", "support.clients"),
        ("targets/base.py", "importlib.import_module('automation.report.result')", "report.result"),
        ("targets/base.py", "import_module('..report.result', __package__)", "report.result"),
        ("targets/base.py", "__import__('automation.report.result')", "report.result"),
        ("emulator/provider/aws.py", "from ...support.errors import HostError", "support.errors"),
        ("proof.py", "from automation.stack import lifecycle", "stack.lifecycle"),
        ("options.py", "from .support import errors", "support.errors"),
    ],
)
def test_an_import_upwards_is_caught(place: str, source: str, name: str) -> None:
    assert upwards(CHECKOUT / "automation" / place, source) == {name}


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("engine/find.py", "from automation import engine\nfrom . import child"),
        ("engine/find.py", "from ..support.errors import HostError\nfrom .. import support"),
        ("emulator/provider/aws.py", "from .protocol import Provider\nimport json, importlib"),
        ("report/page.py", "import_module('automation.judge')\n__import__('json')"),
    ],
)
def test_an_import_downwards_passes(place: str, source: str) -> None:
    assert upwards(CHECKOUT / "automation" / place, source) == set()
