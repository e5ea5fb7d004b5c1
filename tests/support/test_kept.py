"""What a test did to rows that others share is undone, even where the product could not undo it."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table
from sqlalchemy.exc import DBAPIError

from app.storage.migrate import migrate
from tests.end_to_end.databases import run_sql
from tests.support.kept import keep
from tests.unit.storage.rows import run

TABLES = MetaData()
Table(
    "thing",
    TABLES,
    Column("id", Integer, primary_key=True),
    Column("name", String),
    sqlite_autoincrement=True,
)
Table(
    "entry",
    TABLES,
    Column("id", Integer, primary_key=True),
    Column("name", String),
    info={"append_only": True},
    sqlite_autoincrement=True,
)


async def test_rows_are_put_back_with_the_next_id(database_url: str) -> None:
    await migrate(database_url, [TABLES])
    await run_sql(database_url, "INSERT INTO thing (name) VALUES ('first'), (NULL)")
    kept = keep(database_url)
    for table in ("thing", "entry"):
        await run_sql(database_url, f"INSERT INTO {table} (name) VALUES ('new')")
    await run_sql(database_url, "UPDATE thing SET name = 'other'")
    await kept.put_back()
    assert await run_sql(database_url, "SELECT id, name FROM thing ORDER BY id") == [(1, "first"), (2, None)]
    assert await run_sql(database_url, "SELECT id FROM entry") == []
    for table, id in (("thing", 3), ("entry", 1)):
        await run_sql(database_url, f"INSERT INTO {table} (name) VALUES ('new')")
        assert await run_sql(database_url, f"SELECT max(id) FROM {table}") == [(id,)]
    with pytest.raises(DBAPIError, match="entry only grows"):
        await run(database_url, "DELETE FROM entry")
