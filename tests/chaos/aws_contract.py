"""AWS's documented contract for partial batch responses: which records of a batch are retried.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html. The emulator differs
from it: it deletes batches that AWS retries.
"""

from __future__ import annotations

import json
from collections.abc import Collection

KEY, IDENTIFIER = "batchItemFailures", "itemIdentifier"


def retried(batch: Collection[str], response: str | None) -> frozenset[str]:
    """Return the message ids that SQS delivers again.

    Args:
        batch: The message ids of the batch.
        response: The function's response; None when it raised an exception or timed out.
    """
    everything = frozenset(batch)
    named = None if response is None else _named(response)
    return everything & named if named is not None and named <= everything else everything


def _named(response: str) -> frozenset[str | None] | None:
    """Return the identifiers in a response, None among them for a bad one; None if malformed."""
    try:
        decoded = json.loads(response) if response else None
    except ValueError:
        return None
    if not decoded and decoded in (None, {}):
        return frozenset()
    failures = decoded.get(KEY, ...) if isinstance(decoded, dict) else ...
    if failures is None:
        return frozenset()
    if not isinstance(failures, list):
        return None
    return frozenset(each.get(IDENTIFIER) if isinstance(each, dict) else None for each in failures)
