"""The environment and the configuration that the engine gets on AWS."""

from __future__ import annotations

from pathlib import Path

import pytest

from automation.engine import Engine
from automation.engine.model import USER
from automation.targets.aws import AwsTarget, aws_target
from automation.targets.backend import OWN, Backend
from automation.targets.caller import Caller
from automation.targets.preflight import Access

ENGINE = Engine(folder=Path("/engine"), version="3.259.0", source="cache")
CALLER = Caller(account="123456789012", arn="arn", region="eu-west-1", endpoints={})
USERS = {
    "PATH": "/bin",
    "AWS_PROFILE": "cards",
    "PULUMI_HOME": "/home/me/.pulumi",
    "PULUMI_CONFIG_PASSPHRASE": "mine",
}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))


def target(backend: Backend) -> AwsTarget:
    return aws_target(ENGINE, USERS, Access(caller=CALLER, backend=backend), print)


def run_folder(tmp_path: Path, *, state: bool) -> Path:
    backend = tmp_path / "run-1" / "backend"
    (backend / ".pulumi" if state else backend).mkdir(parents=True)
    return backend.parent


def test_the_users_set_up_is_the_engines(tmp_path: Path) -> None:
    aws = target(Backend(url="s3://state", source="your login"))

    for environment in (aws.environment, aws.environment_of(run_folder(tmp_path, state=False))):
        assert {name: environment[name] for name in USERS if name != "PATH"} == {
            name: value for name, value in USERS.items() if name != "PATH"
        }
        assert "PULUMI_BACKEND_URL" not in environment
        assert "AWS_ENDPOINT_URL" not in environment


@pytest.mark.parametrize(
    ("backend", "state"), [(OWN, False), (Backend(url="s3://state", source="later login"), True)]
)
def test_a_state_of_the_projects_own_is_in_the_runs_folder_and_found_there_later(
    tmp_path: Path, backend: Backend, *, state: bool
) -> None:
    folder = run_folder(tmp_path / "my cache", state=state)

    environment = target(backend).environment_of(folder)

    assert environment["PULUMI_BACKEND_URL"] == f"file://{tmp_path}/my%20cache/run-1/backend"
    assert "PULUMI_CONFIG_PASSPHRASE" not in environment
    assert len(Path(environment["PULUMI_CONFIG_PASSPHRASE_FILE"]).read_text()) > 30
    assert environment["PULUMI_HOME"] == "/home/me/.pulumi"


def test_the_engine_has_a_user_even_if_the_system_does_not_know_the_callers() -> None:
    access = Access(caller=CALLER, backend=OWN)

    assert target(OWN).environment["USER"] == USER
    theirs = aws_target(ENGINE, {**USERS, "USER": "me"}, access, print)
    assert theirs.environment["USER"] == "me"


def test_the_provider_is_told_which_account_and_region_are_meant() -> None:
    configuration = target(OWN).configuration

    assert configuration["aws:allowedAccountIds"] == ["123456789012"]
    assert configuration["aws:region"] == "eu-west-1"
