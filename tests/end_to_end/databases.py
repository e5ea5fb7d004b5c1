"""Looks into the database of a running server, past everything that the server would allow."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import asyncpg


async def run_sql(url: str, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a statement; a change is committed."""
    if url.startswith("postgresql"):
        connection = await asyncpg.connect(url)
        try:
            return [tuple(row) for row in await connection.fetch(sql)]
        finally:
            await connection.close()
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=10)) as database, database:
        return database.execute(sql).fetchall()


async def scalar(url: str, sql: str) -> Any:
    """The only value of a statement."""
    ((value,),) = await run_sql(url, sql)
    return value
