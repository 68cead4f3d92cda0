"""Accepts orders from a FIFO queue, those of one customer in their order.

Each customer is a message group. A group stops at its first failure: this order and all after it in
the batch are returned, so that SQS delivers them again, in the same order.
"""

from __future__ import annotations

import json
import logging
import os
from typing import Any

import fastjsonschema

MAXIMUM_QUANTITY = int(os.environ["MAXIMUM_QUANTITY"])

check = fastjsonschema.compile(
    {
        "type": "object",
        "required": ["order", "article", "quantity"],
        "properties": {
            "order": {"type": "integer"},
            "article": {"type": "string", "minLength": 1},
            "quantity": {"type": "integer", "minimum": 1, "maximum": MAXIMUM_QUANTITY},
        },
    }
)

logger = logging.getLogger()
logger.setLevel(logging.INFO)
logging.basicConfig(format="[%(levelname)s] %(message)s")  # AWS's runtime has done it already


class NotInStockError(Exception):
    """The article will be in stock later: the order is to be tried again."""


def handle(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Accept the orders of a batch; return those that failed, and those after them."""
    logger.info("received %d orders", len(event["Records"]))
    stopped: set[str] = set()
    returned = []
    for record in event["Records"]:
        customer = record["attributes"]["MessageGroupId"]
        if customer in stopped or not accepted(record):
            stopped.add(customer)
            returned.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": returned}


def accepted(record: dict[str, Any]) -> bool:
    """Try to accept one order; log what became of it."""
    receive = int(record["attributes"]["ApproximateReceiveCount"])
    told = f"message_id={record['messageId']} receive={receive}"
    try:
        order = json.loads(record["body"])
        check(order)
        look_for_stock(record, receive)
    except NotInStockError:
        logger.warning("postponed order %d %s", order["order"], told)
        return False
    except (ValueError, RecursionError) as error:  # not JSON, or not an order, or far too deep
        logger.error("refused %s reason=%s", told, error)  # noqa: TRY400 -- the reason says it all
        return False
    logger.info("accepted order %d %s", order["order"], told)
    return True


def look_for_stock(record: dict[str, Any], receive: int) -> None:
    """Look whether an article is in stock; a message attribute says from which receive on it is.

    Raises:
        NotInStockError: It is not yet.
    """
    attribute = record["messageAttributes"].get("in_stock_from_receive")
    if attribute is not None and receive < int(attribute.get("stringValue", 1)):
        raise NotInStockError
