"""Statements run on either database, as another program would, for the tests of storage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, create_engine, event, text
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.sql.base import Executable

from app.json_text import read_json, write_json

NOW = datetime(2026, 11, 22, 3, 7, 1, 123456, tzinfo=UTC)
TIMES = {"created_at": NOW, "updated_at": NOW}


async def run(url: str, *statements: Executable | str) -> Sequence[Row[Any]]:
    """Runs statements in one transaction and gives the rows of the last."""

    def work(connection: Connection) -> Sequence[Row[Any]]:
        rows: Sequence[Row[Any]] = []
        for statement in statements:
            result = connection.execute(text(statement) if isinstance(statement, str) else statement)
            rows = result.all() if result.returns_rows else []
        return rows

    if url.startswith("sqlite"):
        engine = create_engine(url, poolclass=NullPool)
        event.listen(engine, "connect", lambda driver, _: driver.execute("PRAGMA foreign_keys=ON"))
        with engine.begin() as connection:
            return work(connection)
    server = create_async_engine(
        url.replace("postgresql:", "postgresql+asyncpg:"),
        poolclass=NullPool,
        json_serializer=write_json,
        json_deserializer=read_json,
    )
    async with server.begin() as session:
        return await session.run_sync(work)


async def insert(url: str, table: Table, *rows: dict[str, Any]) -> None:
    """Inserts records with their times."""
    times = TIMES if "created_at" in table.c else {}
    await run(url, *(table.insert().values({**times, **row}) for row in rows))
