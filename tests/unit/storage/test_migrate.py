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
    migrate,
    migrate_sync,
    plan_migration,
)
from app.storage.system import RUN, SYSTEM
from tests.unit.storage.blog import DEFINITION
from tests.unit.storage.definitions import tables
from tests.unit.storage.migrations import HABTM, bring, shoes
from tests.unit.storage.rows import NOW, insert, run


async def test_migrate_makes_every_table_once(database_url: str) -> None:
    built = tables(dict(DEFINITION["models"]))
    assert set(await bring(database_url, built)) == {"create_table"}
    assert await run(database_url, select(RUN), *map(select, built.metadata.tables.values())) == []


async def test_index_of_some_rows_is_one_on_both_databases(database_url: str) -> None:
    await migrate(database_url, [SYSTEM])
    on_sqlite = "SELECT sql FROM sqlite_schema WHERE name = 'ix__actionql_run__due'"
    on_postgresql = "SELECT indexdef FROM pg_indexes WHERE indexname = 'ix__actionql_run__due'"
    (row,) = await run(database_url, on_sqlite if database_url.startswith("sqlite") else on_postgresql)
    assert row[0].replace("(", "").replace(")", "").endswith("WHERE due IS NOT NULL")


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
