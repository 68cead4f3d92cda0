"""Tells of configuration that a program would silently ignore."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env

if TYPE_CHECKING:
    from collections.abc import Collection


def warn_of_unknown_keys(known: Collection[str]) -> None:
    """Warn of each key of the project's own namespace that the program does not read.

    `pulumi config set batchsize 5` is valid for Pulumi, and changes nothing if the key is
    batchSize.

    Args:
        known: The keys that the program reads, without the namespace.
    """
    namespace = f"{pulumi.get_project()}:"
    given = {*get_config_env(), *CONFIG.get()}
    own = {key.removeprefix(namespace) for key in given if key.startswith(namespace)}
    for key in sorted(own - {*known}):
        pulumi.log.warn(f"the configuration key {key} is ignored: {_advice(key, known)}")


def _advice(key: str, known: Collection[str]) -> str:
    import difflib  # for a typo only

    by_lower = {each.lower(): each for each in known}
    near = difflib.get_close_matches(key.lower(), by_lower, n=1)
    return f"did you mean {by_lower[near[0]]}?" if near else "Pulumi.yaml lists the keys"
