"""The fixtures of the local tests, and the table that `make chaos` ends with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from tests.chaos.case import Case, Left
from tests.local.conftest import account, engine, instance, machine, other_function
from tests.local.machine import Account, Machine

__all__ = ["account", "case", "engine", "instance", "machine", "other_function"]

COLUMNS = ("fault", "expected", "observed")


@pytest.fixture
def case(
    machine: Machine,
    account: Account,
    record_property: Callable[[str, object], None],
) -> Case:
    return Case(machine=machine, account=account, record=record_property)


@dataclass
class Row:
    """One test in the table; a test without properties is its own fault and passes or does not."""

    properties: dict[str, object] = field(default_factory=dict)
    outcome: str = "unfinished"

    def cells(self, test: str) -> tuple[str, str, str]:
        fault = str(self.properties.get("fault", test.rpartition("::")[2]))
        expected = str(self.properties.get("expected", "passes, nothing left"))
        observed = str(self.properties.get("observed", self.outcome))
        if self.outcome not in {"passed", observed}:
            observed += f" ({self.outcome})"
        return fault, expected, observed


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if config.getoption("markexpr") != "chaos":
        return
    rows: dict[str, Row] = {}
    for category, reports in terminalreporter.stats.items():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                row = rows.setdefault(report.nodeid, Row())
                row.properties |= dict(report.user_properties)
                if category not in {"", "passed"}:
                    row.outcome = category
                elif report.when == "call" and row.outcome == "unfinished":
                    row.outcome = "passed"
    if rows:
        write_table(terminalreporter, rows)


def write_table(terminal: pytest.TerminalReporter, rows: dict[str, Row]) -> None:
    table = [COLUMNS, *(row.cells(test) for test, row in sorted(rows.items()))]
    widths = [max(len(cells[column]) for cells in table) for column in range(len(COLUMNS))]
    terminal.section("faults")
    for cells in table:
        line = "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        terminal.write_line(line.rstrip())
    left: Counter[str] = Counter(dict.fromkeys(Left.__dataclass_fields__, 0))
    for row in rows.values():
        counted = row.properties.get("left")
        left.update(counted if isinstance(counted, dict) else {})
    outcomes = Counter(row.outcome for row in rows.values())
    terminal.write_line("")
    terminal.write_line(
        f"{len(rows)} faults: {', '.join(f'{n} {name}' for name, n in sorted(outcomes.items()))}"
    )
    terminal.write_line(f"left behind: {Left(**left)}")
