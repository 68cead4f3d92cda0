"""Malformed and empty responses of a consumer, with what AWS and the emulator make of each.

The list is AWS's: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal

Outcome = Literal["retries all", "deletes all"]


@dataclass(frozen=True, kw_only=True)
class Malformed:
    """A response to a batch.

    Attributes:
        name: What is wrong with it.
        expression: The Python expression that the function returns.
        aws: What AWS does with the batch, by its documentation.
        emulator: What the emulator does with it.
    """

    name: str
    expression: str
    aws: Outcome
    emulator: Outcome

    def on_the_wire(self) -> str | None:
        """The JSON that the runtime sends; None if it cannot serialize the response."""
        try:
            return json.dumps(eval(self.expression, {}))  # noqa: S307 -- of the table below
        except TypeError:
            return None


def _failures(expression: str) -> str:
    return f'{{"batchItemFailures": {expression}}}'


MALFORMED = (
    Malformed(name="null", expression="None", aws="deletes all", emulator="deletes all"),
    Malformed(name="empty object", expression="{}", aws="deletes all", emulator="deletes all"),
    Malformed(
        name="no failures",
        expression=_failures("[]"),
        aws="deletes all",
        emulator="deletes all",
    ),
    Malformed(
        name="null failures",
        expression=_failures("None"),
        aws="deletes all",
        emulator="retries all",  # its poller fails on it
    ),
    Malformed(
        name="empty identifier",
        expression=_failures('[{"itemIdentifier": ""}]'),
        aws="retries all",
        emulator="deletes all",
    ),
    Malformed(
        name="null identifier",
        expression=_failures('[{"itemIdentifier": None}]'),
        aws="retries all",
        emulator="deletes all",
    ),
    Malformed(
        name="wrong key",
        expression=_failures('[{"messageId": "id-1"}]'),
        aws="retries all",
        emulator="deletes all",
    ),
    Malformed(
        name="unknown identifier",
        expression=_failures('[{"itemIdentifier": "nowhere"}]'),
        aws="retries all",
        emulator="deletes all",
    ),
    Malformed(
        name="identifiers without objects",
        expression=_failures('["id-1"]'),
        aws="retries all",
        emulator="retries all",
    ),
    Malformed(
        name="not serializable",
        expression="object()",
        aws="retries all",
        emulator="retries all",
    ),
)
