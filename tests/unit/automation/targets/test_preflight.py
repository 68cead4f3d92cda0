"""What is refused before anything is started for AWS, each with what to do about it."""

from __future__ import annotations

import functools
import io
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.endpoint import Endpoint, EndpointCreator
from botocore.exceptions import (
    ConnectTimeoutError,
    EndpointConnectionError,
    SSOError,
    TokenRetrievalError,
)
from botocore.loaders import create_loader

from automation.cli import command
from automation.scenario.reading import TEN_HANDS
from automation.stack.project import read_project
from automation.support.errors import AccessError
from automation.support.paths import CHECKOUT, PROJECT
from automation.targets.backend import OWN, Backend, choose_backend, own_passphrase
from automation.targets.caller import Caller, find_caller
from automation.targets.preflight import Access, check_access

ACCOUNT = "123456789012"
ARN = f"arn:aws:iam::{ACCOUNT}:user/dealer"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "a secret"}
CLOUD = "https://api.pulumi.com"
NAMES = ("AWS_", "PULUMI_")

CONFIG = """
[profile sso]
sso_session = us
sso_account_id = 123456789012
sso_role_name = dealer
[sso-session us]
sso_region = us-east-1
sso_start_url = https://example.com
[profile europe]
region = eu-west-1
aws_access_key_id = AKIDEXAMPLE
aws_secret_access_key = a secret
[profile local]
endpoint_url = http://127.0.0.1:4566
aws_access_key_id = AKIDEXAMPLE
aws_secret_access_key = a secret
[profile process]
credential_process = /bin/false
[profile loop]
role_arn = arn:aws:iam::123456789012:role/r
source_profile = loop
"""

Check = Callable[..., Access]
Told = Callable[..., tuple[int, str]]


ANSWER = f"""<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>{ARN}</Arn>
<Account>{ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"""
ERROR = "<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"


class Sts:
    """The network, with an STS on it: no other service is asked."""

    def __init__(self) -> None:
        self.error: Exception | str = ""
        self.calls = 0

    def send(self, request: AWSPreparedRequest) -> AWSResponse:
        assert "GetCallerIdentity" in str(request.body)
        assert "Authorization" in request.headers
        self.calls += 1
        if isinstance(self.error, Exception):
            raise self.error
        body = ERROR.format(code=self.error) if self.error else ANSWER
        raw = io.BytesIO(body.encode())
        raw.stream = lambda *_, **__: iter([body.encode()])  # type: ignore[attr-defined]
        return AWSResponse(request.url, 403 if self.error else 200, HTTPHeaders(), raw)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with AWS profiles, and no login anywhere."""
    for name in [name for name in os.environ if name.startswith(NAMES)]:
        monkeypatch.delenv(name)
    (tmp_path / "config").write_text(CONFIG)
    variables = {
        "HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "PULUMI_HOME": str(tmp_path / ".pulumi"),
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return tmp_path


@pytest.fixture(scope="session", name="loader")
def service_descriptions() -> Callable[[str | None], object]:
    """Reads botocore's service descriptions once for all tests: they take most of the time."""
    return functools.cache(create_loader)


@pytest.fixture
def sts(loader: object, monkeypatch: pytest.MonkeyPatch) -> Sts:
    fake = Sts()
    monkeypatch.setattr("botocore.session.create_loader", loader)
    monkeypatch.setattr(Endpoint, "_send", lambda _endpoint, request: fake.send(request))
    monkeypatch.setattr("time.sleep", lambda _seconds: None)  # before botocore's second try
    return fake


@pytest.fixture
def check(sts: Sts, monkeypatch: pytest.MonkeyPatch) -> Check:
    assert not sts.calls

    def run(
        accounts: tuple[str, ...] = (),
        *,
        existing: bool = False,
        program: Path = CHECKOUT,
        **variables: str,
    ) -> Access:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        backend = read_project(program).backend
        return check_access(dict(os.environ), backend=backend, accounts=accounts, existing=existing)

    return run


# The credentials, the region and the endpoint.


def test_the_account_the_caller_and_the_region_are_found(check: Check) -> None:
    access = check(**KEYS)

    assert access.caller == Caller(account=ACCOUNT, arn=ARN, region="us-east-1", endpoints={})
    assert access.place == f"AWS account {ACCOUNT}"


@pytest.mark.parametrize(
    ("variables", "region"),
    [
        (KEYS | {"AWS_REGION": "us-west-2", "AWS_DEFAULT_REGION": "us-west-1"}, "us-west-2"),
        (KEYS | {"AWS_DEFAULT_REGION": "us-west-1"}, "us-west-1"),
        ({"AWS_PROFILE": "europe"}, "eu-west-1"),
        ({"AWS_PROFILE": "europe", "AWS_REGION": "us-west-2"}, "us-west-2"),
    ],
)
def test_the_region_is_that_of_the_environment_or_the_profile(
    check: Check, variables: dict[str, str], region: str
) -> None:
    assert check(**variables).caller.region == region


def test_an_emulator_is_asked_without_the_proxy(sts: Sts, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not sts.calls
    proxies: list[object] = []
    create = EndpointCreator.create_endpoint

    def spy(self: EndpointCreator, *args: Any, **given: Any) -> Any:
        proxies.append(given["proxies"])
        return create(self, *args, **given)

    monkeypatch.setattr(EndpointCreator, "create_endpoint", spy)
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://proxy")

    for url in ("http://127.0.0.1:4566", ""):
        find_caller(KEYS | {"AWS_ENDPOINT_URL": url})

    assert proxies == [{}, None]


REFUSED = [
    ({}, "Unable to locate credentials", "log in (`aws login`, `aws sso login`)"),
    ({"AWS_PROFILE": "nobody"}, "profile (nobody) could not be found", "list-profiles"),
    ({"AWS_PROFILE": "sso"}, "SSO Token", "`aws sso login --profile sso`"),
    ({"AWS_PROFILE": "process"}, "credential", "run the profile's credential_process by hand"),
    ({"AWS_PROFILE": "loop"}, "loop", "`aws configure list`"),
    ({"AWS_ACCESS_KEY_ID": "x"}, "AWS_SECRET_ACCESS_KEY", "or neither"),
    (KEYS | {"AWS_REGION": "mars!"}, "mars!", "set AWS_REGION to one such as us-east-1"),
    (KEYS | {"AWS_CONFIG_FILE": str(CHECKOUT / "LICENSE")}, "parse", "correct the file"),
]


@pytest.mark.parametrize(
    ("variables", "what", "next_step"), REFUSED, ids=[" ".join(case[0]) or "-" for case in REFUSED]
)
def test_credentials_that_cannot_be_used_are_told_with_what_to_do(
    check: Check, sts: Sts, variables: dict[str, str], what: str, next_step: str
) -> None:
    with pytest.raises(AccessError) as refused:
        check(**variables)

    assert what in str(refused.value)
    assert next_step in refused.value.hint
    assert refused.value.exit_code == 2
    assert not sts.calls


@pytest.mark.parametrize(
    ("error", "next_step"),
    [
        ("ExpiredToken", "`aws sso login`"),
        ("InvalidClientTokenId", "set AWS_ACCESS_KEY_ID"),
        ("SignatureDoesNotMatch", "this machine's clock"),
        ("RegionDisabledException", "enable the region us-east-1"),
        ("SomethingNew", "`aws sts get-caller-identity` must succeed"),
        (SSOError(), "`aws sso login`"),
        (TokenRetrievalError(provider="sso", error_msg="expired"), "`aws sso login`"),
        (EndpointConnectionError(endpoint_url="https://sts"), "check the network"),
        (ConnectTimeoutError(endpoint_url="https://sts"), "that the region us-east-1 exists"),
    ],
)
def test_what_aws_refuses_is_told_with_what_to_do(
    check: Check, sts: Sts, error: Exception | str, next_step: str
) -> None:
    sts.error = error

    with pytest.raises(AccessError) as refused:
        check(**KEYS)

    assert next_step in refused.value.hint
    assert 1 <= sts.calls <= 2


@pytest.mark.parametrize(
    "variables",
    [
        KEYS | {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"},
        KEYS | {"AWS_ENDPOINT_URL_SQS": "https://sqs.example.com"},
        {"AWS_PROFILE": "local"},
    ],
)
def test_an_endpoint_that_is_not_awss_own_is_named(check: Check, variables: dict[str, str]) -> None:
    access = check(**variables)

    ((name, url),) = access.caller.endpoints.items()
    assert f"{url} ({name})" in access.place


def test_endpoints_that_the_user_has_switched_off_are_not_used(check: Check) -> None:
    switched_off = {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:4566",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    }
    assert check(**KEYS, **switched_off).caller.endpoints == {}


def test_one_service_on_this_machine_and_the_others_on_aws_are_refused(check: Check) -> None:
    with pytest.raises(AccessError, match="AWS_ENDPOINT_URL_SQS sends calls to this machine"):
        check(**KEYS, AWS_ENDPOINT_URL_SQS="http://127.0.0.1:4566")


def test_an_account_that_is_not_allowed_is_refused(check: Check) -> None:
    with pytest.raises(AccessError, match=f"{ACCOUNT} .*--account allows 000000000000"):
        check(accounts=("000000000000",), **KEYS)

    assert check(accounts=("000000000000", ACCOUNT), **KEYS).caller.account == ACCOUNT


# The backend.


def write_login(home: Path, login: object) -> None:
    (home / ".pulumi").mkdir()
    (home / ".pulumi" / "credentials.json").write_text(json.dumps(login))


LOGIN: dict[str, object] = {"current": CLOUD, "accessTokens": {CLOUD: "pul-1"}}
BACKENDS: list[tuple[dict[str, str], object, dict[str, object], str, str]] = [
    ({}, None, {}, "", OWN.source),
    ({}, None, LOGIN, CLOUD, "your login"),
    ({"PULUMI_ACCESS_TOKEN": "pul-1"}, None, {}, CLOUD, "PULUMI_ACCESS_TOKEN"),
    ({}, {"url": "s3://state"}, LOGIN, "s3://state", "backend in Pulumi.yaml"),
    ({"PULUMI_BACKEND_URL": "file:///s"}, {"url": "s3://s"}, LOGIN, "file:///s", "PULUMI_BACKEND"),
]


@pytest.mark.parametrize(("environment", "project", "login", "url", "source"), BACKENDS)
def test_the_backend_is_the_one_that_the_cli_would_choose_or_the_projects_own(
    environment: dict[str, str], project: object, login: dict[str, object], url: str, source: str
) -> None:
    backend = choose_backend(environment, project, login)

    assert backend.url == url
    assert source in backend.source


def test_a_backend_in_the_cloud_without_a_login_is_refused(check: Check, sts: Sts) -> None:
    with pytest.raises(AccessError) as refused:
        check(**KEYS, PULUMI_BACKEND_URL=CLOUD)

    assert f"`pulumi login {CLOUD}`" in refused.value.hint
    assert "PULUMI_ACCESS_TOKEN" in refused.value.hint
    assert not sts.calls


def test_the_login_is_read_from_where_the_cli_keeps_it(
    check: Check, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_login(home, LOGIN)
    assert check(**KEYS).backend == Backend(url=CLOUD, source="your login")

    monkeypatch.setenv("PULUMI_HOME", str(home / "elsewhere"))
    assert check(**KEYS).backend == OWN


def test_a_login_that_cannot_be_read_is_told(check: Check, home: Path) -> None:
    (home / ".pulumi" / "credentials.json").mkdir(parents=True)

    with pytest.raises(AccessError, match="cannot be read"):
        check(**KEYS)


@pytest.mark.parametrize("content", ["not JSON", '{"version": 1, "ciphertext": "x"}'])
def test_an_encrypted_login_is_left_to_the_engine(check: Check, home: Path, content: str) -> None:
    (home / ".pulumi").mkdir()
    (home / ".pulumi" / "credentials.json").write_text(content)

    assert "your login, which is encrypted" in str(check(**KEYS).backend)
    assert check(existing=True).backend.url


def test_a_login_whose_token_is_elsewhere_is_left_to_the_engine(check: Check, home: Path) -> None:
    write_login(home, {"current": CLOUD, "credentialHelper": {"command": "vault"}})

    assert check(**KEYS).backend.url == CLOUD


def test_a_backend_without_secrets_of_its_own_needs_a_passphrase(check: Check) -> None:
    own = {"PULUMI_BACKEND_URL": "file:///state"}
    with pytest.raises(AccessError) as refused:
        check(**KEYS, **own)

    assert "set PULUMI_CONFIG_PASSPHRASE, which may be empty" in refused.value.hint
    assert check(existing=True).backend.url == "file:///state"  # its secrets may be elsewhere
    assert check(PULUMI_CONFIG_PASSPHRASE="").backend.url == "file:///state"


def test_a_backend_in_the_projects_file_counts(check: Check, tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text(
        "{name: p, runtime: python, backend: {url: 's3://state'}}"
    )

    access = check(program=tmp_path, PULUMI_CONFIG_PASSPHRASE="", **KEYS)

    assert access.backend.url == "s3://state"


def test_the_projects_own_passphrase_is_made_once_and_read_by_its_owner_only(home: Path) -> None:
    path = own_passphrase()
    first = path.read_text()

    assert own_passphrase().read_text() == first
    assert len(first) > 30
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in (home / "cache" / PROJECT).iterdir()] == ["passphrase"]


# The commands: what they say, and that nothing is started.


def never(*_: object, **__: object) -> None:
    raise AssertionError("something was started")


@pytest.fixture
def told(sts: Sts, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Told:
    """A command's exit code and all that it says, with the keys of an account."""
    assert not sts.calls
    for asks_only_python in ("check_source", "rehearse"):
        monkeypatch.setattr(f"automation.run.{asks_only_python}", lambda *_: None)
    monkeypatch.setattr("automation.run.find_engine", never)
    monkeypatch.setattr("automation.reap.find_engine", never)
    monkeypatch.setattr("subprocess.Popen", never)
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str, answer: str | None = None) -> tuple[int, str]:
        terminal = io.StringIO(f"{answer}\n")
        monkeypatch.setattr(terminal, "isatty", lambda: answer is not None)
        monkeypatch.setattr("sys.stdin", terminal)
        code = command(arguments)
        output = capsys.readouterr()
        return code, " ".join((output.out + output.err).split())

    return run


@pytest.mark.parametrize("answer", [None, "n", ""])
def test_without_a_yes_a_run_says_what_it_would_do_and_does_nothing(
    told: Told, answer: str | None
) -> None:
    code, said = told("run", "--target", "aws", answer=answer)

    assert code == 2
    for line in (
        f"account: {ACCOUNT}",
        f"caller: {ARN}",
        "region: us-east-1",
        "state: in a folder of its own",
        "makes: An SQS queue and the Lambda function",
        "takes: about 4 min; 90 s of it are 3 visibility timeouts of 30 s",
        "costs: less than 1 cent (prices of us-east-1, 2026-11",
        "nothing was deployed",
        "pass --yes",
    ):
        assert line in said
    assert ("Deploy? [y/N]" in said) == (answer is not None)


def test_what_is_said_follows_the_options(told: Told) -> None:
    _, said = told(
        *("run", "--target", "aws", "--keep", "--config", "visibilityTimeout=600"),
        *("--config", "aws:region=eu-west-1", "--config", "memorySize=10240"),
        *("--config", "functionTimeout=600"),
    )

    assert "region: eu-west-1" in said
    assert "kept at the end" in said
    assert "takes: about 33 min" in said
    assert "costs: at most 301 cents" in said  # 10 messages x 3 receives x 600 s x 10 GB, and less


def test_what_is_said_follows_the_program(told: Told, tmp_path: Path) -> None:
    (tmp_path / "scenario.json").write_text(TEN_HANDS.read_text())
    (tmp_path / "Pulumi.yaml").write_text(
        "name: orders\nruntime: python\n"
        "config: {maxReceiveCount: {type: integer, default: 5}, size: {default: big}}\n"
    )
    program = ("--program", str(tmp_path))

    assert "5 visibility timeouts of 30 s" in told("run", "--target", "aws", *program)[1]
    given = ("--config", "orders:maxReceiveCount=7")
    assert "7 visibility timeouts of 30 s" in told("run", "--target", "aws", *program, *given)[1]


def test_an_endpoint_is_named_before_anything_is_deployed(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4566")

    assert (
        "not AWS's own: AWS_ENDPOINT_URL: http://127.0.0.1:4566" in told("run", "--target=aws")[1]
    )


@pytest.mark.parametrize("arguments", [["run", "--yes"], ["reap"], ["reap", "--yes"]])
def test_a_wrong_account_ends_a_command_before_anything_is_started(
    told: Told, arguments: list[str]
) -> None:
    code, said = told(*arguments, "--target", "aws", "--account", "000000000000")

    assert code == 2
    assert "--account allows 000000000000" in said


@pytest.mark.parametrize("arguments", [["run", "--yes"], ["reap"]])
def test_missing_credentials_end_a_command_before_anything_is_started(
    told: Told, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    for name in KEYS:
        monkeypatch.delenv(name)

    code, said = told(*arguments, "--target", "aws")

    assert code == 2
    assert "error: the AWS credentials cannot be used: Unable to locate credentials" in said
    assert "next: log in" in said


def test_a_yes_starts_the_run(told: Told) -> None:
    for answer, options in (("y", []), (None, ["--yes"])):
        with pytest.raises(AssertionError, match="something was started"):
            told("run", "--target", "aws", *options, answer=answer)
