"""SQLite's lanes: short reads, long reads, and the writer."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app.errors import Overloaded, TimedOut
from app.storage.sqlite import SqliteDatabase
from app.storage.work import ReferenceViolated, Statement, UniqueViolated, Work

COUNT_TO = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT ?) SELECT max(i) FROM n"
PATIENCE = 30.0
"""Seconds within which a read ends that would take minutes."""


def run(sql: str, *parameters: Any) -> Callable[[], Work[list[tuple[Any, ...]]]]:
    """A work of one statement that returns its rows."""

    def work() -> Work[list[tuple[Any, ...]]]:
        rows = yield Statement(sql, parameters)
        return [tuple(row) for row in rows]

    return work


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    opened = SqliteDatabase(tmp_path / "x.sqlite", read_limit=20.0, write_limit=5.0)
    await opened.write(run("CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT UNIQUE)"))
    await opened.write(run("CREATE TABLE part (id INTEGER PRIMARY KEY, thing INTEGER REFERENCES thing)"))
    yield opened
    await opened.close()


async def names(database: SqliteDatabase) -> list[str]:
    return [name for (name,) in await database.read(run("SELECT name FROM thing ORDER BY id"))]


async def settings_of(
    database: SqliteDatabase, ask: Callable[[Callable[[], Work[Any]]], Any], names: Sequence[str]
) -> list[Any]:
    return [(await ask(run(f"PRAGMA {name}")))[0][0] for name in names]


async def test_write_is_durable_and_checks_references(database: SqliteDatabase) -> None:
    found = await settings_of(database, database.write, ["journal_mode", "synchronous", "foreign_keys"])
    assert found == ["wal", 2, 1]


async def test_read_connection_cannot_write(database: SqliteDatabase) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await database.read(run("INSERT INTO thing(name) VALUES ('a')"))


async def test_read_sees_what_was_written(database: SqliteDatabase) -> None:
    await database.write(run("INSERT INTO thing(name) VALUES ('a')"))
    assert await names(database) == ["a"]


async def test_what_was_submitted_just_before_the_close_is_written(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "x.sqlite")
    await database.write(run("CREATE TABLE thing (name TEXT)"))
    written = [asyncio.create_task(database.write(run("INSERT INTO thing VALUES ('a')"))) for _ in range(3)]
    await asyncio.sleep(0)
    await database.close()
    await asyncio.wait_for(asyncio.gather(*written), 20)
    with closing(sqlite3.connect(tmp_path / "x.sqlite")) as again:
        assert again.execute("SELECT count(*) FROM thing").fetchone() == (3,)


async def version_now(database: SqliteDatabase) -> int | None:
    """The version that a task finds which begins now."""
    await asyncio.sleep(0)
    return database.version()


def test_version_of_one_loop_is_not_taken_for_that_of_the_next(tmp_path: Path) -> None:
    opened = SqliteDatabase(tmp_path / "x.sqlite")

    async def asked() -> int | None:
        return opened.version()

    before = asyncio.run(asked())
    with closing(sqlite3.connect(tmp_path / "x.sqlite", isolation_level=None)) as other:
        other.execute("CREATE TABLE thing (name TEXT)")
    assert asyncio.run(asked()) != before
    asyncio.run(opened.close())


async def test_version_changes_with_every_commit_and_with_nothing_else(database: SqliteDatabase) -> None:
    versions = [database.version()]
    await database.write(run("INSERT INTO thing(name) VALUES ('a')"))
    versions.append(database.version())
    path = (await database.read(run("PRAGMA database_list")))[0][2]
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("INSERT INTO thing(name) VALUES ('b')")
        assert await version_now(database) not in versions
        versions.append(database.version())
        other.execute("BEGIN")
        other.execute("INSERT INTO thing(name) VALUES ('c')")
        assert await names(database) == ["a", "b"]
        assert await version_now(database) == versions[-1]
        other.execute("COMMIT")
        versions.append(await version_now(database))
    assert len(set(versions)) == 4
    assert None not in versions


async def test_read_of_several_statements_is_one_snapshot(database: SqliteDatabase) -> None:
    await database.write(run("INSERT INTO thing(name) VALUES ('a')"))
    path = (await database.read(run("PRAGMA database_list")))[0][2]
    other = sqlite3.connect(path, isolation_level=None)
    runs = []

    def work() -> Work[tuple[int, int]]:
        runs.append(1)
        first = yield Statement("SELECT count(*) FROM thing")
        if len(runs) > 1:
            other.execute("INSERT INTO thing(name) VALUES ('b')")
        second = yield Statement("SELECT count(*) FROM thing -- again")
        return first[0][0], second[0][0]

    assert await database.read(work) == (1, 1)
    other.close()
    assert len(await names(database)) == 2


async def test_read_without_statements_returns(database: SqliteDatabase) -> None:
    def work() -> Work[int]:
        return 5
        yield

    assert await database.read(work) == 5


async def test_read_that_is_long_leaves_the_loop_and_is_remembered(database: SqliteDatabase) -> None:
    threads = []

    def work() -> Work[int]:
        threads.append(threading.current_thread() is threading.main_thread())
        return int((yield Statement(COUNT_TO, [300_000]))[0][0])

    assert await database.read(work) == 300_000
    assert threads == [True, False]
    assert await database.read(work) == 300_000
    assert threads == [True, False, True, False]


async def test_read_that_has_become_short_comes_back_to_the_loop(database: SqliteDatabase) -> None:
    await database.read(run(COUNT_TO, 300_000))
    threads = []

    def short() -> Work[None]:
        threads.append(threading.current_thread() is threading.main_thread())
        yield Statement(COUNT_TO, [3])

    for _ in range(2):
        await database.read(short)
    # The first call looks at its statement on the loop, and runs it in the thread.
    assert threads == [True, False, True]


async def test_read_that_is_long_lets_others_pass(database: SqliteDatabase) -> None:
    long = asyncio.create_task(database.read(run(COUNT_TO, 3_000_000)))
    await asyncio.sleep(0.01)
    for _ in range(20):
        await database.read(run("SELECT 1"))
    assert not long.done()
    assert await long == [(3_000_000,)]


async def test_read_that_is_late_at_its_end_leaves_no_transaction_behind(tmp_path: Path) -> None:
    """SQLite looks at the clock in BEGIN and ROLLBACK, too, once in hundreds of times."""
    database = SqliteDatabase(tmp_path / "x.sqlite", read_budget=0.0)

    def both(number: int) -> Callable[[], Work[int]]:
        def work() -> Work[int]:
            first = yield Statement(f"SELECT {number}")
            second = yield Statement("SELECT 1")
            return int(first[0][0] + second[0][0])

        return work

    for number in range(1500):
        assert await database.read(both(number)) == number + 1
        assert not database._short.sqlite.in_transaction
    await database.close()


async def test_read_past_its_limit_times_out(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "y.sqlite", read_limit=0.05)
    with pytest.raises(TimedOut):
        await database.read(run(COUNT_TO, 10**9))
    assert await database.read(run("SELECT 1")) == [(1,)]
    await database.close()


async def test_read_whose_caller_is_gone_is_stopped(database: SqliteDatabase) -> None:
    task = asyncio.create_task(database.read(run(COUNT_TO, 10**9)))
    await asyncio.sleep(0.05)
    task.cancel()
    started = time.monotonic()
    assert await database.read(run(COUNT_TO, 300_000)) == [(300_000,)]
    assert time.monotonic() - started < PATIENCE


async def test_read_of_a_hostile_pattern_times_out(database: SqliteDatabase) -> None:
    text = "".join(random.Random(1).choices("ab", k=400_000))
    await database.write(run("INSERT INTO thing(name) VALUES (?)", text))
    hostile = "(a|b)*a(a|b){200}c(a|b)*a(a|b){200}c"
    started = time.monotonic()
    with pytest.raises(TimedOut):
        await database.read(run("SELECT count(*) FROM thing WHERE name REGEXP ?", hostile))
    assert time.monotonic() - started < PATIENCE


async def test_write_returns_what_the_work_returns(database: SqliteDatabase) -> None:
    assert await database.write(run("INSERT INTO thing(name) VALUES ('a') RETURNING id, name")) == [(1, "a")]


async def test_write_of_many_at_once_undoes_only_what_fails(database: SqliteDatabase) -> None:
    def work(number: int) -> Callable[[], Work[int]]:
        def steps() -> Work[int]:
            yield Statement("INSERT INTO thing(name) VALUES (?)", [f"n{number}"])
            if number % 3 == 0:
                raise ValueError(number)
            yield Statement("INSERT INTO part(thing) SELECT id FROM thing WHERE name = ?", [f"n{number}"])
            return number

        return steps

    done = await asyncio.gather(*(database.write(work(n)) for n in range(200)), return_exceptions=True)
    assert [n for n, result in enumerate(done) if isinstance(result, ValueError)] == list(range(0, 200, 3))
    assert await names(database) == [f"n{n}" for n in range(200) if n % 3]
    assert await database.read(run("SELECT count(*) FROM part")) == [(133,)]


async def test_write_of_many_at_once_shares_commits(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "y.sqlite")
    await database.write(run("CREATE TABLE thing (id INTEGER PRIMARY KEY)"))
    commits = []
    database._writer._connection.sqlite.set_trace_callback(
        lambda sql: commits.append(sql) if sql == "COMMIT" else None
    )
    await asyncio.gather(*(database.write(run("INSERT INTO thing DEFAULT VALUES")) for _ in range(100)))
    assert len(commits) < 50
    await database.close()


async def test_write_breaking_a_unique_constraint_is_told_to_the_work(database: SqliteDatabase) -> None:
    await database.write(run("INSERT INTO thing(name) VALUES ('a')"))
    told = []

    def work() -> Work[None]:
        try:
            yield Statement("INSERT INTO thing(name) VALUES ('a')")
        except UniqueViolated as violated:
            told.append((violated.table, violated.columns))
            raise KeyError("mine") from None

    with pytest.raises(KeyError):
        await database.write(work)
    assert told == [("thing", ("name",))]


@pytest.mark.parametrize("sql", ["INSERT INTO part(thing) VALUES (9)", "DELETE FROM thing"])
async def test_write_breaking_a_reference_is_told(database: SqliteDatabase, sql: str) -> None:
    await database.write(run("INSERT INTO thing(name) VALUES ('a')"))
    await database.write(run("INSERT INTO part(thing) VALUES (1)"))
    with pytest.raises(ReferenceViolated):
        await database.write(run(sql))


async def test_write_may_not_go_on_after_a_violation(database: SqliteDatabase) -> None:
    def work() -> Work[None]:
        for _ in range(2):
            try:
                yield Statement("INSERT INTO thing(id) VALUES (1)")
            except UniqueViolated:
                continue

    with pytest.raises(RuntimeError, match="went on"):
        await database.write(work)
    assert await names(database) == []


async def test_write_that_takes_too_long_is_undone_and_others_are_not(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "y.sqlite", write_limit=0.2)
    await database.write(run("CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT)"))

    def endless() -> Work[None]:
        while True:
            yield Statement("INSERT INTO thing(name) VALUES ('endless')")

    fill = f"INSERT INTO thing(name) {COUNT_TO}"
    works = [run("INSERT INTO thing(name) VALUES ('a')"), run(fill, 10**9), endless]
    works += [run("INSERT INTO thing(name) VALUES ('b')")]
    done = await asyncio.gather(*(database.write(work) for work in works), return_exceptions=True)
    assert [type(each) for each in done] == [list, TimedOut, TimedOut, list]
    assert await database.read(run("SELECT name FROM thing ORDER BY name")) == [("a",), ("b",)]
    await database.close()


async def test_write_whose_commit_fails_fails_for_the_whole_batch(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "y.sqlite")
    await database.write(run("CREATE TABLE thing (id INTEGER PRIMARY KEY)"))
    deferred = "CREATE TABLE part (thing INTEGER REFERENCES thing DEFERRABLE INITIALLY DEFERRED)"
    await database.write(run(deferred))
    works = [run("INSERT INTO thing(id) VALUES (1)"), run("INSERT INTO part VALUES (99)")]
    hold = asyncio.gather(*(database.write(work) for work in works), return_exceptions=True)
    failed = [each for each in await hold if isinstance(each, Exception)]
    assert failed
    rows = await database.read(run("SELECT (SELECT count(*) FROM thing), (SELECT count(*) FROM part)"))
    assert rows == [(2 - len(failed), 0)]
    await database.close()


async def test_write_cancelled_before_it_begins_is_not_run(database: SqliteDatabase) -> None:
    release = threading.Event()

    def slow() -> Work[None]:
        yield Statement("SELECT 1")
        release.wait(5)

    first = asyncio.create_task(database.write(slow))
    await asyncio.sleep(0.05)
    second = asyncio.create_task(database.write(run("INSERT INTO thing(name) VALUES ('a')")))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.sleep(0)
    release.set()
    await first
    await database.write(run("INSERT INTO thing(name) VALUES ('b')"))
    assert await names(database) == ["b"]


async def test_write_waits_while_another_process_writes(database: SqliteDatabase) -> None:
    path = (await database.read(run("PRAGMA database_list")))[0][2]
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO thing(name) VALUES ('theirs')")
    ours = asyncio.create_task(database.write(run("INSERT INTO thing(name) VALUES ('ours')")))
    await asyncio.sleep(0.2)
    assert not ours.done()
    other.execute("COMMIT")
    other.close()
    await ours
    assert await names(database) == ["theirs", "ours"]


async def test_write_that_never_gets_the_lock_is_refused(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "y.sqlite", read_limit=0.1)
    await database.write(run("CREATE TABLE thing (id INTEGER PRIMARY KEY)"))
    other = sqlite3.connect(tmp_path / "y.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Overloaded):
        await database.write(run("INSERT INTO thing DEFAULT VALUES"))
    other.execute("ROLLBACK")
    other.close()
    await database.write(run("INSERT INTO thing DEFAULT VALUES"))
    await database.close()


async def test_close_finishes_what_is_queued_and_refuses_more(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "y.sqlite")
    await database.write(run("CREATE TABLE thing (id INTEGER PRIMARY KEY)"))
    writes = [
        asyncio.create_task(database.write(run("INSERT INTO thing DEFAULT VALUES"))) for _ in range(150)
    ]
    await asyncio.sleep(0)
    await database.close()
    assert len(await asyncio.gather(*writes)) == 150
    with pytest.raises(Overloaded):
        await database.write(run("SELECT 1"))
    check = sqlite3.connect(tmp_path / "y.sqlite")
    assert check.execute("SELECT count(*) FROM thing").fetchone() == (150,)
    check.close()
