"""The aws target, with an emulator standing in for AWS and this project's plugin for the vendor's.

The emulator enforces IAM here (AUTH=true), and the deployer has the printed policy, nothing else.
"""

from __future__ import annotations

import http.server
import io
import json
import os
import shutil
import subprocess
import sys
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
from tests.local.machine import Machine

ACCOUNT = "000000000000"
REGION = "us-east-1"
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
    root = Cloud(url, {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"})
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


def set_up(home: Path) -> dict[str, str]:
    """What no command may change of a user's Pulumi: login, selected stacks, configuration."""
    in_checkout = (CHECKOUT / name for name in ("Pulumi.yaml", "Pulumi.onaws.yaml"))
    paths = [home / "credentials.json", *home.glob("workspaces/*"), *in_checkout]
    return {str(path): path.read_text() for path in paths}


@pytest.mark.chaos
def test_a_stack_of_the_users_own_is_proved_and_their_set_up_stays_as_it_was(
    machine: Machine, cloud: Cloud, tmp_path: Path
) -> None:
    home, state = tmp_path / "pulumi", tmp_path / "state"
    state.mkdir()
    install_plugin(home)
    (home / "credentials.json").write_text(
        json.dumps({"current": f"file://{state}", "accessTokens": {f"file://{state}": ""}})
    )
    variables = {
        **machine.environment,
        **cloud.variables,
        "PULUMI_HOME": str(home),
        "PULUMI_CONFIG_PASSPHRASE": "mine",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), machine.environment["PATH"]]),
    }
    settings = CHECKOUT / "Pulumi.onaws.yaml"

    def pulumi(*arguments: str) -> None:
        done = subprocess.run(
            [shutil.which("pulumi", path=variables["PATH"]) or "", "--non-interactive", *arguments],
            cwd=CHECKOUT,
            env=variables,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    try:
        pulumi("stack", "init", "onaws")
        pulumi("up", "--yes", "--skip-preview", *FAST)
        before = set_up(home)
        assert any("onaws" in text for path, text in before.items() if "workspaces" in path)

        proved = machine.run(
            "run", "--target", "aws", "--stack", "onaws", "--json", machine.report_file, **variables
        )
        assert proved.code == 0, proved.stdout + proved.stderr
        assert f"Stack onaws on AWS account {ACCOUNT}" in proved.stderr
        assert machine.report()["outcome"] == "passed"

        interrupted = machine.run(
            *("run", "--target", "aws", "--yes", "--timeout", "4", *FAST), **variables
        )
        assert interrupted.code == 124, interrupted.stdout + interrupted.stderr
        assert set_up(home) == before

        pulumi("destroy", "--yes", "--skip-preview", "--remove")
    finally:
        settings.unlink(missing_ok=True)
