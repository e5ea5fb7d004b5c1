"""PostgreSQL's pool: snapshots, violations, lost races, limits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from app.errors import Overloaded, TimedOut
from app.storage.postgres import PostgresDatabase
from app.storage.work import Ahead, ReferenceViolated, Statement, UniqueViolated, Work
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


@asynccontextmanager
async def told(database: PostgresDatabase) -> AsyncIterator[list[str]]:
    """What goes to the server meanwhile: the first words of each."""
    queries: list[str] = []
    async with database._connections.one() as connection:
        connection.add_query_logger(lambda record: queries.append(record.query))
    yield queries
    await asyncio.sleep(0)
    queries[:] = [" ".join(query.split()[:3]) for query in queries]


NAMED = "INSERT INTO thing VALUES ($1, $2)"


def made(id: int, name: str) -> Statement:
    """A thing with this name, whose id is known before it is made."""
    ask = Statement("SELECT $1::bigint AS id", [id])
    ahead = Ahead(ask, lambda found: Statement(NAMED, [found, name]))
    return Statement(f"{NAMED} RETURNING id", [id, name], ahead=ahead)


def part_of(id: int) -> Statement:
    return Statement("INSERT INTO part VALUES ($1)", [id], later=True)


@pytest.mark.parametrize("last", [True, False])
async def test_write_of_one_statement_is_a_transaction_by_itself_if_it_is_the_last(
    database: PostgresDatabase, last: bool
) -> None:
    def work() -> Work[Any]:
        return (yield Statement("INSERT INTO thing VALUES (1) RETURNING id", (), last))

    async with told(database) as queries:
        await database.write(work)
        with pytest.raises(UniqueViolated):
            await database.write(work)
    each = ["INSERT INTO thing"] if last else ["BEGIN ISOLATION LEVEL", "INSERT INTO thing"]
    assert queries == (each * 2 if last else [*each, "COMMIT", *each, "ROLLBACK"])
    assert await database.read(run("SELECT id FROM thing")) == [(1,)]


async def test_write_of_what_can_wait_is_one_statement(database: PostgresDatabase) -> None:
    def work() -> Work[tuple[int, int]]:
        first = yield made(1, "a")
        second = yield made(2, "b")
        yield part_of(first[0][0])
        return first[0][0], second[0][0]

    async with told(database) as queries:
        assert await database.write(work) == (1, 2)
    assert queries == ["SELECT $1::bigint AS"] * 2 + ["WITH kept0 AS"]
    assert await database.read(run("SELECT id, name FROM thing ORDER BY id")) == [(1, "a"), (2, "b")]
    assert await database.read(run("SELECT thing FROM part")) == [(1,)]


async def test_what_waits_gets_its_numbers_in_order(database: PostgresDatabase) -> None:
    await database.write(run("CREATE TABLE entry (number bigserial, name text)"))

    def work() -> Work[None]:
        for name in "abc":
            yield made(ord(name), name)
            yield Statement("INSERT INTO entry (name) VALUES ($1)", [name], later=True)

    await database.write(work)
    assert await database.read(run("SELECT string_agg(name, '' ORDER BY number) FROM entry")) == [("abc",)]


async def test_write_sees_what_waited_and_asks_beforehand_no_more(database: PostgresDatabase) -> None:
    def work(id: int) -> Callable[[], Work[int]]:
        def steps() -> Work[int]:
            yield made(id, f"n{id}")
            count = yield Statement("SELECT count(*) FROM thing")
            yield part_of(id)
            yield Statement("UPDATE part SET thing = thing", (), later=True)
            return int(count[0][0])

        return steps

    ends = ["SELECT count(*) FROM", "WITH kept0 AS", "COMMIT"]
    async with told(database) as queries:
        assert await database.write(work(1)) == 1
        assert await database.write(work(2)) == 2
    begin, insert = "BEGIN ISOLATION LEVEL", "INSERT INTO thing"
    assert queries == ["SELECT $1::bigint AS", begin, insert, *ends, begin, insert, *ends]


async def test_violation_of_what_waited_is_told_where_the_work_yielded_it(database: PostgresDatabase) -> None:
    await database.write(run(NAMED, 1, "a"))
    seen: list[str] = []

    def work() -> Work[None]:
        try:
            yield made(2, "a")
        except UniqueViolated as violated:
            raise KeyError(violated.columns) from None
        seen.append("went on")
        yield part_of(2)

    with pytest.raises(KeyError, match="name"):
        await database.write(work)
    assert seen == ["went on"]
    assert await database.read(run("SELECT count(*) FROM thing")) == [(1,)]
    assert await database.read(run("SELECT count(*) FROM part")) == [(0,)]


async def test_work_that_fails_leaves_nothing_of_what_waited(database: PostgresDatabase) -> None:
    def work(reads: bool) -> Callable[[], Work[None]]:
        def steps() -> Work[None]:
            yield made(1, "a")
            yield part_of(1)
            if reads:
                yield Statement("SELECT 1")
            raise ValueError("mine")

        return steps

    for reads in (False, True):
        with pytest.raises(ValueError, match="mine"):
            await database.write(work(reads))
        assert await database.read(run("SELECT count(*) FROM thing")) == [(0,)]


async def test_write_of_more_than_can_wait_is_whole(database: PostgresDatabase) -> None:
    def work(last: int) -> Callable[[], Work[None]]:
        def steps() -> Work[None]:
            for id in range(1, 31):
                rows = yield made(id, f"n{id}")
                assert [tuple(row) for row in rows] == [(id,)]
                yield part_of(id if id < 30 else last)

        return steps

    with pytest.raises(ReferenceViolated):
        await database.write(work(99))
    assert await database.read(run("SELECT count(*) FROM thing")) == [(0,)]
    await database.write(work(30))
    assert await database.read(run("SELECT count(*), max(thing) FROM part")) == [(30, 30)]
    assert await database.read(run("SELECT count(*), max(id) FROM thing")) == [(30, 30)]


async def test_write_that_waits_too_long_at_its_end_is_undone(
    database: PostgresDatabase, postgres_database: str
) -> None:
    hasty = PostgresDatabase(postgres_database, write_limit=0.2)

    def holding() -> Work[None]:
        yield Statement("LOCK TABLE thing")
        yield Statement("SELECT pg_sleep(1)")

    def work() -> Work[None]:
        yield made(1, "a")

    holds = asyncio.create_task(database.write(holding))
    await asyncio.sleep(0.3)
    with pytest.raises(TimedOut):
        await hasty.write(work)
    await holds
    assert await hasty.read(run("SELECT count(*) FROM thing")) == [(0,)]
    await hasty.close()
