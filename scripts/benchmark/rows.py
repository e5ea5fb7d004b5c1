"""The data that all servers hold: the same rows every time, in the order of their ids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

PERSONS = 500
CITIES = 20
COMMENTS = 5
MADE = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
_STRIDE = 7919
"""A prime that divides no power of ten, so that all prices differ and have another order than the ids."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many products there are, and how many comments each of them has."""

    products: int = 10_000
    comments: int = COMMENTS


def persons() -> Iterator[tuple[str, str]]:
    """Name and email."""
    for number in range(1, PERSONS + 1):
        yield f"Person {number}", f"person{number}@example.org"


def products(size: Size) -> Iterator[tuple[str, str, Decimal, int, int]]:
    """Name, city, price, stock and the owner's id."""
    for number in range(1, size.products + 1):
        cents = 100 + number * _STRIDE % size.products
        yield (
            f"Product {number}",
            city(number),
            Decimal(cents).scaleb(-2),
            number % 40,
            1 + number % PERSONS,
        )


def comments(size: Size) -> Iterator[tuple[str, int]]:
    """Text and the product's id."""
    for product in range(1, size.products + 1):
        for number in range(1, size.comments + 1):
            yield f"Comment {number} on product {product}", product


def city(number: int) -> str:
    """The city of a product."""
    return f"City {number % CITIES}"
