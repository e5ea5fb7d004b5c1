"""A migration's connection to PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import asyncpg
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from app.json_text import read_json, write_json

T = TypeVar("T")
_LOCK = 0x616374696F6E716C
"""PostgreSQL's advisory locks are numbers; this one spells actionql."""


async def on_postgresql(
    database_url: str, metadatas: Iterable[MetaData], patience: float, work: Callable[[Connection], T]
) -> T:
    """What `work` returns, in a transaction that lets no other migration begin.

    It waits `patience` seconds for one that has begun. OSError where the database cannot be reached.
    """
    for metadata in metadatas:
        _say_where(metadata)

    async def connect() -> asyncpg.Connection[asyncpg.Record]:
        # The driver itself reads the URL, so that all it understands may stand there.
        try:
            return await asyncpg.connect(database_url)
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise ConnectionError(str(error)) from error

    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect,
        poolclass=NullPool,
        json_serializer=write_json,
        json_deserializer=read_json,
    )
    try:
        async with engine.connect() as connection:
            await connection.execute(text(f"SET LOCAL lock_timeout = '{patience}s'"))
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            return await connection.run_sync(work)
    finally:
        await engine.dispose()


def _say_where(metadata: MetaData) -> None:
    """Has indexes of some rows be so here too: they are made for SQLite, so that this dialect need not be loaded."""
    for table in metadata.tables.values():
        for index in table.indexes:
            index.dialect_options["postgresql"]["where"] = index.dialect_options["sqlite"]["where"]
