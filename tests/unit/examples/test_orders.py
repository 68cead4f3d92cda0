"""The function of examples/orders; what it requires is not installed here, so that is a fake."""

from __future__ import annotations

import importlib.util
import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

SOURCE = Path(__file__).resolve().parents[3] / "examples/orders/function/orders.py"


def compiled(schema: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    most = schema["properties"]["quantity"]["maximum"]

    def check(order: dict[str, Any]) -> None:
        if order["quantity"] > most:
            raise ValueError(f"data.quantity must be smaller than or equal to {most}")

    return check


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setitem(sys.modules, "fastjsonschema", SimpleNamespace(compile=compiled))
    monkeypatch.setenv("MAXIMUM_QUANTITY", "100")
    spec = importlib.util.spec_from_file_location("orders", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def record(number: int, customer: str, quantity: int = 1, **attributes: str) -> dict[str, Any]:
    return {
        "messageId": f"m-{number}",
        "body": json.dumps({"order": number, "article": "cards", "quantity": quantity}),
        "attributes": {"MessageGroupId": customer, "ApproximateReceiveCount": "1"},
        "messageAttributes": {
            name: {"stringValue": value, "dataType": "Number"} for name, value in attributes.items()
        },
    }


def returned(orders: ModuleType, *records: dict[str, Any]) -> list[str]:
    response = orders.handle({"Records": list(records)}, None)
    return [each["itemIdentifier"] for each in response["batchItemFailures"]]


def test_a_group_stops_at_its_first_failure_and_the_others_go_on(orders: ModuleType) -> None:
    batch = [
        record(1, "alice"),
        record(2, "alice", quantity=1000),
        record(3, "bob"),
        record(4, "alice"),
        record(5, "bob"),
    ]

    assert returned(orders, *batch) == ["m-2", "m-4"]


def test_an_order_that_is_not_in_stock_yet_holds_up_its_group(orders: ModuleType) -> None:
    later = record(1, "alice", in_stock_from_receive="2")

    assert returned(orders, later, record(2, "alice"), record(3, "bob")) == ["m-1", "m-2"]


def test_an_order_is_accepted_once_it_is_in_stock(
    orders: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    later = record(1, "alice", in_stock_from_receive="2")
    later["attributes"]["ApproximateReceiveCount"] = "2"

    with caplog.at_level(logging.INFO):
        assert returned(orders, later) == []

    assert "accepted order 1 message_id=m-1 receive=2" in caplog.text


@pytest.mark.parametrize("body", ["?", "[" * 100_000], ids=["no JSON", "too deep"])
def test_what_cannot_be_read_is_returned_with_its_reason(
    body: str, orders: ModuleType, caplog: pytest.LogCaptureFixture
) -> None:
    broken = {**record(1, "alice"), "body": body}

    assert returned(orders, broken, record(2, "bob")) == ["m-1"]
    assert "refused message_id=m-1 receive=1 reason=" in caplog.text


def test_an_attribute_of_another_type_does_not_hold_up_the_order(orders: ModuleType) -> None:
    binary = record(1, "alice")
    binary["messageAttributes"] = {
        "in_stock_from_receive": {"binaryValue": "", "dataType": "Binary"}
    }

    assert returned(orders, binary) == []
