from __future__ import annotations

import re
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn

import pytest

from automation import doctor
from automation.cli import command
from automation.doctor import Finding, examine
from automation.engine import Engine
from automation.support.errors import AccessError, SourceFailedError
from automation.support.paths import CHECKOUT
from automation.targets.caller import Caller


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with an engine, a cache and nothing running."""
    engine = Engine(folder=tmp_path, version="3.259.0", source="cache")
    monkeypatch.setattr(doctor, "LOOKUPS", {"cache": lambda _: engine})
    monkeypatch.setattr(doctor, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(doctor, "runs_folder", lambda: tmp_path / "runs")
    monkeypatch.setattr("automation.doctor.lasting.find", lambda: None)


def found(what: str, target: str = "local", **environment: str) -> Finding:
    return {each.what: each for each in examine(target, environment)}[what]


def no_engine(_: object) -> Engine:
    raise SourceFailedError("no pulumi found")


def test_a_machine_with_everything_needs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=10**12))
    monkeypatch.setattr(doctor, "_pins", lambda _: {})

    findings = {each.what: each for each in examine("local", {})}

    assert {(each.state, each.fix) for each in findings.values()} == {("ok", "")}
    assert findings["Pulumi engine"].found.startswith("3.259.0")


def test_it_looks_for_each_package_that_the_project_needs() -> None:
    needed = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]["dependencies"]

    assert set(doctor.PACKAGES) == {re.split("[=<>]", each)[0] for each in needed} - {"pip"}


def test_without_an_engine_it_says_how_the_first_run_gets_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "LOOKUPS", {"PATH": no_engine})
    go = tmp_path / "go"
    go.write_text("")
    go.chmod(0o755)

    with_go = found("Pulumi engine", PATH=str(tmp_path))
    without = found("Pulumi engine", PATH="/nowhere")

    assert with_go.state == without.state == "note"
    assert str(go) in with_go.fix
    assert "PATH: no pulumi found; no Go 1." in without.found
    assert "install the Pulumi CLI" in without.fix


def test_a_package_of_another_version_than_pinned_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_pins", lambda _: {"rich": "0.1"})

    assert "pinned 0.1" in found("packages").found


def test_a_disk_that_is_full_is_missing_and_exits_with_3(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Full:
        free = 1_000_000

    monkeypatch.setattr("shutil.disk_usage", lambda _: Full)

    assert command(["doctor"]) == 3
    told = capsys.readouterr().out
    assert "missing" in told
    assert "XDG_CACHE_HOME" in told


def test_credentials_that_aws_does_not_take_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> NoReturn:
        raise AccessError("the token has expired", hint="aws sso login")

    monkeypatch.setattr(doctor, "find_caller", refuse)

    told = found("AWS credentials", target="aws")

    assert (told.state, told.found, told.fix) == (
        "missing",
        "the token has expired",
        "aws sso login",
    )


@pytest.mark.parametrize(
    ("endpoints", "state"), [({}, "ok"), ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "note")]
)
def test_an_endpoint_that_is_not_aws_s_is_noted(
    endpoints: dict[str, str], state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = Caller(account="123456789012", arn="me", region="eu-west-1", endpoints=endpoints)
    monkeypatch.setattr(doctor, "find_caller", lambda _: caller)

    told = found("AWS credentials", target="aws")

    assert told.state == state
    for word in ("123456789012", "eu-west-1", *endpoints, *endpoints.values()):
        assert word in told.found


def test_what_runs_have_left_is_told_and_looking_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "runs" / "run-1").mkdir(parents=True)

    left = found("earlier runs")

    assert (left.state, left.found) == ("note", "run-1")
    assert list((tmp_path / "runs" / "run-1").iterdir()) == []
