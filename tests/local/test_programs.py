"""Programs of other folders, run by the automation as they stand."""

from __future__ import annotations

from automation.support.paths import CHECKOUT
from tests.local.machine import Machine

ORDERS = CHECKOUT / "examples" / "orders"


def test_the_example_is_proved_from_its_own_folder_with_nothing_but_its_files(
    machine: Machine,
) -> None:
    machine.folder = ORDERS

    done = machine.run("run", "--json", machine.report_file, PYTHONPATH=str(CHECKOUT))

    report = machine.report()
    assert done.code == 0, done.stdout + done.stderr
    assert done.stdout.startswith("orders / run-")
    assert report["project"] == "orders"
    assert [each["fate"] for each in report["messages"]] == ["processed"] * 6 + ["dead-lettered"]
    assert report["messages"][0]["receives"] == 2
    assert report["leftovers"] == []
    assert [path.name for path in ORDERS.glob("Pulumi.*")] == ["Pulumi.yaml"]
    machine.folder = CHECKOUT
    machine.wait_until_clean()
