"""The data of the benchmark."""

from __future__ import annotations

import pytest

from scripts.benchmark.calls import RECORDS
from scripts.benchmark.rows import COMMENTS, PERSONS, Size, city, comments, persons, products
from scripts.benchmark.seeding import ACTIONQL_SQLITE, PLAIN_SQLITE, Layout


@pytest.mark.parametrize("count", [10_000, 100_000])
def test_prices_all_differ(count: int) -> None:
    prices = {price for _, _, price, _, _ in products(Size(count))}
    assert len(prices) == count
    assert all(price == round(price, 2) for price in prices)


def test_listed_city_has_more_products_than_are_listed() -> None:
    dear = [name for name, where, price, _, _ in products(Size()) if where == city(7) and price >= 20]
    assert len(dear) > RECORDS


def test_products_have_owners_that_are_there() -> None:
    owners = {owner for *_, owner in products(Size())}
    assert owners == set(range(1, PERSONS + 1))
    assert len(list(persons())) == PERSONS


def test_comments_are_so_many_a_product() -> None:
    belongs_to = [product for _, product in comments(Size(3))]
    assert belongs_to == [1] * COMMENTS + [2] * COMMENTS + [3] * COMMENTS


@pytest.mark.parametrize(
    ("layout", "table", "price", "moment"),
    [
        (ACTIONQL_SQLITE, "benchmark__product", 119, "2026-01-02T03:04:05.678901+00:00"),
        (PLAIN_SQLITE, "product", 1.19, "2026-01-02 03:04:05.678901"),
    ],
)
def test_layout_writes_as_the_server_would(layout: Layout, table: str, price: object, moment: str) -> None:
    tables = {name: list(rows) for name, _, rows in layout.tables(Size(100))}
    first = tables[table][0]
    assert first[0] == "Product 1"
    assert repr(first[2]) == repr(price)
    assert first[-1] == moment
