"""The Lambda handler: takes an SQS batch, logs one line per record, returns the failed ids."""

from __future__ import annotations

import logging
import time

from hands import UNKNOWN, InvalidHandError, fail_line, invoke_line, ok_line, parse_hand

log = logging.getLogger()
log.setLevel(logging.INFO)
# Without a handler on the root logger, INFO lines are lost. Lambda adds one before it imports this
# module, and this call then does nothing. An emulator may add none: the lines go to stderr there,
# because stdout may carry the emulator's own protocol.
logging.basicConfig(format="[%(levelname)s] %(message)s")

_DIGITS = 18  # at most: a time in milliseconds has 13, and int() raises an error above 4,300


def lambda_handler(event: object, context: object) -> dict[str, list[dict[str, str]]]:
    """Process a batch of SQS messages. A record that fails does not affect the others.

    Args:
        event: `{"Records": [{"messageId": …, "body": …, "attributes": …}, …]}`.
        context: Lambda's context object, which has the request id and the memory size.

    Returns:
        The partial batch response, `{"batchItemFailures": [{"itemIdentifier": id}, …]}`. It lists
        the id of every failed record once, and is empty when `event` has no records.
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
    # A failed record without an id is only logged: an empty identifier fails the whole batch, and
    # could send good records to the dead-letter queue. SQS always sets an id; only an event made by
    # hand can lack one.
    unique_ids = dict.fromkeys(failed)
    return {"batchItemFailures": [{"itemIdentifier": each} for each in unique_ids if each]}


def _process(record: object) -> bool:
    """Process and log one record; return False when it failed and SQS must deliver it again."""
    message_id = _message_id(record)
    receive = _number(record, "ApproximateReceiveCount")  # this receive included
    age_ms = _age_ms(record)
    try:
        hand = parse_hand(_get(record, "body"))
    except InvalidHandError as error:
        line = fail_line(error, message_id=message_id, receive=receive, age_ms=age_ms)
        _write(logging.ERROR, line)
        return False
    line = ok_line(hand, message_id=message_id, receive=receive, age_ms=age_ms)
    return _write(logging.INFO, line)


def _write(level: int, line: str) -> bool:
    """Log a line; return False when the log handler raised an error.

    The ok line is the only result of a hand. If it is lost, the hand was not processed, so its
    record must fail and be delivered again. An error that escaped would fail the whole batch.
    """
    try:
        log.log(level, "%s", line)
    except Exception:  # noqa: BLE001 -- Lambda's log handler lets any error through
        return False
    return True


def _message_id(record: object) -> str:
    """Return the record's message id, or an empty string when it has none."""
    message_id = _get(record, "messageId")
    return message_id if isinstance(message_id, str) else ""


def _age_ms(record: object) -> str:
    """Return the milliseconds since the message was sent, or `?` when its record does not say."""
    sent = _number(record, "SentTimestamp")  # milliseconds since 1970, by SQS's clock
    if sent == UNKNOWN:
        return UNKNOWN
    return str(max(0, time.time_ns() // 1_000_000 - int(sent)))  # their clocks may differ a little


def _number(record: object, attribute: str) -> str:
    """Return a number that SQS tells of the message, or `?` when there is none."""
    value = _get(_get(record, "attributes"), attribute)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _DIGITS:
        return value
    return UNKNOWN


def _get(value: object, key: str) -> object:
    """Return `value[key]`, or None when `value` is not a dict or lacks the key."""
    return value.get(key) if isinstance(value, dict) else None
