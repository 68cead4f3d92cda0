from __future__ import annotations

import pytest

from automation.stack.outputs import Outputs, read_outputs
from automation.support.errors import OutputsError
from tests.unit.automation.stack.examples import EXPORTED


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
    assert "QueueConsumer.outputs" in raised.value.hint
    assert "run this again" in raised.value.hint
    assert "a stack of your own needs `pulumi up` first" in raised.value.hint
