"""The adapter between Lambda and the hands: an SQS batch in, one line a record, failed ids out."""

from __future__ import annotations

import logging

from hands import UNKNOWN, InvalidHandError, fail_line, invoke_line, ok_line, parse_hand

log = logging.getLogger()
log.setLevel(logging.INFO)
# AWS gives the root logger a handler before it imports this; without one, INFO lines are lost.
# Does nothing where there is a handler; else stderr, as stdout may carry a runtime's own protocol.
logging.basicConfig(format="[%(levelname)s] %(message)s")


def lambda_handler(event: object, context: object) -> dict[str, list[dict[str, str]]]:
    """Process a batch of SQS messages, each by itself.

    Args:
        event: `{"Records": [{"messageId": …, "body": …, "attributes": …}, …]}`.
        context: Lambda's context, for the request id and the memory size.

    Returns:
        The partial batch response, `{"batchItemFailures": [{"itemIdentifier": id}, …]}`: the ids to
        be delivered again, each once; all of them when every record failed, none without Records.
    """
    batch = _get(event, "Records")
    records = batch if isinstance(batch, list) else []
    request_id = str(getattr(context, "aws_request_id", UNKNOWN))
    memory_mb = str(getattr(context, "memory_limit_in_mb", UNKNOWN))
    _write(
        logging.INFO,
        invoke_line(request_id=request_id, memory_mb=memory_mb, records=len(records)),
    )
    failed = [_message_id(record) for record in records if not _process(record)]
    # A failed record without an id cannot be named: AWS reads an empty or unknown identifier as a
    # failure of the whole batch, which would take every good record to the dead-letter queue with
    # it. Its FAIL line is its trace. SQS always gives an id; only a hand-made event can lack one.
    return {
        "batchItemFailures": [{"itemIdentifier": name} for name in dict.fromkeys(failed) if name]
    }


def _process(record: object) -> bool:
    """Write what became of one record; False when SQS must deliver it again."""
    message_id = _message_id(record)
    receive = _receive(record)
    try:
        hand = parse_hand(_get(record, "body"))
    except InvalidHandError as error:
        _write(logging.ERROR, fail_line(error, message_id=message_id, receive=receive))
        return False
    return _write(logging.INFO, ok_line(hand, message_id=message_id, receive=receive))


def _write(level: int, line: str) -> bool:
    """Log a line; False when the log did not take it.

    The ok line is all that this function makes of a hand, so a hand whose line is lost is not done.
    It is delivered again, and neither deleted without a trace nor, as an exception that escaped
    would have it, at the expense of the batch. The log is the only place to tell of it.
    """
    try:
        log.log(level, "%s", line)
    except Exception:  # noqa: BLE001 -- whatever a log handler raises (AWS's guards nothing)
        return False
    return True


def _message_id(record: object) -> str:
    """Give the record's id, empty where there is none that could be used."""
    message_id = _get(record, "messageId")
    return message_id if isinstance(message_id, str) else ""


def _receive(record: object) -> str:
    """Say how many times SQS has delivered the record, this time included."""
    count = _get(_get(record, "attributes"), "ApproximateReceiveCount")
    return count if isinstance(count, str) and count.isascii() and count.isdigit() else UNKNOWN


def _get(mapping: object, key: str) -> object:
    """Look up a key in what should be an object of the event; None where it is neither."""
    return mapping.get(key) if isinstance(mapping, dict) else None
