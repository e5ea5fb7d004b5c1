"""The floor: a table of runs and a loop, in hand-written SQL. `python -m .. URL SECONDS AT_ONCE` prints its figures."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from contextlib import AsyncExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import orjson

from scripts.benchmark.runs.figures import STEPS, RunFigures, measure_loop

TABLES = (
    "CREATE TABLE run (id TEXT PRIMARY KEY, state TEXT NOT NULL, n BIGINT NOT NULL, created TEXT, ended TEXT)",
    "CREATE INDEX run_state ON run (state) WHERE state <> 'completed'",
    "CREATE TABLE mark (id {key}, step TEXT NOT NULL, n BIGINT, created TEXT)",
)
INSERT = "INSERT INTO run (id, state, n, created) VALUES ($1, 'created', $2, $3)"
TAKE = "UPDATE run SET state = 'running' WHERE id = $1 AND state = 'created' RETURNING n"
MARK = "INSERT INTO mark (step, n, created) VALUES ($1, $2, $3)"
FINISH = "UPDATE run SET state = 'completed', ended = $1 WHERE id = $2"


async def on_sqlite(file: str, seconds: float) -> RunFigures:
    """One connection, each commit on disk; runs at the same time would only wait for one another."""
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    for table in TABLES:
        connection.execute(table.format(key="INTEGER PRIMARY KEY"))

    async def perform(number: int) -> None:
        id = str(uuid4())
        connection.execute(_marks(INSERT), (id, number, _now()))
        ((taken,),) = connection.execute(_marks(TAKE), (id,)).fetchall()
        connection.execute("BEGIN IMMEDIATE")
        for step in STEPS:
            connection.execute(_marks(MARK), (step, taken, _now()))
        connection.execute(_marks(FINISH), (_now(), id))
        connection.execute("COMMIT")

    try:
        return await measure_loop(perform, seconds, 1)
    finally:
        connection.close()


async def on_postgres(url: str, seconds: float, at_once: int) -> RunFigures:
    """A connection for each run at the same time."""
    async with AsyncExitStack() as stack:
        connections = [await asyncpg.connect(url) for _ in range(at_once)]
        for connection in connections:
            stack.push_async_callback(connection.close)
        for table in TABLES:
            await connections[0].execute(table.format(key="BIGSERIAL PRIMARY KEY"))

        async def perform(number: int) -> None:
            id, connection = str(uuid4()), connections[number % at_once]
            await connection.execute(INSERT, id, number, _now())
            taken = await connection.fetchval(TAKE, id)
            async with connection.transaction():
                for step in STEPS:
                    await connection.execute(MARK, step, taken, _now())
                await connection.execute(FINISH, _now(), id)

        return await measure_loop(perform, seconds, at_once)


def _marks(sql: str) -> str:
    """The statement with the placeholders of SQLite's driver."""
    return sql.replace("$1", "?").replace("$2", "?").replace("$3", "?")


def _now() -> str:
    return datetime.now(UTC).isoformat()


async def main(url: str, seconds: float, at_once: int) -> None:
    """Measures and prints JSON."""
    if url.startswith("postgresql"):
        figures = await on_postgres(url, seconds, at_once)
    else:
        figures = await on_sqlite(url.removeprefix("sqlite:///"), seconds)
    print(orjson.dumps({"runs": asdict(figures)}).decode())


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3])))
