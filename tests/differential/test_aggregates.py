"""Aggregates over GraphQL against the same figures made of the records that a list answers, on both databases."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from app.schema.documents import InvalidDocument
from tests.differential.shop import Shop, open_shop

CALLERS = ("nobody", "ada", "max")
SCALES = {"price": 2, "weight": 3, "votes": 0, "length": 0}
RANKED = ("id", "title", "status", "price", "weight", "votes", "length", "at", "day", "publishedAt")
FIGURES = f"""
    count
    sum {{ {" ".join(SCALES)} }} avg {{ {" ".join(SCALES)} }}
    min {{ {" ".join(RANKED)} }} max {{ {" ".join(RANKED)} }}
"""
LISTED = " ".join(dict.fromkeys([*SCALES, *RANKED, "active"]))
ALL = f"""{{
  allItem(take: 3, where: {{id: {{gt: 1}}}}) {{
    totalCount
    aggregate {{ {FIGURES} }}
    groupBy(by: [status, active]) {{ key {{ status active }} aggregate {{ {FIGURES} }} }}
    results {{ id }}
  }}
  every: allItem(take: 200, where: {{id: {{gt: 1}}}}) {{ results {{ {LISTED} }} }}
}}"""
NESTED = f"""{{
  allTag {{ results {{
    items(take: 200, where: {{votes: {{exists: true}}}}) {{ {LISTED} }}
    itemsAggregate(where: {{votes: {{exists: true}}}}) {{ {FIGURES} }}
  }} }}
}}"""
Item = Mapping[str, Any]


async def answered(shop: Shop, caller: str, query: str, planned: bool = True) -> Any:
    """The data of an answer, its numbers exact; it has no errors."""
    prepared = shop.prepared(caller, query)
    body = await (shop.planned if planned else shop.executed)(caller, prepared, {})
    assert body is not None
    found = json.loads(body, parse_float=Decimal)
    assert "errors" not in found, found
    return found["data"]


def figures(items: Iterable[Item]) -> dict[str, Any]:
    """What an aggregate of these items has to be."""
    items = list(items)
    values = {name: [item[name] for item in items if item[name] is not None] for name in (*SCALES, *RANKED)}
    return {
        "count": len(items),
        "sum": {name: sum(values[name], Decimal(0)) for name in SCALES},
        "avg": {name: average(values[name], scale) for name, scale in SCALES.items()},
        "min": {name: extreme(min, values[name]) for name in RANKED},
        "max": {name: extreme(max, values[name]) for name in RANKED},
    }


def average(values: Sequence[Any], scale: int) -> Decimal | None:
    if not values:
        return None
    exact = sum(values, Decimal(0)) / len(values)
    return exact.quantize(Decimal(1).scaleb(-scale - 6), ROUND_HALF_UP)


def extreme(of: Callable[..., Any], values: Sequence[Any]) -> Any:
    """Texts compare by their bytes."""
    return of(values, key=lambda value: value.encode() if isinstance(value, str) else value, default=None)


@pytest.mark.parametrize("planned", [True, False])
async def test_aggregates_are_those_of_the_records(database_url: str, tmp_path: Path, planned: bool) -> None:
    async with open_shop(database_url, tmp_path) as shop:
        for caller in CALLERS:
            data = await answered(shop, caller, ALL, planned)
            items = data["every"]["results"]
            assert data["allItem"]["totalCount"] == len(items) > 3
            assert len(data["allItem"]["results"]) == 3
            assert data["allItem"]["aggregate"] == figures(items)
            assert data["allItem"]["groupBy"] == grouped(items, "status", "active")
            for tag in (await answered(shop, caller, NESTED, planned))["allTag"]["results"]:
                assert tag["itemsAggregate"] == figures(tag["items"])


def grouped(items: Sequence[Item], *by: str) -> list[dict[str, Any]]:
    """The groups in the order of their keys, null at last."""
    keys = {tuple(item[name] for name in by) for item in items}
    ordered = sorted(keys, key=lambda key: [(value is None, "" if value is None else value) for value in key])
    return [
        {
            "key": dict(zip(by, key, strict=True)),
            "aggregate": figures(item for item in items if tuple(item[name] for name in by) == key),
        }
        for key in ordered
    ]


async def test_aggregates_take_a_fixed_number_of_statements(sqlite_database: str, tmp_path: Path) -> None:
    query = """{
      allTag {
        totalCount
        aggregate { count }
        results { itemsAggregate { count } items { commentsAggregate { count } } }
      }
    }"""
    async with open_shop(sqlite_database, tmp_path) as shop:
        counts = []
        for _ in range(2):
            del shop.serving.watched.statements[:]
            await answered(shop, "max", query)
            counts.append(len(shop.serving.watched.statements))
        # The first time it had to be found out that the work has several statements.
        assert counts[-1] == 5


@pytest.mark.parametrize(
    "query",
    [
        "{ allItem { aggregate { max { %s } } } }",
        "{ allItem { aggregate { sum { %s } } } }",
        "{ allItem { groupBy(by: [%s]) { aggregate { count } } } }",
        "{ allItem { groupBy(by: [title]) { key { %s } } } }",
        "{ allTag { results { itemsAggregate { avg { %s } } } } }",
    ],
)
async def test_aggregates_of_a_hidden_property_answer_as_of_none(
    sqlite_database: str, tmp_path: Path, query: str
) -> None:
    async with open_shop(sqlite_database, tmp_path) as shop:
        if "key" not in query:
            assert await answered(shop, "max", query % "secret")
        texts = []
        for name in ("secret", "nothing"):
            with pytest.raises(InvalidDocument) as caught:
                shop.prepared("ada", query % name)
            texts.append([error.message.replace(name, "x") for error in caught.value.errors])
        assert texts[0] == texts[1]


async def test_aggregates_of_what_may_not_be_read_are_refused(sqlite_database: str, tmp_path: Path) -> None:
    query = "{ allTeam { results { peopleAggregate { count } } } }"
    async with open_shop(sqlite_database, tmp_path) as shop:
        body = await shop.executed("nobody", shop.prepared("nobody", query), {})
        assert json.loads(body)["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert await shop.planned("nobody", shop.prepared("nobody", query), {}) is None


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ("by: []", "aggregate { count }"),
        ("by: [title]", "key { status }"),
        ("by: [title], take: 500", "aggregate { count }"),
        ("by: [title], skip: -1", "aggregate { count }"),
    ],
)
async def test_groups_that_make_no_sense_are_bad_input(
    sqlite_database: str, tmp_path: Path, arguments: str, part: str
) -> None:
    query = f"{{ allItem {{ groupBy({arguments}) {{ {part} }} }} }}"
    async with open_shop(sqlite_database, tmp_path) as shop:
        body = await shop.executed("max", shop.prepared("max", query), {})
        assert json.loads(body)["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
