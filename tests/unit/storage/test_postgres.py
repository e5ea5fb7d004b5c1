"""PostgreSQL's pool: snapshots, violations, lost races, limits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from app.errors import Overloaded, TimedOut
from app.storage.postgres import PostgresDatabase
from app.storage.work import ReferenceViolated, Statement, UniqueViolated, Work
from tests.support.ports import free_port


def run(sql: str, *parameters: Any) -> Callable[[], Work[list[tuple[Any, ...]]]]:
    """A work of one statement that returns its rows."""

    def work() -> Work[list[tuple[Any, ...]]]:
        rows = yield Statement(sql, parameters)
        return [tuple(row) for row in rows]

    return work


@pytest.fixture
async def database(postgres_database: str) -> AsyncIterator[PostgresDatabase]:
    opened = PostgresDatabase(postgres_database, read_limit=5.0, write_limit=5.0)
    await opened.write(run("CREATE TABLE thing (id bigint PRIMARY KEY, name text UNIQUE)"))
    await opened.write(run("CREATE TABLE part (thing bigint REFERENCES thing)"))
    yield opened
    await opened.close()


async def test_read_of_several_statements_is_one_snapshot(database: PostgresDatabase) -> None:
    first_read = asyncio.Event()
    written = asyncio.Event()
    loop = asyncio.get_running_loop()
    runs = []

    def work() -> Work[tuple[int, int]]:
        runs.append(1)
        first = yield Statement("SELECT count(*) FROM thing")
        if len(runs) > 1:
            loop.call_soon(first_read.set)
            yield Statement("SELECT pg_sleep(0.2)")
        second = yield Statement("SELECT count(*) FROM thing")
        return first[0][0], second[0][0]

    read = asyncio.create_task(database.read(work))
    await first_read.wait()
    await database.write(run("INSERT INTO thing VALUES (1)"))
    written.set()
    assert await read == (0, 0)
    assert await database.read(run("SELECT count(*) FROM thing")) == [(1,)]


async def test_read_of_several_statements_cannot_write(database: PostgresDatabase) -> None:
    def work() -> Work[None]:
        yield Statement("SELECT 1 AS one")
        yield Statement("INSERT INTO thing VALUES (1)")

    with pytest.raises(Exception, match="read-only transaction"):
        await database.read(work)


async def test_read_past_its_limit_times_out(postgres_database: str) -> None:
    database = PostgresDatabase(postgres_database, read_limit=0.1)
    with pytest.raises(TimedOut):
        await database.read(run("SELECT pg_sleep(5)"))
    assert await database.read(run("SELECT 1")) == [(1,)]
    await database.close()


async def test_write_past_its_limit_is_undone(postgres_database: str) -> None:
    database = PostgresDatabase(postgres_database, write_limit=0.2)
    await database.write(run("CREATE TABLE thing (id bigint)"))

    def endless() -> Work[None]:
        while True:
            yield Statement("INSERT INTO thing VALUES (1)")

    with pytest.raises(TimedOut):
        await database.write(endless)
    assert await database.read(run("SELECT count(*) FROM thing")) == [(0,)]
    await database.close()


async def test_write_that_fails_is_undone(database: PostgresDatabase) -> None:
    def work() -> Work[None]:
        yield Statement("INSERT INTO thing VALUES (1)")
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        await database.write(work)
    assert await database.read(run("SELECT count(*) FROM thing")) == [(0,)]


async def test_write_breaking_a_unique_constraint_is_told_to_the_work(database: PostgresDatabase) -> None:
    await database.write(run("INSERT INTO thing VALUES (1, 'a')"))
    told = []

    def work() -> Work[None]:
        try:
            yield Statement("INSERT INTO thing VALUES (2, 'a')")
        except UniqueViolated as violated:
            told.append((violated.table, violated.columns))
            raise KeyError("mine") from None

    with pytest.raises(KeyError):
        await database.write(work)
    assert told == [("thing", ("name",))]


@pytest.mark.parametrize("sql", ["INSERT INTO part VALUES (9)", "DELETE FROM thing"])
async def test_write_breaking_a_reference_is_told(database: PostgresDatabase, sql: str) -> None:
    await database.write(run("INSERT INTO thing VALUES (1)"))
    await database.write(run("INSERT INTO part VALUES (1)"))
    with pytest.raises(ReferenceViolated):
        await database.write(run(sql))


async def test_write_may_not_go_on_after_a_violation(database: PostgresDatabase) -> None:
    def work() -> Work[str]:
        yield Statement("INSERT INTO thing VALUES (1)")
        try:
            yield Statement("INSERT INTO thing VALUES (1)")
        except UniqueViolated:
            return "as if nothing had happened"
        return ""

    with pytest.raises(RuntimeError, match="went on"):
        await database.write(work)
    assert await database.read(run("SELECT count(*) FROM thing")) == [(0,)]


async def test_write_that_loses_a_deadlock_is_started_anew(database: PostgresDatabase) -> None:
    await database.write(run("INSERT INTO thing VALUES (1, 'a'), (2, 'b')"))

    def work(first: int, second: int) -> Callable[[], Work[None]]:
        def steps() -> Work[None]:
            yield Statement("UPDATE thing SET name = name || 'x' WHERE id = $1", [first])
            yield Statement("SELECT pg_sleep(0.05)")
            yield Statement("UPDATE thing SET name = name || 'x' WHERE id = $1", [second])

        return steps

    await asyncio.gather(database.write(work(1, 2)), database.write(work(2, 1)))
    assert await database.read(run("SELECT name FROM thing ORDER BY id")) == [("axx",), ("bxx",)]


async def test_write_after_a_migration_is_prepared_anew(database: PostgresDatabase) -> None:
    await database.write(run("INSERT INTO thing VALUES (1, 'a')"))
    everything = "UPDATE thing SET name = 'b' RETURNING *"
    assert await database.write(run(everything)) == [(1, "b")]
    await database.write(run("ALTER TABLE thing ADD COLUMN size int"))
    for _ in range(12):
        assert await database.write(run(everything)) == [(1, "b", None)]


async def test_write_whose_caller_is_gone_is_undone(database: PostgresDatabase) -> None:
    def work() -> Work[None]:
        yield Statement("INSERT INTO thing VALUES (1)")
        yield Statement("SELECT pg_sleep(5)")

    task = asyncio.create_task(database.write(work))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await database.read(run("SELECT count(*) FROM thing")) == [(0,)]


async def test_session_is_left_as_it_was(database: PostgresDatabase) -> None:
    state = (
        "SELECT (SELECT count(*) FROM pg_settings WHERE source = 'session'), "
        "(SELECT count(*) FROM pg_locks WHERE locktype = 'advisory')"
    )
    before = await database.read(run(state))
    await asyncio.gather(*(database.write(run("SELECT pg_advisory_xact_lock(1)")) for _ in range(20)))
    assert await database.read(run(state)) == before


async def test_more_callers_than_connections_all_get_their_turn(postgres_database: str) -> None:
    database = PostgresDatabase(postgres_database, connections=2)
    assert len(await asyncio.gather(*(database.read(run("SELECT 1")) for _ in range(50)))) == 50
    await database.close()


async def test_server_that_is_not_there_is_overload() -> None:
    database = PostgresDatabase(f"postgresql://postgres@127.0.0.1:{free_port()}/x", patience=2.0)
    with pytest.raises(Overloaded):
        await database.read(run("SELECT 1"))
    await database.close()


async def test_write_of_one_statement_is_a_transaction_by_itself(database: PostgresDatabase) -> None:
    told: list[str] = []

    def note(query: Any) -> None:
        told.append(query.query)

    def work(id: int, *, last: bool) -> Callable[[], Work[Any]]:
        def steps() -> Work[Any]:
            return (yield Statement("INSERT INTO thing VALUES ($1) RETURNING id", [id], last))

        return steps

    async with database._connections.one() as connection:
        with connection.query_logger(note):
            await database._attempt(connection, work(1, last=True)())
            with pytest.raises(UniqueViolated):
                await database._attempt(connection, work(1, last=True)())
            await asyncio.sleep(0)
            assert told == ["INSERT INTO thing VALUES ($1) RETURNING id"] * 2
            await database._attempt(connection, work(2, last=False)())
            await asyncio.sleep(0)
            assert told[2].startswith("BEGIN") and told[-1].startswith("COMMIT")
    assert await database.read(run("SELECT id FROM thing ORDER BY id")) == [(1,), (2,)]
