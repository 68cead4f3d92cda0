from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from automation.support.paths import pulumi_home


def test_the_engines_home_is_where_the_cli_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pwd.getpwuid", lambda _: SimpleNamespace(pw_dir="/home/me"))

    assert pulumi_home({"HOME": "/elsewhere"}) == Path("/home/me/.pulumi")
    assert pulumi_home({"HOME": "/elsewhere", "PULUMI_HOME": "/p"}) == Path("/p")


def test_the_engines_home_of_a_user_that_the_system_does_not_know_is_in_home(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unknown(uid: int) -> None:
        raise KeyError(f"getpwuid(): uid not found: {uid}")

    monkeypatch.setattr("pwd.getpwuid", unknown)

    assert pulumi_home({"HOME": "/elsewhere"}) == Path("/elsewhere/.pulumi")
