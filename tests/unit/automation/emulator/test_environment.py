from __future__ import annotations

from pathlib import Path

import pytest

from automation.emulator.environment import (
    built_environment,
    checked_url,
    emulator_credentials,
    local_environment,
    users_environment,
)
from automation.emulator.instance import Instance
from automation.engine import Engine
from automation.engine.model import USER
from automation.support.errors import UsageError
from automation.support.paths import cache_folder

CALLERS = {
    "PATH": "/usr/bin",
    "HOME": "/home/someone",
    "AWS_PROFILE": "production",
    "AWS_ACCESS_KEY_ID": "AKIAREALREALREALREAL",
    "AWS_SECRET_ACCESS_KEY": "very secret",
    "AWS_SESSION_TOKEN": "token",
    "AWS_REGION": "eu-west-1",
    "PULUMI_ACCESS_TOKEN": "pul-secret",
    "PULUMI_BACKEND_URL": "s3://team-state",
    "GITHUB_TOKEN": "also secret",
}


def environment(tmp_path: Path, base: dict[str, str], *, external: bool = False) -> dict[str, str]:
    return local_environment(
        Instance(url="http://127.0.0.1:1", folder=tmp_path, supervisor=1, external=external),
        Engine(folder=Path("/engine"), version="3.259.0", source="cache"),
        base,
        emulator_credentials(CALLERS, external=external),
    )


def test_an_engine_sees_none_of_the_callers_secrets_and_no_other_backend(tmp_path: Path) -> None:
    built = environment(tmp_path, built_environment(CALLERS))

    secrets = {CALLERS[name] for name in CALLERS if name not in {"PATH", "HOME"}}
    assert not secrets & set(built.values())
    assert built["AWS_ACCESS_KEY_ID"] == "test"
    assert built["PULUMI_BACKEND_URL"] == f"file://{tmp_path}/backend"
    assert built["PULUMI_HOME"] == str(tmp_path / "engine")


@pytest.mark.parametrize(("theirs", "user"), [({"USER": "me"}, "me"), ({}, USER)])
def test_the_engine_has_a_user_even_if_the_system_does_not_know_the_callers(
    tmp_path: Path, theirs: dict[str, str], user: str
) -> None:
    for base in (built_environment(theirs), users_environment(theirs)):
        assert environment(tmp_path, base)["USER"] == user


def test_the_state_may_be_in_a_folder_whose_name_means_something_in_a_url(tmp_path: Path) -> None:
    folder = tmp_path / "a b%41#c?d"
    folder.mkdir()

    url = environment(folder, {})["PULUMI_BACKEND_URL"]

    assert url == f"file://{tmp_path}/a%20b%2541%23c%3Fd/backend"


def test_a_program_may_install_packages_from_where_the_caller_does(tmp_path: Path) -> None:
    theirs = {
        "PIP_INDEX_URL": "https://pypi.example",
        "PIP_CONFIG_FILE": "/home/someone/pip.conf",
        "HTTPS_PROXY": "http://proxy",
        "http_proxy": "http://proxy",
    }
    built = environment(tmp_path, built_environment({**CALLERS, **theirs}))

    assert built.items() >= theirs.items()
    assert Path(built["XDG_CACHE_HOME"]) == cache_folder().parent


def test_a_users_command_keeps_what_is_theirs_but_their_aws_and_pulumi_set_up(
    tmp_path: Path,
) -> None:
    built = environment(tmp_path, users_environment(CALLERS))

    assert built["GITHUB_TOKEN"] == "also secret"
    assert "AWS_PROFILE" not in built
    assert "PULUMI_ACCESS_TOKEN" not in built
    assert built["PATH"].startswith("/engine:")
    assert built["PATH"].endswith(":/usr/bin")


def test_our_own_emulator_is_addressed_as_test_whatever_the_caller_has_set() -> None:
    assert emulator_credentials(CALLERS, external=False) == {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
    }


@pytest.mark.parametrize("variable", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_the_callers_own_emulator_is_addressed_as_the_caller_says(variable: str) -> None:
    given = {"AWS_ACCESS_KEY_ID": "000000000042", variable: "eu-west-1"}

    assert emulator_credentials(given, external=True) == {
        "AWS_ACCESS_KEY_ID": "000000000042",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "eu-west-1",
    }


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:4566", "http://localhost:4566/", "https://[::1]:4566"]
)
def test_an_emulator_on_loopback_is_taken(url: str) -> None:
    assert checked_url(url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1:4566",
        "https://sqs.us-east-1.amazonaws.com",
        "http://localhost.example.com",
        "127.0.0.1:4566",
        "ftp://127.0.0.1",
        "http://127.0.0.1:4566/path",
        "",
    ],
)
def test_a_url_that_cannot_be_an_emulator_on_loopback_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="not the URL of an emulator on this machine"):
        checked_url(url)
