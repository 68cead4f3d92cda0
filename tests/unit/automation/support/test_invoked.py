from __future__ import annotations

from pathlib import Path

import pytest

from automation.support.invoked import command_name


def test_the_module_is_named_unless_the_installed_script_was_started() -> None:
    assert command_name("/work/automation/__main__.py") == "python -m automation"
    assert command_name("-c") == "python -m automation"


def test_the_script_is_named_as_it_can_be_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "poker-hands"
    script.touch(mode=0o755)

    monkeypatch.setenv("PATH", "/nowhere")
    assert command_name(str(script)) == str(script)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert command_name(str(script)) == "poker-hands"
