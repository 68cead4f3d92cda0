from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from automation.engine import build, find
from automation.support.errors import SourceFailedError
from tests.unit.automation.engine.machine import Machine

if TYPE_CHECKING:
    from pathlib import Path

    from automation.engine.install import Staging


def refuse_download(_staging: Staging) -> Path:
    raise SourceFailedError("the vendor cannot be reached")


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine with nothing on PATH, an empty cache, an empty home and no network."""
    machine = Machine(folder=tmp_path)
    machine.bin.mkdir()
    machine.home.mkdir()
    for name, value in machine.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setattr(find, "INSTALLS", {**find.INSTALLS, "download": refuse_download})
    monkeypatch.setattr(build, "NEEDED_BYTES", 0)
    return machine
