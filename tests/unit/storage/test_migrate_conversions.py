from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.unit.storage.migrations import bring, refusal, shoes
from tests.unit.storage.rows import insert, run

DAY = datetime(2026, 11, 22, tzinfo=UTC)
CONVERSIONS: list[tuple[str, Any, str, Any]] = [
    ("text", " 12 ", "number", 12),
    ("text", "12.5", "price", Decimal("12.50")),
    ("text", "2026-11-22", "date", DAY.date()),
    ("text", "2026-11-22T01:00:00+01:00", "date_time", DAY),
    ("text", "13:05", "time", time(13, 5)),
    ("text", "True", "boolean", True),
    ("text", "it's", "json", "it's"),
    ("number", -7, "text", "-7"),
    ("number", 1, "boolean", True),
    ("number", 3, "decimal", Decimal(3)),
    ("boolean", False, "number", 0),
    ("boolean", False, "text", "false"),
    ("date", DAY.date(), "date_time", DAY),
    ("date", date(1, 1, 1), "text", "0001-01-01"),
    ("date_time", DAY, "date", DAY.date()),
    ("date_time", DAY, "text", "2026-11-22T00:00:00.000000+00:00"),
    ("time", time(1, 2, 3), "text", "01:02:03"),
    ("price", Decimal("92233720368547758.07"), "text", "92233720368547758.07"),
    ("price", Decimal("1.50"), "decimal", Decimal("1.5")),
    ("price", Decimal("12.00"), "number", 12),
    ("json", {"a": [Decimal("0.10")]}, "text", '{"a":[0.10]}'),
    ("json", "plain", "text", "plain"),
]
REFUSALS: list[tuple[str, Any, str]] = [
    ("text", "many", "number"),
    ("text", "", "number"),
    ("text", "3000000000", "number"),
    ("text", "1.005", "price"),
    ("text", "22.11.2026", "date"),
    ("text", "yes", "boolean"),
    ("number", 2, "boolean"),
    ("price", Decimal("12.50"), "number"),
    ("date_time", datetime(2026, 11, 22, 0, 0, 1, tzinfo=UTC), "date"),
    ("time", time(1), "date"),
    ("json", {}, "number"),
]


@pytest.mark.parametrize("required", [False, True])
async def test_values_are_converted_to_the_new_kind(database_url: str, required: bool) -> None:
    pairs = list(enumerate(CONVERSIONS))
    before = shoes({f"p{n}": {"kind": kind, "required": required} for n, (kind, *_) in pairs})
    after = shoes({f"p{n}": {"kind": kind, "required": required} for n, (_, _, kind, _) in pairs})
    await bring(database_url, before)
    await insert(database_url, before.models["Shoe"].table, {f"p{n}": value for n, (_, value, *_) in pairs})
    assert set(await bring(database_url, after)) == {"alter_column"}
    table = after.models["Shoe"].table
    (row,) = await run(database_url, select(*(table.c[f"p{n}"] for n, _ in pairs)))
    assert list(row) == [value for *_, value in CONVERSIONS]
    if required:
        with pytest.raises(IntegrityError):
            await run(database_url, table.update().values(p0=None))


@pytest.mark.parametrize(("kind", "value", "other"), REFUSALS)
async def test_value_that_is_none_of_the_new_kind_is_refused_with_its_record(
    database_url: str, kind: str, value: Any, other: str
) -> None:
    before = shoes({"size": {"kind": kind}})
    table = before.models["Shoe"].table
    await bring(database_url, before)
    await insert(database_url, table, {}, {"size": value})
    reason = await refusal(database_url, shoes({"size": {"kind": other}}))
    assert reason.startswith("Shoe.size becomes ")
    assert "but 1 value cannot: see the records with id 2; change them" in reason
    assert [row.size for row in await run(database_url, select(table.c.size).order_by(table.c.id))] == [
        None,
        value,
    ]
    await run(database_url, table.update().values(size=None))
    assert await bring(database_url, shoes({"size": {"kind": other}})) == ["alter_column"]


async def test_refused_conversion_names_the_first_records(database_url: str) -> None:
    before = shoes({"size": {"kind": "text"}})
    await bring(database_url, before)
    rows = [{"size": "7"}, *({"size": f"x{n}"} for n in range(7))]
    await insert(database_url, before.models["Shoe"].table, *rows)
    reason = await refusal(database_url, shoes({"size": {"kind": "number"}}))
    assert "but 7 values cannot: see the records with id 2, 3, 4, 5, 6 and 2 more" in reason


async def test_many_values_are_converted(database_url: str) -> None:
    before, after = shoes({"size": {"kind": "text"}}), shoes({"size": {"kind": "number"}})
    await bring(database_url, before)
    many = [{"size": str(n)} for n in range(2001)]
    table = before.models["Shoe"].table
    await insert(database_url, table, *many)
    await bring(database_url, after)
    new = after.models["Shoe"].table
    found = await run(database_url, select(new.c.size).order_by(new.c.id))
    assert [row.size for row in found] == list(range(2001))


async def test_unique_texts_become_unique_numbers(database_url: str) -> None:
    def built(kind: str) -> Any:
        return shoes({"code": {"kind": kind, "unique": True}})

    table = built("text").models["Shoe"].table
    await bring(database_url, built("text"))
    await insert(database_url, table, {"code": "1"}, {"code": "2"}, {"code": "01"}, {})
    assert "different values would become the same" in await refusal(database_url, built("number"))
    await run(database_url, table.delete().where(table.c.code == "01"))
    assert await bring(database_url, built("number")) == ["alter_column"]
    with pytest.raises(IntegrityError):
        await insert(database_url, built("number").models["Shoe"].table, {"code": 2})


async def test_property_gets_another_kind_and_name_and_is_required_at_once(database_url: str) -> None:
    before = shoes({"size": {"kind": "text"}})
    after = shoes({"length": {"kind": "number", "was": "size", "required": True}})
    await bring(database_url, before)
    await insert(database_url, before.models["Shoe"].table, {"size": "43"})
    assert await bring(database_url, after) == ["rename_column", "alter_column"]
    (row,) = await run(database_url, select(after.models["Shoe"].table.c.length))
    assert row.length == 43


async def test_default_of_the_old_kind_is_gone_with_it(database_url: str) -> None:
    await bring(database_url, shoes({}))
    await insert(database_url, shoes({}).models["Shoe"].table, {})
    await bring(database_url, shoes({"size": {"kind": "text", "required": True, "default": "7"}}))
    after = shoes({"size": {"kind": "number", "required": True, "default": 7}})
    assert await bring(database_url, after) == ["alter_column"]
    (row,) = await run(database_url, select(after.models["Shoe"].table.c.size))
    assert row.size == 7
    with pytest.raises(IntegrityError):
        await insert(database_url, after.models["Shoe"].table, {})
