from __future__ import annotations

import pytest

from automation.stack.outputs import Outputs, read_outputs
from automation.support.errors import OutputsError

EXPORTED = {
    "queue_url": "http://127.0.0.1:1/000000000000/q",
    "queue_arn": "arn:aws:sqs:eu-north-1:000000000000:q",
    "dead_letter_queue_url": "http://127.0.0.1:1/000000000000/d",
    "dead_letter_queue_arn": "arn:aws:sqs:eu-north-1:000000000000:d",
    "function_name": "f",
    "function_arn": "arn:aws:lambda:eu-north-1:000000000000:function:f",
    "role_arn": "arn:aws:iam::000000000000:role/r",
    "log_group_name": "/aws/lambda/f",
    "mapping_uuid": "0e9a2ad4-7a2b-4f5e-a2d4-5e5b0f3a9c11",
}


def test_reads_the_exports_and_leaves_the_others_alone() -> None:
    outputs = read_outputs("dev", {**EXPORTED, "motto": "all in"})

    assert outputs == Outputs(**EXPORTED)


def test_knows_the_region_and_the_account_from_the_queue() -> None:
    assert read_outputs("dev", EXPORTED).region == "eu-north-1"
    assert read_outputs("dev", EXPORTED).account == "000000000000"


def test_names_every_export_that_is_missing_or_no_string() -> None:
    exported = {**EXPORTED, "role_arn": None}
    del exported["queue_url"]

    message = "stack dev does not export queue_url, role_arn"
    with pytest.raises(OutputsError, match=message) as raised:
        read_outputs("dev", exported)
    assert "docs/programs.md" in raised.value.hint
