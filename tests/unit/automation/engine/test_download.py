from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING
from urllib.error import URLError

import pytest
from pulumi.automation import PulumiCommand

from automation.engine import fetch
from automation.engine.download import download
from automation.engine.install import installing
from automation.engine.model import PINNED
from automation.support.errors import ChildFailedError

if TYPE_CHECKING:
    from tests.unit.automation.engine.machine import Machine


def test_a_vendor_that_cannot_be_reached_is_a_reason(machine: Machine) -> None:
    nowhere = {**machine.environment, "HTTPS_PROXY": "http://127.0.0.1:1"}
    with (
        installing(nowhere, machine.announced.append) as staging,
        pytest.raises(ChildFailedError, match=r"cannot be fetched: .*refused"),
    ):
        download(staging)
    assert list(machine.home.iterdir()) == []


def test_the_vendors_installer_gets_the_pinned_version_and_the_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arguments: dict[str, object] = {}
    monkeypatch.setattr(PulumiCommand, "install", arguments.update)
    monkeypatch.setattr(sys, "argv", ["fetch", "/the/folder"])
    fetch.main()
    assert arguments["root"] == "/the/folder"
    assert str(arguments["version"]) == PINNED


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (subprocess.CalledProcessError(1, ["sh"], output=b"no space left"), "no space left"),
        (URLError("no such host"), "cannot be fetched: <urlopen error no such host>"),
    ],
    ids=["its script fails", "it is unreachable"],
)
def test_a_failure_of_the_vendors_installer_is_reported_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, failure: Exception, message: str
) -> None:
    def install(**_: object) -> None:
        raise failure

    monkeypatch.setattr(PulumiCommand, "install", install)
    monkeypatch.setattr(sys, "argv", ["fetch", "/the/folder"])
    with pytest.raises(SystemExit, match=message):
        fetch.main()
