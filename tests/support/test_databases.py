"""Each test gets an empty database of its own, of both kinds."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from tests.support.postgres import Cluster


def engine_of(url: str) -> AsyncEngine:
    return create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"))


def leave_table(connection: Connection) -> list[str]:
    """The tables there were before this left one more."""
    before = inspect(connection).get_table_names()
    connection.execute(text("CREATE TABLE left_over (turn integer)"))
    return before


@pytest.mark.parametrize("turn", [1, 2])
async def test_postgresql_database_starts_empty(turn: int, postgres_database: str) -> None:
    engine = engine_of(postgres_database)
    async with engine.begin() as connection:
        assert await connection.run_sync(leave_table) == []
    await engine.dispose()


async def test_postgresql_database_is_dropped_although_a_connection_is_open(
    postgres_cluster: Cluster,
) -> None:
    with postgres_cluster.database() as url:
        left_open = await engine_of(url).connect()
    await left_open.invalidate()
    await left_open.close()
    with pytest.raises(DBAPIError, match="does not exist"):
        await engine_of(url).connect()


@pytest.mark.parametrize("turn", [1, 2])
def test_sqlite_database_starts_empty(turn: int, sqlite_database: str) -> None:
    engine = create_engine(sqlite_database)
    with engine.begin() as connection:
        assert leave_table(connection) == []
    engine.dispose()


def test_database_url_names_its_kind(request: pytest.FixtureRequest, database_url: str) -> None:
    kind = request.node.callspec.params["database_url"]
    assert database_url.startswith(f"{kind}://")
