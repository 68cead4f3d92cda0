"""The environment for the local emulator, without the caller's AWS and Pulumi set-up."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from automation.emulator.provider.loopback import on_loopback
from automation.engine.model import USER, path_with
from automation.support.errors import UsageError
from automation.support.paths import cache_folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from automation.emulator.instance import Instance
    from automation.engine import Engine

PASSED_ON = (
    *("USER", "LANG", "LC_ALL", "TERM", "PYTHONDONTWRITEBYTECODE"),
    *("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "SSL_CERT_FILE"),
)
OF_PIP = "PIP_"  # prefix of pip's: a program may install the packages of its function
OURS = ("AWS_", "PULUMI_")  # prefixes of variables that a user's command does not inherit
DEFAULT_ACCOUNT = "000000000000"
DEFAULTS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": "us-east-1",
}


def built_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of the caller that a run's engine needs."""
    return {
        name: value
        for name, value in environment.items()
        if name in PASSED_ON or name.startswith(OF_PIP)
    }


def users_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the user's environment for their own command, without AWS and Pulumi variables."""
    return {name: value for name, value in environment.items() if not name.startswith(OURS)}


def emulator_credentials(environment: Mapping[str, str], *, external: bool) -> dict[str, str]:
    """Return the credentials and the region for the emulator.

    Args:
        environment: The caller's environment.
        external: Whether the emulator is the caller's own. Its account then follows from the
            caller's access key id. The caller's secrets are never used: no emulator checks them.
    """
    if not external:
        return DEFAULTS
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    given = {"AWS_ACCESS_KEY_ID": environment.get("AWS_ACCESS_KEY_ID"), "AWS_REGION": region}
    return DEFAULTS | {name: value for name, value in given.items() if value}


def local_environment(
    instance: Instance, engine: Engine, base: Mapping[str, str], credentials: Mapping[str, str]
) -> dict[str, str]:
    """Return the environment in which `engine` deploys to `instance`.

    Args:
        instance: The emulator, and the folder of its stacks' state.
        engine: Put first on PATH.
        base: The variables to start from.
        credentials: As `emulator_credentials` returns them.
    """
    scratch = instance.folder / "tmp"
    scratch.mkdir(exist_ok=True)
    loopback = ",".join(filter(None, [base.get("NO_PROXY"), "127.0.0.1,localhost,::1"]))
    return {
        **base,
        **credentials,
        "USER": base.get("USER") or USER,
        "HOME": base.get("HOME", str(scratch)),
        "XDG_CACHE_HOME": base.get("XDG_CACHE_HOME", str(cache_folder().parent)),
        "PATH": path_with(engine, base),
        "TMPDIR": str(scratch),
        "NO_PROXY": loopback,
        "no_proxy": loopback,
        "AWS_ENDPOINT_URL": instance.url,
        "AWS_DEFAULT_REGION": credentials["AWS_REGION"],
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "PULUMI_HOME": str(instance.engine_home),
        "PULUMI_BACKEND_URL": instance.backend.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_CACHE_DIR": "1",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_IGNORE_AMBIENT_PLUGINS": "true",  # else an aws plugin on PATH would be preferred
    }


def account_of(credentials: Mapping[str, str]) -> str:
    """Return the emulator's account for credentials: an access key id of 12 digits is its id."""
    key = credentials["AWS_ACCESS_KEY_ID"]
    return key if key.isdecimal() and len(key) == len(DEFAULT_ACCOUNT) else DEFAULT_ACCOUNT


def checked_url(url: str) -> str:
    """Return an emulator's URL without a trailing slash.

    Raises:
        UsageError: It is not an http(s) URL on loopback.
    """
    if not on_loopback(url) or urlsplit(url).path.strip("/"):
        raise UsageError(
            f"{url} is not the URL of an emulator on this machine",
            hint="give a URL such as http://127.0.0.1:4566",
        )
    return url.rstrip("/")
