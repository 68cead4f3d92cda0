"""What a month costs: quantities and list prices in, dollars out. Pure.

The prices are AWS's list prices in us-east-1, read in the month `AS_OF`. They are without the
account's discounts, taxes and data transfer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

AS_OF = "2026-11"
REGION = "us-east-1"
ARCHITECTURES = ("x86_64", "arm64")


@dataclass(frozen=True, kw_only=True)
class Price:
    """One list price.

    Attributes:
        unit: What is counted.
        dollars: Of one unit, by architecture.
        free: Units a month that the free tier covers. This free tier does not expire.
        source: The page of AWS that says so.
    """

    unit: str
    dollars: Mapping[str, float]
    free: float
    source: str


def _same(dollars: float) -> Mapping[str, float]:
    return dict.fromkeys(ARCHITECTURES, dollars)


PRICES: Mapping[str, Price] = {
    "Lambda requests": Price(
        unit="requests",
        dollars=_same(0.20 / 1e6),
        free=1e6,
        source="https://aws.amazon.com/lambda/pricing/",
    ),
    "Lambda duration": Price(
        unit="GB-seconds",
        dollars={"x86_64": 0.0000166667, "arm64": 0.0000133334},
        free=400_000,
        source="https://aws.amazon.com/lambda/pricing/",
    ),
    "SQS standard": Price(
        unit="requests",
        dollars=_same(0.40 / 1e6),
        free=1e6,
        source="https://aws.amazon.com/sqs/pricing/",
    ),
    "SQS FIFO": Price(
        unit="requests",
        dollars=_same(0.50 / 1e6),
        free=1e6,
        source="https://aws.amazon.com/sqs/pricing/",
    ),
    "Logs ingestion": Price(
        unit="GB",
        dollars=_same(0.50),
        free=5,
        source="https://aws.amazon.com/cloudwatch/pricing/",
    ),
    "Alarms": Price(
        unit="months",
        dollars=_same(0.10),
        free=10,
        source="https://aws.amazon.com/cloudwatch/pricing/",
    ),
}
"""The list prices, by what is paid for."""


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """So much of something in a month.

    Attributes:
        what: A few words for a person.
        price: A key of `PRICES`.
        amount: In the price's unit.
    """

    what: str
    price: str
    amount: float


@dataclass(frozen=True, kw_only=True)
class BillLine:
    """One line of a bill.

    Attributes:
        quantity: What is paid for.
        list_price: Dollars, by architecture.
        after_free_tier: What of it is left to pay, likewise.
    """

    quantity: Quantity
    list_price: Mapping[str, float]
    after_free_tier: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Total:
    """All lines of a bill together.

    Attributes:
        list_price: Dollars, by architecture.
        after_free_tier: What of it is left to pay, likewise.
        sources: The pages of AWS that its prices come from.
    """

    list_price: Mapping[str, float]
    after_free_tier: Mapping[str, float]
    sources: tuple[str, ...]


def total(lines: Sequence[BillLine]) -> Total:
    """Add up a bill."""
    return Total(
        list_price=_sums(each.list_price for each in lines),
        after_free_tier=_sums(each.after_free_tier for each in lines),
        sources=tuple(dict.fromkeys(PRICES[each.quantity.price].source for each in lines)),
    )


def _sums(prices: Iterable[Mapping[str, float]]) -> Mapping[str, float]:
    rows = list(prices)
    return {name: sum(row[name] for row in rows) for name in ARCHITECTURES}


def bill(quantities: Iterable[Quantity]) -> tuple[BillLine, ...]:
    """Price quantities. Quantities with the same price share one free tier, in order."""
    free = {name: price.free for name, price in PRICES.items()}
    lines = []
    for quantity in quantities:
        price = PRICES[quantity.price]
        covered = min(free[quantity.price], quantity.amount)
        free[quantity.price] -= covered
        lines.append(
            BillLine(
                quantity=quantity,
                list_price=_priced(price, quantity.amount),
                after_free_tier=_priced(price, quantity.amount - covered),
            )
        )
    return tuple(lines)


def _priced(price: Price, amount: float) -> Mapping[str, float]:
    return {architecture: amount * dollars for architecture, dollars in price.dollars.items()}
