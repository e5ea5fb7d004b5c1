from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.storage.migrate import (
    migrate,
)
from app.storage.system import SYSTEM
from app.storage.tables import Tables
from tests.unit.storage.definitions import OTHER_UUID, tables
from tests.unit.storage.migrations import HABTM, bring, refusal, shoes
from tests.unit.storage.rows import NOW, insert, run


async def test_ids_are_never_given_again(database_url: str) -> None:
    built = shoes({"size": {"kind": "number", "required": True}})
    table = built.models["Shoe"].table
    await bring(database_url, built)
    await insert(database_url, table, {"size": 1}, {"size": 2})
    await run(database_url, table.delete().where(table.c.id == 2))
    await bring(database_url, shoes({"size": {"kind": "number"}}))
    await insert(database_url, table, {"size": 3})
    assert [row.id for row in await run(database_url, select(table.c.id).order_by(table.c.id))] == [1, 3]


async def test_new_properties_and_relations_are_added(database_url: str) -> None:
    await bring(database_url, tables({"Shoe": {"properties": {"size": {"kind": "number"}}}}))
    old = tables({"Shoe": {"properties": {"size": {"kind": "number"}}}}).models["Shoe"].table
    await insert(database_url, old, {"size": 43})
    built = shoes({"size": {"kind": "number"}, "code": {"kind": "text", "unique": True}}, index=["size"])
    done = await bring(database_url, built)
    assert sorted(done) == [
        "add_column",
        "add_column",
        "create_index",
        "create_index",
        "create_index",
        "create_table",
    ]
    table = built.models["Shoe"].table
    assert [tuple(row) for row in await run(database_url, select(table.c.size, table.c.code))] == [(43, None)]
    with pytest.raises(IntegrityError):
        await insert(database_url, table, {"brand_id": 7})
    with pytest.raises(IntegrityError):
        await insert(database_url, table, {"code": "x"}, {"code": "x"})


@pytest.mark.parametrize(
    ("kind", "options", "default", "value"),
    [
        ("text", {}, 'it\'s 100% \\ new: {"a":1} 🦊', 'it\'s 100% \\ new: {"a":1} 🦊'),
        ("number", {}, 7, 7),
        ("price", {}, "12.5", Decimal("12.50")),
        ("boolean", {}, False, False),
        ("date", {}, "2026-11-22", date(2026, 11, 22)),
        ("date_time", {}, "2026-11-22T03:07:01.123456Z", NOW),
        ("time", {}, "13:05", time(13, 5)),
        ("json", {}, {"a": [1.5, "it's"]}, {"a": [Decimal("1.5"), "it's"]}),
        ("list", {"options": ["a", "b"]}, "b", "b"),
    ],
)
async def test_new_required_property_has_its_default_in_old_records(
    database_url: str, kind: str, options: dict[str, Any], default: Any, value: Any
) -> None:
    await bring(database_url, shoes({}))
    await insert(database_url, shoes({}).models["Shoe"].table, {})
    built = shoes({"new": {"kind": kind, "required": True, "default": default, **options}})
    await bring(database_url, built)
    assert [row.new for row in await run(database_url, select(built.models["Shoe"].table.c.new))] == [value]


async def test_new_required_property_without_default_is_added_to_an_empty_table(database_url: str) -> None:
    await bring(database_url, shoes({}))
    assert await bring(database_url, shoes({"size": {"kind": "number", "required": True}})) == ["add_column"]


async def test_property_becomes_optional_and_required_again(database_url: str) -> None:
    needed, free = shoes({"size": {"kind": "number", "required": True}}), shoes({"size": {"kind": "number"}})
    table = free.models["Shoe"].table
    await bring(database_url, needed)
    await insert(database_url, free.models["Brand"].table, {"name": "b"})
    await insert(database_url, table, {"size": 43, "brand_id": 1})
    assert await bring(database_url, free) == ["alter_column"]
    await insert(database_url, table, {"brand_id": 1})
    assert "Shoe.size is required now, but has no value in 1 record" in await refusal(database_url, needed)
    await run(database_url, table.update().values(size=44))
    assert await bring(database_url, needed) == ["alter_column"]
    found = await run(database_url, select(table.c.id, table.c.size, table.c.brand_id, table.c.created_at))
    assert sorted(map(tuple, found)) == [(1, 44, 1, NOW), (2, 44, 1, NOW)]
    with pytest.raises(IntegrityError):
        await insert(database_url, table, {"size": None})
    with pytest.raises(IntegrityError):
        await insert(database_url, table, {"size": 1, "brand_id": 7})


async def test_records_without_a_value_get_the_default_of_what_is_required_now(database_url: str) -> None:
    free, needed = {"kind": "price"}, {"kind": "price", "required": True, "default": "1.50"}
    table = shoes({"size": free}).models["Shoe"].table
    await bring(database_url, shoes({"size": free}))
    await insert(database_url, table, {}, {"size": Decimal(2)}, {})
    (change,) = await migrate(database_url, [shoes({"size": needed}).metadata])
    assert change.text == "changes Shoe.size to be required; 2 records without a value get the default"
    found = await run(database_url, select(table.c.size).order_by(table.c.id))
    assert [row.size for row in found] == [Decimal("1.50"), Decimal(2), Decimal("1.50")]
    assert await bring(database_url, shoes({"size": needed})) == []


async def test_default_of_what_is_unique_fills_nothing(database_url: str) -> None:
    await bring(database_url, shoes({"size": {"kind": "text", "unique": True}}))
    needed = shoes({"size": {"kind": "text", "unique": True, "required": True, "default": "x"}})
    await insert(database_url, needed.models["Shoe"].table, {"size": None})
    assert "Shoe.size is required now, but has no value in 1 record" in await refusal(database_url, needed)


async def test_rebuilding_a_table_leaves_what_refers_to_it(database_url: str) -> None:
    def built(required: bool) -> Tables:
        return tables(
            {
                "Brand": {"properties": {"name": {"kind": "text", "required": required}}},
                "Shoe": {"relations": {"brand": {"belongs_to": "Brand", "on_delete": "cascade"}}},
            }
        )

    await bring(database_url, built(True))
    shoe = built(True).models["Shoe"].table
    await insert(database_url, built(True).models["Brand"].table, {"name": "b"})
    await insert(database_url, shoe, {"brand_id": 1})
    assert await bring(database_url, built(False)) == ["alter_column"]
    assert [row.brand_id for row in await run(database_url, select(shoe))] == [1]
    with pytest.raises(IntegrityError):
        await insert(database_url, shoe, {"brand_id": 2})


@pytest.mark.parametrize("new", ["email", "list", "rich_text", "image"])
async def test_other_kind_of_text_changes_nothing(database_url: str, new: str) -> None:
    options = {"options": ["x"]} if new == "list" else {}
    await bring(database_url, shoes({"size": {"kind": "text"}}))
    assert await bring(database_url, shoes({"size": {"kind": new, **options}})) == []


async def test_index_of_somebody_else_stays(database_url: str) -> None:
    await bring(database_url, shoes({"size": {"kind": "number"}}))
    await run(database_url, "CREATE INDEX reports ON shop__shoe (size)")
    assert await bring(database_url, shoes({"size": {"kind": "number"}})) == []
    with pytest.raises(Exception, match="reports"):
        await run(database_url, "CREATE INDEX reports ON shop__shoe (size)")


async def test_on_delete_changes(database_url: str) -> None:
    def built(on_delete: str) -> Tables:
        relation = {"belongs_to": "Brand", "on_delete": on_delete}
        return tables({"Brand": {}, "Shoe": {"relations": {"brand": relation}}})

    brand, shoe = built("restrict").models["Brand"].table, built("restrict").models["Shoe"].table
    await bring(database_url, built("restrict"))
    await insert(database_url, brand, {})
    await insert(database_url, shoe, {"brand_id": 1})
    assert sorted(await bring(database_url, built("cascade"))) == ["add_reference", "drop_reference"]
    await run(database_url, brand.delete())
    assert await run(database_url, select(shoe)) == []


async def test_renames_keep_the_data(database_url: str) -> None:
    before = tables(
        {
            "Shoe": {
                "properties": {"size": {"kind": "number", "unique": True}},
                "relations": {"brand": {"belongs_to": "Brand"}, "tags": {HABTM: "Tag"}},
            },
            "Brand": {},
            "Tag": {},
        }
    )
    after = tables(
        {
            "Footwear": {
                "was": "Shoe",
                "properties": {"length": {"kind": "number", "unique": True, "was": "size"}},
                "relations": {
                    "maker": {"belongs_to": "Brand", "was": "brand"},
                    "labels": {HABTM: "Tag", "was": "tags"},
                },
            },
            "Brand": {},
            "Tag": {},
        }
    )
    join = before.models["Shoe"].relations["tags"].join
    assert join is not None
    await bring(database_url, before)
    await insert(database_url, before.models["Brand"].table, {})
    await insert(database_url, before.models["Tag"].table, {})
    await insert(database_url, before.models["Shoe"].table, {"size": 43, "brand_id": 1})
    await insert(database_url, join, {"shoe_id": 1, "tag_id": 1})
    done = await bring(database_url, after)
    assert set(done) == {"rename_table", "rename_column", "create_index", "drop_index"}
    table, renamed = after.models["Footwear"].table, after.models["Footwear"].relations["labels"].join
    assert renamed is not None
    assert [tuple(row) for row in await run(database_url, select(table.c.length, table.c.maker_id))] == [
        (43, 1)
    ]
    assert [tuple(row) for row in await run(database_url, select(renamed))] == [(1, 1)]
    with pytest.raises(IntegrityError):
        await insert(database_url, table, {"maker_id": 7})


async def test_join_table_is_kept_when_the_other_side_gets_its_relation(database_url: str) -> None:
    models: dict[str, Any] = {"Tag": {}, "Post": {"relations": {"tags": {HABTM: "Tag"}}}}
    before = tables(models)
    join = before.models["Post"].relations["tags"].join
    assert join is not None
    await bring(database_url, before)
    await insert(database_url, before.models["Tag"].table, {})
    await insert(database_url, before.models["Post"].table, {})
    await insert(database_url, join, {"post_id": 1, "tag_id": 1})
    after = tables({**models, "Tag": {"relations": {"posts": {HABTM: "Post"}}}})
    await bring(database_url, after)
    found = after.models["Post"].relations["tags"].join
    assert found is not None and len(await run(database_url, select(found))) == 1


async def test_tables_of_others_are_not_touched(database_url: str) -> None:
    other = tables({"Shoe": {"properties": {"size": {"kind": "number"}}}}, "Shopping", OTHER_UUID)
    await bring(database_url, other)
    await run(database_url, "CREATE TABLE shop_reports (id INTEGER)")
    changes = await migrate(database_url, [SYSTEM, shoes({}).metadata], gone="drop")
    assert {change.kind for change in changes} == {"create_table"}
    assert await bring(database_url, other) == []
    assert await run(database_url, "SELECT * FROM shop_reports") == []
