"""The aws target, with an emulator standing in for AWS and this project's plugin for the vendor's.

The emulator enforces IAM here (AUTH=true), and the deployer has the printed policy, nothing else.
"""

from __future__ import annotations

import http.server
import io
import json
import os
import shutil
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from automation.emulator.instance import Supervisor
from automation.emulator.plugin import install_plugin
from automation.support.paths import CHECKOUT, PROJECT
from automation.targets.permissions import deployer_policy
from tests.local.machine import Done, Machine, finished, ok
from tests.pages import PAGES, PROGRAM, commands, documented, indented, without_words

ACCOUNT = "000000000000"
REGION = "us-east-1"
ROOT = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
# What the emulator does not enforce as AWS does: it knows no name in these calls but the batch,
# no condition, no alarm, and takes the batch call for an action of its own.
EMULATOR_ONLY = (
    "lambda:CreateFunction",
    "lambda:CreateEventSourceMapping",
    "sqs:SendMessageBatch",
    "cloudwatch:DeleteAlarms",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:ListTagsForResource",
)
FAST = ("--config", "functionTimeout=3", "--config", "visibilityTimeout=4")


@dataclass(frozen=True)
class Cloud:
    """What stands in for AWS.

    Attributes:
        url: Its endpoint.
        variables: The environment of a deployer.
    """

    url: str
    variables: dict[str, str]

    def client(self, service: Any) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=self.variables["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.variables["AWS_SECRET_ACCESS_KEY"],
        )


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    supervisor = Supervisor()
    try:
        supervisor.wait_ready()
        yield Cloud(supervisor.instance.url, deployer(supervisor.instance.url))
    finally:
        supervisor.close()


def deployer(url: str) -> dict[str, str]:
    """Make a user with the printed policy; return the variables of a shell with its keys."""
    root = Cloud(url, ROOT)
    policy = deployer_policy(account=ACCOUNT, region=REGION)
    policy["Statement"].append({"Effect": "Allow", "Action": list(EMULATOR_ONLY), "Resource": "*"})
    iam = root.client("iam")
    iam.create_user(UserName="deployer")
    iam.put_user_policy(UserName="deployer", PolicyName="deploy", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName="deployer")["AccessKey"]
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@pytest.fixture
def vendor(tmp_path: Path) -> Iterator[str]:
    """A server that has this project's plugin where the vendor's would be; its URL."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.add(install_plugin(tmp_path / "vendor"), arcname="pulumi-resource-aws")

    class Vendor(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(packed.getvalue())))
            self.end_headers()
            self.wfile.write(packed.getvalue())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Vendor) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_run_needs_no_login_downloads_the_plugin_and_no_other_permissions(
    machine: Machine, cloud: Cloud, vendor: str, tmp_path: Path
) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):  # the policy is enforced
        cloud.client("sqs").create_queue(QueueName="another-projects")

    done = machine.run(
        *("run", "--target", "aws", "--yes", "--account", ACCOUNT, *FAST),
        *("--json", machine.report_file),
        **cloud.variables,
        PULUMI_HOME=str(tmp_path / "pulumi"),
        PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES=f"^https://get.pulumi.com={vendor}",
    )

    assert done.code == 0, done.stdout + done.stderr
    assert machine.report()["outcome"] == "passed"
    assert machine.report()["leftovers"] == []
    for line in (
        f"account: {ACCOUNT}",
        f"not AWS's own: AWS_ENDPOINT_URL: {cloud.url}",
        "Downloading the aws plugin",
    ):
        assert line in done.stderr
    cache = machine.cache / PROJECT
    assert (cache / "passphrase").stat().st_mode & 0o777 == 0o600
    assert list((cache / "runs").iterdir()) == []
    assert not (tmp_path / "pulumi" / "credentials.json").exists()


PAGE = (CHECKOUT / "docs" / "aws.md").read_text(encoding="utf-8")
TYPED = {  # with answers, for there is nobody to ask, with timings for a test, and no service
    "pulumi login": "pulumi login file://$HOME",
    "pulumi up": f"pulumi up --yes --skip-preview {' '.join(FAST)}",
    "pulumi destroy": "pulumi destroy --yes",
    "pulumi stack rm": "pulumi stack rm --yes",
    f"{PROGRAM} run --target aws": f"{PROGRAM} run --target aws --yes {' '.join(FAST)}",
}


def by_hand() -> tuple[list[str], list[str]]:
    """What the page has a user type until the stack is proved, and at the end."""
    section = PAGE.split("## By hand", 1)[1].split("\n## ", 1)[0]
    lines = [without_words(line).removeprefix(".venv/bin/") for line in indented(section)]
    end = lines.index("pulumi destroy")
    return lines[:end], lines[end:]


@dataclass(frozen=True)
class User:
    """Somebody with an own Pulumi set-up, who types what the page has."""

    machine: Machine
    home: Path
    variables: dict[str, str]

    def type(self, line: str) -> Done:
        line = TYPED.get(line, line).replace("--account ID", f"--account {ACCOUNT}")
        line = line.replace("--stack prod", "--stack dev")
        python = self.machine.folder / ".venv" / "bin" / "python"
        return finished(self.machine.start_line(line, python, self.variables))

    def ok(self, line: str) -> str:
        return ok(self.type(line), line)

    def set_up(self) -> dict[str, str]:
        """What no command of the automation may change: login, selected stacks, configuration."""
        pulumi = self.home / ".pulumi"
        settings = self.machine.folder.glob("Pulumi*.yaml")
        paths = [pulumi / "credentials.json", *pulumi.glob("workspaces/*"), *settings]
        return {str(path): path.read_text() for path in paths}


@pytest.fixture
def user(machine: Machine, cloud: Cloud, tmp_path: Path) -> User:
    machine.copy_checkout()
    home = tmp_path / "user"
    own = {
        "HOME": str(home),
        "PULUMI_HOME": str(home / ".pulumi"),
        "PULUMI_CONFIG_PASSPHRASE": "mine",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    # `.venv` and this are what `pulumi install` makes. The language host of an engine that was
    # built here cannot: it ignores the runtime's options, and installs into the program's folder.
    install_plugin(home / ".pulumi")
    return User(machine, home, {**cloud.variables, **own})


@pytest.mark.chaos
def test_the_page_is_followed_word_by_word_and_a_users_set_up_stays_as_it_was(user: User) -> None:
    beginning, end = by_hand()
    on_aws = [line for line in documented() if "--target aws" in line]
    assert len(beginning) == 8
    assert len(on_aws) > 7
    *typed, proved = beginning
    for line in [*typed, *commands(CHECKOUT / "README.md", "pulumi config set")]:
        if line != "pulumi install":
            user.ok(line)
    before = user.set_up()
    assert any("dev" in text for path, text in before.items() if "workspaces" in path)

    done = user.type(proved)
    assert done.code == 0, done.stdout + done.stderr
    assert "PASSED" in done.stdout
    assert f"Stack dev on AWS account {ACCOUNT}" in done.stderr
    for line in on_aws:
        if line != proved:
            user.ok(line)
    assert user.type(f"{TYPED[f'{PROGRAM} run --target aws']} --timeout 4").code == 124

    assert user.set_up() == before
    for line in end:
        user.ok(line)


@pytest.mark.chaos
@pytest.mark.skipif(not shutil.which("aws"), reason="needs the AWS CLI")
def test_the_printed_policy_is_one_that_iam_takes(machine: Machine, cloud: Cloud) -> None:
    machine.copy_checkout()
    (machine.cache / PROJECT).mkdir()  # these commands do not make it
    printing = f"{PROGRAM} permissions --account"
    printed = [line for line in documented() if line.startswith(printing)]
    creating = [line for page in PAGES for line in commands(page, "aws iam create-policy")]
    assert printed
    assert len(creating) == 2

    region = {"AWS_DEFAULT_REGION": REGION}  # the only one that version 1 of the CLI reads

    for line in printed + creating:
        typed = machine.start_line(line, variables={**cloud.variables, **ROOT, **region})
        done = finished(typed)
        assert done.code == 0, f"{line}\n{done.stdout}{done.stderr}"

    policies = Cloud(cloud.url, ROOT).client("iam").list_policies(Scope="Local")["Policies"]
    assert len(policies) == len(creating)
