"""Which lines of the log are about a message. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automation.judge.evidence import lines_with_ids

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from automation.observe.logs import Line, Logs


def lines_about(
    ids: Collection[str], logs: Logs, failed: Mapping[str, Line]
) -> Mapping[str, tuple[Line, ...]]:
    """Return the lines about each message, by time.

    They are the lines that contain its id and, of each invocation that has one, what failed the
    whole batch: an exception that the function did not catch, a timeout or the end of its process.

    Args:
        ids: Of the messages.
        logs: The function's log.
        failed: The `batch_failures` of that log.
    """
    return {
        message_id: tuple(_with_failures(named, failed))
        for message_id, named in lines_with_ids(logs.lines, ids).items()
    }


def _with_failures(named: list[Line], failed: Mapping[str, Line]) -> list[Line]:
    requests = dict.fromkeys(line.request_id for line in named if line.request_id)
    more = [failed[each] for each in requests if each in failed and failed[each] not in named]
    return sorted([*named, *more], key=lambda line: line.timestamp)
