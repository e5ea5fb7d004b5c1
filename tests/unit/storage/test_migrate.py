from __future__ import annotations

import asyncio
from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import MetaData, func, select
from sqlalchemy.exc import IntegrityError

from app.storage.migrate import (
    MigrationFailed,
    MigrationRefused,
    migrate,
    migrate_sync,
    plan_migration,
)
from app.storage.system import RUN, SYSTEM
from app.storage.tables import Tables
from tests.unit.storage.blog import DEFINITION
from tests.unit.storage.definitions import tables
from tests.unit.storage.rows import NOW, insert, run

HABTM = "has_and_belongs_to_many"
KEPT = {"keep_table", "keep_column"}


def shoes(properties: dict[str, Any], **more: Any) -> Tables:
    """An application of shoes and their brands."""
    shoe = {"properties": properties, "relations": {"brand": {"belongs_to": "Brand"}}, **more}
    return tables({"Shoe": shoe, "Brand": {"properties": {"name": {"kind": "text"}}}})


async def bring(url: str, built: Tables, **options: Any) -> list[str]:
    """Migrates, and tells what was done; a second time there is nothing left to do."""
    changes = await migrate(url, [SYSTEM, built.metadata], **options)
    again = await migrate(url, [SYSTEM, built.metadata])
    assert [change.text for change in again if change.kind not in KEPT] == []
    return [change.kind for change in changes]


async def refusal(url: str, built: Tables, **options: Any) -> str:
    """Why a migration is refused."""
    with pytest.raises(MigrationRefused) as caught:
        await migrate(url, [SYSTEM, built.metadata], **options)
    (reason,) = caught.value.refusals
    assert reason in str(caught.value)
    return reason


async def test_migrate_makes_every_table_once(database_url: str) -> None:
    built = tables(dict(DEFINITION["models"]))
    assert set(await bring(database_url, built)) == {"create_table"}
    assert await run(database_url, select(RUN), *map(select, built.metadata.tables.values())) == []


async def test_migrate_keeps_every_value_exactly(database_url: str) -> None:
    values: dict[str, tuple[str, Any]] = {
        "a": ("text", "naïve \\ ' \" % 🦊"),
        "b": ("number", -(2**31)),
        "c": ("decimal", Decimal("92233720368.54775807")),
        "d": ("price", Decimal("-92233720368547758.07")),
        "e": ("boolean", False),
        "f": ("date", date(1, 1, 1)),
        "g": ("date_time", NOW),
        "h": ("time", time(23, 59, 59)),
        "i": ("json", {"x": [Decimal("0.10"), None, 2**63 - 1, "🦊"]}),
        "j": ("json", "12"),
        "k": ("multi_file", []),
    }
    shoe = shoes({name: {"kind": kind} for name, (kind, _) in values.items()})
    table = shoe.models["Shoe"].table
    await bring(database_url, shoe)
    await insert(database_url, table, {name: value for name, (_, value) in values.items()}, {})
    full, empty = await run(database_url, select(*(table.c[name] for name in values)).order_by(table.c.id))
    assert tuple(full) == tuple(value for _, value in values.values())
    assert set(empty) == {None}


async def test_sqlite_holds_the_texts_of_answers(sqlite_database: str) -> None:
    shoe = shoes({"at": {"kind": "time"}, "day": {"kind": "date"}, "price": {"kind": "price"}})
    await bring(sqlite_database, shoe)
    values = {"at": time(13, 5), "day": date(2026, 11, 22), "price": Decimal("12.50")}
    await insert(sqlite_database, shoe.models["Shoe"].table, values)
    (row,) = await run(sqlite_database, "SELECT created_at, at, day, price, typeof(price) FROM shop__shoe")
    assert tuple(row) == ("2026-11-22T03:07:01.123456+00:00", "13:05:00", "2026-11-22", 1250, "integer")


async def test_texts_sort_by_their_bytes(database_url: str) -> None:
    brand = shoes({}).models["Brand"].table
    await bring(database_url, shoes({}))
    await insert(
        database_url, brand, *({"name": name} for name in ["b", "é", "_", "B", "a-b", "ab", "A", "🦊", "～"])
    )
    found = await run(database_url, select(brand.c.name).order_by(brand.c.name))
    assert [row.name for row in found] == ["A", "B", "_", "a-b", "ab", "b", "é", "～", "🦊"]


async def test_texts_sort_by_their_bytes_whatever_the_locale_of_the_server(postgres_database: str) -> None:
    await bring(postgres_database, shoes({}))
    query = "SELECT DISTINCT collation_name FROM information_schema.columns WHERE table_name LIKE 'shop%'"
    found = await run(postgres_database, f"{query} AND data_type = 'text'")
    assert [row.collation_name for row in found] == ["C"]


async def test_ids_are_never_given_again(database_url: str) -> None:
    built = shoes({"size": {"kind": "number", "required": True}})
    table = built.models["Shoe"].table
    await bring(database_url, built)
    await insert(database_url, table, {"size": 1}, {"size": 2})
    await run(database_url, table.delete().where(table.c.id == 2))
    await bring(database_url, shoes({"size": {"kind": "number"}}))
    await insert(database_url, table, {"size": 3})
    assert [row.id for row in await run(database_url, select(table.c.id).order_by(table.c.id))] == [1, 3]


async def test_relations_hold_what_on_delete_says(database_url: str) -> None:
    brand = {"belongs_to": "Brand"}
    built = tables(
        {
            "Brand": {"relations": {"tags": {HABTM: "Tag"}}},
            "Tag": {},
            "Shoe": {"relations": {"brand": {**brand, "on_delete": "cascade"}}},
            "Hat": {"relations": {"brand": {**brand, "on_delete": "clear"}}},
            "Sock": {"relations": {"brand": brand}},
        }
    )
    by_name = {name: model.table for name, model in built.models.items()}
    join = built.models["Brand"].relations["tags"].join
    assert join is not None
    await bring(database_url, built)
    await insert(database_url, by_name["Brand"], {}, {})
    await insert(database_url, by_name["Tag"], {})
    await insert(database_url, by_name["Shoe"], {"brand_id": 1})
    await insert(database_url, by_name["Hat"], {"brand_id": 1})
    await insert(database_url, by_name["Sock"], {"brand_id": 2})
    await insert(database_url, join, {"brand_id": 1, "tag_id": 1})
    with pytest.raises(IntegrityError):
        await run(database_url, by_name["Brand"].delete().where(by_name["Brand"].c.id == 2))
    await run(database_url, by_name["Brand"].delete().where(by_name["Brand"].c.id == 1))
    assert await run(database_url, select(by_name["Shoe"])) == []
    assert [row.brand_id for row in await run(database_url, select(by_name["Hat"]))] == [None]
    assert await run(database_url, select(join)) == []


async def test_models_may_refer_to_each_other_in_circles(database_url: str) -> None:
    built = tables(
        {
            "Hen": {"relations": {"egg": {"belongs_to": "Egg"}, "mother": {"belongs_to": "Hen"}}},
            "Egg": {"relations": {"hen": {"belongs_to": "Hen", "inverse": "eggs"}}},
        }
    )
    await bring(database_url, built)
    with pytest.raises(IntegrityError):
        await insert(database_url, built.models["Hen"].table, {"egg_id": 7})


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


async def test_new_required_property_without_default_is_refused_where_there_are_records(
    database_url: str,
) -> None:
    await bring(database_url, shoes({}))
    await insert(database_url, shoes({}).models["Shoe"].table, {}, {})
    built = shoes({"size": {"kind": "number", "required": True}})
    assert "Shoe.size is required, but 2 records would have no value" in await refusal(database_url, built)
    assert await bring(database_url, shoes({})) == []


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


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"kind": "text"}, {"kind": "number"}),
        ({"kind": "text"}, {"kind": "date"}),
        ({"kind": "text"}, {"kind": "json"}),
        ({"kind": "number"}, {"kind": "boolean"}),
        ({"kind": "date"}, {"kind": "date_time"}),
        ({"kind": "price"}, {"kind": "decimal"}),
        ({"kind": "decimal", "scale": 3}, {"kind": "decimal", "scale": 4}),
        ({"kind": "time"}, {"kind": "text"}),
    ],
)
async def test_other_kind_is_refused_where_there_are_values(
    database_url: str, old: dict[str, Any], new: dict[str, Any]
) -> None:
    values = {"text": "1", "number": 1, "date": date(2026, 1, 1), "time": time(1)}
    before = shoes({"size": old})
    await bring(database_url, before)
    await insert(
        database_url, before.models["Shoe"].table, {"size": values.get(old["kind"], Decimal("1.50"))}, {}
    )
    reason = await refusal(database_url, shoes({"size": new}))
    assert reason.startswith("Shoe.size has 1 value of the type ")
    await run(database_url, before.models["Shoe"].table.update().values(size=None))
    assert await bring(database_url, shoes({"size": new})) == ["alter_column"]


@pytest.mark.parametrize("new", ["email", "list", "rich_text", "image"])
async def test_other_kind_of_text_changes_nothing(database_url: str, new: str) -> None:
    options = {"options": ["x"]} if new == "list" else {}
    await bring(database_url, shoes({"size": {"kind": "text"}}))
    assert await bring(database_url, shoes({"size": {"kind": new, **options}})) == []


async def test_unique_is_refused_where_values_stand_twice(database_url: str) -> None:
    table = shoes({"code": {"kind": "text"}}).models["Shoe"].table
    await bring(database_url, shoes({"code": {"kind": "text"}}))
    await insert(database_url, table, {"code": "a"}, {"code": "a"}, {"code": "b"}, {}, {})
    unique = shoes({"code": {"kind": "text", "unique": True}})
    assert await refusal(database_url, unique) == "Shoe.code is unique now, but several records share 1 value"
    await run(database_url, table.delete().where(table.c.id == 1))
    assert await bring(database_url, unique) == ["create_index"]
    assert await bring(database_url, shoes({"code": {"kind": "text"}})) == ["drop_index"]


async def test_unique_with_a_default_is_refused_for_more_than_one_record(database_url: str) -> None:
    await bring(database_url, shoes({}))
    await insert(database_url, shoes({}).models["Shoe"].table, {}, {})
    new = {"kind": "text", "required": True, "unique": True, "default": "x"}
    assert "Shoe.code is unique now" in await refusal(database_url, shoes({"code": new}))


async def test_index_of_somebody_else_stays(database_url: str) -> None:
    await bring(database_url, shoes({"size": {"kind": "number"}}))
    await run(database_url, "CREATE INDEX reports ON shop__shoe (size)")
    assert await bring(database_url, shoes({"size": {"kind": "number"}})) == []
    with pytest.raises(Exception, match="reports"):
        await run(database_url, "CREATE INDEX reports ON shop__shoe (size)")


async def test_property_that_is_gone_stays_in_the_database(database_url: str) -> None:
    before = shoes({"size": {"kind": "number"}})
    await bring(database_url, before)
    await insert(database_url, before.models["Shoe"].table, {"size": 43})
    changes = await migrate(database_url, [SYSTEM, shoes({}).metadata])
    assert [change.text for change in changes] == [
        "leaves the column size of shop__shoe with its 1 value, which the definition no longer has"
    ]
    assert await bring(database_url, before) == []
    assert [row.size for row in await run(database_url, select(before.models["Shoe"].table))] == [43]


async def test_required_property_that_is_gone_is_refused_where_there_are_records(database_url: str) -> None:
    before = shoes({"size": {"kind": "number", "required": True}})
    await bring(database_url, before)
    await insert(database_url, before.models["Shoe"].table, {"size": 43})
    reason = await refusal(database_url, shoes({}))
    assert "every record must have a value" in reason
    assert "`required: false`" in reason
    await bring(database_url, shoes({"size": {"kind": "number"}}))
    assert await bring(database_url, shoes({})) == ["keep_column"]
    await insert(database_url, shoes({}).models["Shoe"].table, {})


async def test_required_property_that_is_gone_is_dropped_from_an_empty_table(database_url: str) -> None:
    await bring(database_url, shoes({"size": {"kind": "number", "required": True, "unique": True}}))
    assert set(await bring(database_url, shoes({}))) == {"drop_index", "drop_column"}


async def test_model_that_is_gone_stays_in_the_database(database_url: str) -> None:
    await bring(database_url, shoes({}))
    await insert(database_url, shoes({}).models["Brand"].table, {"name": "b"})
    without = tables({})
    assert await bring(database_url, without) == ["keep_table", "keep_table"]
    assert await bring(database_url, shoes({})) == []
    assert len(await run(database_url, select(shoes({}).models["Brand"].table))) == 1


async def test_what_is_gone_is_dropped_when_it_is_to_be_destroyed(database_url: str) -> None:
    before = shoes({"size": {"kind": "number", "required": True, "unique": True}, "code": {"kind": "text"}})
    await bring(database_url, before)
    await insert(database_url, before.models["Brand"].table, {"name": "b"})
    await insert(database_url, before.models["Shoe"].table, {"size": 43, "code": "x", "brand_id": 1})
    after = tables({"Shoe": {"properties": {"code": {"kind": "text"}}}})
    done = await bring(database_url, after, destroy=True)
    assert {"drop_column", "drop_table", "drop_index"} == set(done)
    assert [row.code for row in await run(database_url, select(after.models["Shoe"].table))] == ["x"]
    assert await bring(database_url, after) == []


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


async def test_relation_to_another_model_is_refused_where_there_are_values(database_url: str) -> None:
    def built(target: str) -> Tables:
        return tables({"Brand": {}, "Maker": {}, "Shoe": {"relations": {"by": {"belongs_to": target}}}})

    before = built("Brand")
    await bring(database_url, before)
    await insert(database_url, before.models["Brand"].table, {})
    await insert(database_url, before.models["Maker"].table, {})
    await insert(database_url, before.models["Shoe"].table, {"by_id": 1})
    assert "no longer leads to shop__brand, but does in 1 record" in await refusal(
        database_url, built("Maker")
    )
    await run(database_url, before.models["Shoe"].table.update().values(by_id=None))
    assert sorted(await bring(database_url, built("Maker"))) == ["add_reference", "drop_reference"]


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
    other = tables({"Shoe": {"properties": {"size": {"kind": "number"}}}}, name="Shopping")
    await bring(database_url, other)
    await run(database_url, "CREATE TABLE shop_reports (id INTEGER)")
    changes = await migrate(database_url, [SYSTEM, shoes({}).metadata], destroy=True)
    assert {change.kind for change in changes} == {"create_table"}
    assert await bring(database_url, other) == []
    assert await run(database_url, "SELECT * FROM shop_reports") == []


async def test_refusals_are_listed_together_and_nothing_is_changed(database_url: str) -> None:
    before = shoes({"size": {"kind": "number"}, "code": {"kind": "text"}})
    await bring(database_url, before)
    await insert(database_url, before.models["Shoe"].table, {"code": "x"}, {"code": "x"})
    after = shoes(
        {
            "size": {"kind": "number", "required": True},
            "code": {"kind": "text", "unique": True},
            "new": {"kind": "text"},
        }
    )
    with pytest.raises(MigrationRefused) as caught:
        await migrate(database_url, [SYSTEM, after.metadata])
    assert len(caught.value.refusals) == 2
    assert await bring(database_url, before) == []


async def test_failure_half_way_changes_nothing(database_url: str) -> None:
    await bring(database_url, shoes({"size": {"kind": "number", "required": True}}))
    await run(database_url, "CREATE TABLE other (shoe INTEGER)")
    await run(database_url, "CREATE INDEX ix__shop__hat__brand_id ON other (shoe)")
    after = tables(
        {
            "Brand": {"properties": {"name": {"kind": "text"}}},
            "Shoe": {
                "properties": {"size": {"kind": "number"}},
                "relations": {"brand": {"belongs_to": "Brand"}},
            },
            "Hat": {"relations": {"brand": {"belongs_to": "Brand"}}},
        }
    )
    with pytest.raises(MigrationFailed, match="ix__shop__hat__brand_id"):
        await migrate(database_url, [SYSTEM, after.metadata])
    assert await bring(database_url, shoes({"size": {"kind": "number", "required": True}})) == []


async def test_plan_tells_and_changes_nothing(database_url: str) -> None:
    built = shoes({"size": {"kind": "number"}})
    planned = await plan_migration(database_url, [SYSTEM, built.metadata])
    assert planned.refusals == ()
    done = await migrate(database_url, [SYSTEM, built.metadata])
    assert list(planned.changes) == done
    renamed = shoes({"length": {"kind": "number", "was": "size"}})
    again = await plan_migration(database_url, [SYSTEM, renamed.metadata])
    assert [change.kind for change in again.changes] == ["rename_column"]
    assert await bring(database_url, built) == []


async def test_servers_that_start_at_once_wait_for_one_another(database_url: str) -> None:
    built = shoes({"size": {"kind": "number"}})
    done = await asyncio.gather(*(migrate(database_url, [SYSTEM, built.metadata]) for _ in range(5)))
    assert sorted(map(len, done)) == [0, 0, 0, 0, len(SYSTEM.tables) + len(built.metadata.tables)]


async def test_migrate_where_no_loop_runs(database_url: str) -> None:
    done = await asyncio.to_thread(migrate_sync, database_url, [SYSTEM])
    assert len(done) == len(SYSTEM.tables)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:secret-word@127.0.0.1:1/nowhere",
        "sqlite:////nowhere/secret/../x.sqlite",
        "postgresql://ada:secret-word@127.0.0.1:port/nowhere",
        "mysql://ada:secret-word@127.0.0.1/nowhere",
        "secret-word",
    ],
)
async def test_database_that_cannot_be_reached_is_told_without_its_password(url: str) -> None:
    with pytest.raises(MigrationFailed) as caught:
        await migrate(url, [MetaData()])
    assert "secret-word" not in str(caught.value)


async def test_system_tables_keep_their_journal_with_the_run(database_url: str) -> None:
    await migrate(database_url, [SYSTEM])
    journal = SYSTEM.tables["actionql_run_journal"]
    values = {
        "id": "r",
        "application": "a",
        "action": "b",
        "action_name": "B",
        "state": "running",
        "door": "graphql",
    }
    await run(
        database_url,
        RUN.insert().values(**values, run_as="application", created=NOW),
        journal.insert().values(run_id="r", sequence=0, entries=[{"price": Decimal("1.50")}]),
    )
    (row,) = await run(database_url, select(journal))
    assert row.entries == [{"price": Decimal("1.50")}]
    await run(database_url, RUN.delete())
    assert (await run(database_url, select(func.count()).select_from(journal)))[0][0] == 0
