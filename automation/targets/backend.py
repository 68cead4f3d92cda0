"""Which backend keeps the state of stacks on AWS: the user's, or one of the project's own.

The user's is chosen as the CLI chooses it (GetCurrentCloudURL in pkg/workspace/creds.go of
pulumi/pulumi): PULUMI_BACKEND_URL, else `backend` in Pulumi.yaml, else the login. If there is none
of them, the CLI would ask for one; a run then keeps its state in its own folder instead.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from automation.support.errors import AccessError
from automation.support.paths import cache_folder, pulumi_home

if TYPE_CHECKING:
    from collections.abc import Mapping

CLOUD = "https://api.pulumi.com"
KNOWN_KEYS = {"current", "accessTokens", "accounts"}  # of credentials.json; later CLIs have others
TOKEN = "PULUMI_ACCESS_TOKEN"  # noqa: S105 -- the name of a variable
PASSPHRASE = "PULUMI_CONFIG_PASSPHRASE"  # noqa: S105 -- likewise; with _FILE, the path of a file


@dataclass(frozen=True, kw_only=True)
class Backend:
    """Where the state of stacks is kept.

    Attributes:
        url: Its URL; empty for the project's own, which is in each run's folder.
        source: What chose it, for a person.
    """

    url: str
    source: str

    @property
    def in_cloud(self) -> bool:
        """Whether it is a service that needs an access token, such as Pulumi Cloud."""
        return self.url.startswith(("https://", "http://"))

    def __str__(self) -> str:
        return f"{self.url} ({self.source})" if self.url else self.source


LOGIN = "your login"
SEALED = Backend(url="the one that you are logged in to", source="your login, which is encrypted")
OWN = Backend(url="", source="in a folder of its own in your cache, until nothing is left")


def choose_backend(
    environment: Mapping[str, str], project: object, login: Mapping[str, object]
) -> Backend:
    """Return the backend that the user has chosen, or `OWN`.

    Args:
        environment: The user's.
        project: `backend` in Pulumi.yaml.
        login: The user's credentials.json; empty without one.
    """
    in_project = project.get("url") if isinstance(project, dict) else None
    sealed = login and not login.keys() & KNOWN_KEYS
    choices = (
        (environment.get("PULUMI_BACKEND_URL"), "PULUMI_BACKEND_URL"),
        (in_project, "backend in Pulumi.yaml"),
        (login.get("current"), LOGIN),
        *([(SEALED.url, SEALED.source)] if sealed else []),
        (CLOUD if environment.get(TOKEN) else None, TOKEN),
    )
    return next((Backend(url=str(url), source=source) for url, source in choices if url), OWN)


def check_backend(
    backend: Backend,
    environment: Mapping[str, str],
    login: Mapping[str, object],
    *,
    existing: bool,
) -> None:
    """Refuse a backend that the engine could not use.

    Args:
        backend: As `choose_backend` returns it.
        environment: The user's.
        login: The user's credentials.json.
        existing: Whether the command works on stacks that exist already, and creates none.

    Raises:
        AccessError: A token or a passphrase is missing.
    """
    if backend == SEALED:
        return  # the engine can open it, and says what is missing
    tokens = login.get("accessTokens")
    known = tokens.get(backend.url) if isinstance(tokens, dict) else None
    if backend.in_cloud and not (environment.get(TOKEN) or known or login.keys() - KNOWN_KEYS):
        raise AccessError(
            f"there is no login for the Pulumi backend {backend}",
            hint=f"`pulumi login {backend.url}`, or set {TOKEN}",
        )
    # An existing stack may have another secrets provider; the engine says so if it needs more.
    given = any(name in environment for name in (PASSPHRASE, f"{PASSPHRASE}_FILE"))
    if backend.url and not backend.in_cloud and not existing and not given:
        raise AccessError(
            f"the Pulumi backend {backend} needs a passphrase for the stack's secrets",
            hint=f"set {PASSPHRASE}, which may be empty, or {PASSPHRASE}_FILE",
        )


def stored_login(environment: Mapping[str, str]) -> Mapping[str, object]:
    """Return the user's credentials.json; empty if there is none, without known keys if encrypted.

    Raises:
        AccessError: It cannot be read.
    """
    elsewhere = environment.get("PULUMI_CREDENTIALS_PATH")
    path = (Path(elsewhere) if elsewhere else pulumi_home(environment)) / "credentials.json"
    try:
        login = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise AccessError(
            f"the Pulumi login in {path} cannot be read: {error}", hint="`pulumi login` renews it"
        ) from error
    except ValueError:
        return {"encrypted": True}
    return login if isinstance(login, dict) else {}


def with_own_backend(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """Return an engine's environment whose state is in a folder, with the project's passphrase."""
    kept = {name: value for name, value in environment.items() if not name.startswith(PASSPHRASE)}
    return {
        **kept,
        "PULUMI_BACKEND_URL": folder.as_uri(),
        f"{PASSPHRASE}_FILE": str(own_passphrase()),
    }


def own_passphrase() -> Path:
    """Return the file with the passphrase of the project's own backends; create it on first use.

    It is in the cache, so that a later command can read the state; only its owner can read it.
    """
    path = cache_folder() / "passphrase"
    if not path.exists():
        written = path.with_suffix(f".{os.getpid()}")
        written.touch(mode=0o600)
        written.write_text(secrets.token_urlsafe(32), encoding="utf-8")
        try:
            path.hardlink_to(written)  # atomic, and another process's stays
        except FileExistsError:
            pass
        finally:
            written.unlink()
    return path
