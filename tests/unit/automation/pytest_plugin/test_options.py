from __future__ import annotations

from pathlib import Path

import pytest

from automation.pytest_plugin import options as module
from automation.pytest_plugin.options import LiveOptions, resolved
from automation.support.paths import CHECKOUT

NOT_GIVEN = {"live_target": None, "live_emulator": None, "live_keep": False, "live_program": None}
NOT_SET = {"live_target": "local", "live_emulator": "", "live_program": ""}


def options(root: Path, given: dict[str, object], settings: dict[str, str]) -> LiveOptions:
    return resolved(
        NOT_GIVEN | given, NOT_SET | settings, invoked_in=root / "invoked", root=root, worker=False
    )


def test_without_options_the_program_is_this_checkouts_on_a_local_target(tmp_path: Path) -> None:
    assert options(tmp_path, {}, {}) == LiveOptions(
        target="local", emulator=None, keep=False, program=CHECKOUT, worker=False
    )


def test_an_installed_plugin_has_no_program_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHECKOUT", tmp_path / "site-packages")

    assert options(tmp_path, {}, {}).program == tmp_path


def test_a_project_at_the_rootdir_is_the_program(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").touch()

    assert options(tmp_path, {}, {}).program == tmp_path


def test_a_setting_is_relative_to_the_rootdir_and_an_option_to_where_pytest_is_called(
    tmp_path: Path,
) -> None:
    (tmp_path / "Pulumi.yaml").touch()
    settings = {"live_program": "infra"}

    assert options(tmp_path, {}, settings).program == tmp_path / "infra"
    given: dict[str, object] = {"live_program": "other"}
    assert options(tmp_path, given, settings).program == tmp_path / "invoked" / "other"


def test_an_option_overrides_the_setting(tmp_path: Path) -> None:
    settings = {"live_target": "aws", "live_emulator": "http://127.0.0.1:1"}
    assert options(tmp_path, {}, settings).target == "aws"
    assert options(tmp_path, {}, settings).emulator == "http://127.0.0.1:1"

    given: dict[str, object] = {"live_target": "local", "live_emulator": "http://127.0.0.1:2"}
    assert options(tmp_path, given, settings).target == "local"
    assert options(tmp_path, given, settings).emulator == "http://127.0.0.1:2"


def test_an_unknown_target_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(pytest.UsageError, match="'gcp', not one of local, aws"):
        options(tmp_path, {}, {"live_target": "gcp"})
