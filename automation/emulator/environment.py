"""The environment in which the engine sees a local instance and nothing else of AWS or Pulumi."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from automation.emulator.provider.loopback import on_loopback
from automation.engine.model import path_with
from automation.support.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from automation.emulator.instance import Instance
    from automation.engine import Engine

PASSED_ON = ("LANG", "LC_ALL", "TERM")
OURS = ("AWS_", "PULUMI_")  # prefixes of what a local target never takes from its caller
CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
DEFAULTS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_REGION": "us-east-1",
}


def built_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """What an engine operation of a run needs of its caller's environment, and no more."""
    return {name: environment[name] for name in PASSED_ON if name in environment}


def users_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """A user's environment for a command of their own, without their AWS and Pulumi set-up."""
    return {name: value for name, value in environment.items() if not name.startswith(OURS)}


def emulator_credentials(environment: Mapping[str, str], *, external: bool) -> dict[str, str]:
    """The credentials and the region that address the emulator.

    Args:
        environment: The caller's.
        external: Whether the emulator is the caller's own: its accounts are told apart by access
            key, so the caller's AWS_* variables hold where they are set.
    """
    if not external:
        return DEFAULTS
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    given = {name: environment.get(name) for name in CREDENTIALS} | {"AWS_REGION": region}
    return DEFAULTS | {name: value for name, value in given.items() if value}


def local_environment(
    instance: Instance, engine: Engine, base: Mapping[str, str], credentials: Mapping[str, str]
) -> dict[str, str]:
    """The environment that reaches `instance` with `engine`.

    Args:
        instance: The emulator, and the folder of its stacks' state.
        engine: Goes first on PATH.
        base: What to build on.
        credentials: As `emulator_credentials` gives them.
    """
    scratch = instance.folder / "tmp"
    scratch.mkdir(exist_ok=True)
    loopback = ",".join(filter(None, [base.get("NO_PROXY"), "127.0.0.1,localhost,::1"]))
    return {
        **base,
        **credentials,
        "HOME": base.get("HOME", str(scratch)),
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
        "PULUMI_BACKEND_URL": f"file://{instance.backend}",
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_IGNORE_AMBIENT_PLUGINS": "true",  # one on the user's PATH would go first
    }


def checked_url(url: str) -> str:
    """An emulator's URL, without a slash at its end.

    Raises:
        UsageError: It is no http(s) URL on loopback.
    """
    if not on_loopback(url) or urlsplit(url).path.strip("/"):
        raise UsageError(
            f"{url} is no emulator on this machine",
            hint="give a URL such as http://127.0.0.1:4566",
        )
    return url.rstrip("/")
