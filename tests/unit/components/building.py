"""Builds arguments from values by argument, as in `{"queue.delay_seconds": 5}`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pulumi

from components import FunctionArgs, QueueConsumer, QueueConsumerArgs
from components.testing import Deployment, deploy


def arguments(source: Path, values: Mapping[str, Any]) -> QueueConsumerArgs:
    args = QueueConsumerArgs(function=FunctionArgs(code=source))
    for path, value in values.items():
        group, _, name = path.rpartition(".")
        change = {group: replace(getattr(args, group), **{name: value})} if group else {name: value}
        args = replace(args, **change)
    return args


def deploy_consumer(
    source: Path,
    values: Mapping[str, Any] | None = None,
    opts: pulumi.ResourceOptions | None = None,
) -> Deployment:
    args = arguments(source, values or {})
    return deploy(lambda: QueueConsumer("PokerHands", args, opts))
