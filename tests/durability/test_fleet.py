"""The queue that processes share on PostgreSQL: who is told of a run, who takes it over, and what is left of it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import pytest

from app.engine import fleet as fleet_module
from app.engine.dispatch import Drive
from app.engine.fleet import Fleet
from app.resolvers.runs import start_action
from app.settings import SettingsError
from app.storage.postgres import PostgresDatabase
from app.storage.queue import Job, Member, Queue
from app.storage.queue_schema import SCHEMA, make_queue
from app.storage.work import Work
from tests.durability.desk import desk
from tests.end_to_end.databases import run_sql, scalar

JOBS = f"SELECT count(*) FROM {SCHEMA}.procrastinate_jobs"
CONNECTIONS = (
    "FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'actionql queue'"
)
SECONDS = 45.0
"""Less than passes between two looks at the queue that nothing has asked for."""


@pytest.fixture
async def url(postgres_database: str) -> str:
    """A database with the queue."""
    await make_queue(postgres_database)
    return postgres_database


async def defer(url: str, *runs: str) -> None:
    """Commits jobs."""
    queue, database = Queue(url), PostgresDatabase(url)

    def work() -> Work[None]:
        for run in runs:
            yield from queue.defer(run)

    try:
        await database.write(work)
    finally:
        await database.close()


@asynccontextmanager
async def serving(url: str, drive: Drive, at_once: int = 16, beat: float = 60.0) -> AsyncIterator[Fleet]:
    """A fleet's process that is told of jobs; by itself it looks only at its start and when it beats."""
    fleet = Fleet(Queue(url), at_once, every=60.0, beat=beat)
    task = asyncio.create_task(fleet.serve(drive, _nothing))
    try:
        await until(lambda: _is(url, f"SELECT count(*) > 0 {CONNECTIONS} AND query LIKE 'LISTEN%'"))
        yield fleet
    finally:
        await fleet.stop(0.0)
        await task


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    deadline = monotonic() + SECONDS
    while not await holds():
        assert monotonic() < deadline, "it took too long"
        await asyncio.sleep(0.02)


async def _is(url: str, sql: str) -> bool:
    return bool(await scalar(url, sql))


async def _nothing() -> None:
    pass


async def test_job_comes_with_its_transaction_or_not_at_all(url: str) -> None:
    driven = list[str]()

    async def drive(run: str) -> None:
        driven.append(run)

    queue, database = Queue(url), PostgresDatabase(url)

    def undone() -> Work[None]:
        yield from queue.defer("undone")
        raise ValueError("undone")

    async with serving(url, drive):
        with pytest.raises(ValueError, match="undone"):
            await database.write(undone)
        await database.write(lambda: queue.defer("done"))
        await until(lambda: _is(url, f"SELECT ({JOBS}) = 0"))
    await database.close()
    assert driven == ["done"]


async def test_two_processes_share_the_jobs_and_have_no_more_at_once_than_room(url: str) -> None:
    driven, now, most = Counter[str](), [0, 0], [0, 0]

    def driver(place: int) -> Drive:
        async def drive(run: str) -> None:
            driven[run] += 1
            now[place] += 1
            most[place] = max(most[place], now[place])
            await asyncio.sleep(0.02)
            now[place] -= 1

        return drive

    async with serving(url, driver(0), 3), serving(url, driver(1), 3):
        await defer(url, *map(str, range(40)))
        await until(lambda: _is(url, f"SELECT ({JOBS}) = 0"))
    assert driven == Counter(map(str, range(40)))
    assert most == [3, 3]


async def test_process_without_room_leaves_the_job_to_others(url: str) -> None:
    driven, go_on = list[str](), asyncio.Event()

    async def busy(run: str) -> None:
        driven.append(f"busy {run}")
        await go_on.wait()

    async def free(run: str) -> None:
        driven.append(f"free {run}")

    async with serving(url, busy, at_once=1) as first:
        first.begin("begun")
        first.notify("swept")
        await defer(url, "deferred")
        async with serving(url, free):
            await until(lambda: _is(url, f"SELECT ({JOBS}) = 0"))
        go_on.set()
    assert driven == ["busy begun", "free deferred"]


async def test_nothing_is_begun_before_what_waits_in_the_queue(url: str) -> None:
    driven, had_room, fleets = list[str](), list[bool](), list[Fleet]()

    async def drive(run: str) -> None:
        driven.append(run)
        while not fleets:
            await asyncio.sleep(0)
        asyncio.get_running_loop().call_soon(lambda: had_room.append(fleets[0].has_room))

    await defer(url, "a", "b", "c")
    async with serving(url, drive, at_once=1) as fleet:
        fleets.append(fleet)
        await until(_async(lambda: fleet.has_room))
    assert driven == ["a", "b", "c"]
    assert had_room == [False] * 3


async def test_jobs_are_taken_and_finished_several_at_once(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    exchanged = list[tuple[int, int]]()
    exchange = Member.exchange

    async def counted(self: Member, done: Sequence[Job], most: int) -> list[Job]:
        jobs = await exchange(self, done, most)
        exchanged.append((len(done), len(jobs)))
        return jobs

    async def drive(run: str) -> None:
        await asyncio.sleep(0.05)

    monkeypatch.setattr(Member, "exchange", counted)
    await defer(url, *map(str, range(30)))
    async with serving(url, drive, at_once=10):
        await until(lambda: _is(url, f"SELECT ({JOBS}) = 0"))
    assert [sum(counts) for counts in zip(*exchanged, strict=True)] == [30, 30]
    assert len(exchanged) < 30


async def test_job_that_others_have_finished_does_not_keep_its_neighbours(url: str) -> None:
    await defer(url, "a", "b")
    async with Queue(url).join(lambda: None) as member:
        first, second = await member.exchange([], 5)
        assert (first.run, second.run) == ("a", "b")
        assert await member.exchange([first], 5) == []
        assert await member.exchange([first, second], 5) == []
    assert await scalar(url, JOBS) == 0


async def test_process_told_to_stop_gives_its_jobs_back(url: str) -> None:
    driven = list[str]()

    async def hang(run: str) -> None:
        driven.append("hung")
        await asyncio.sleep(60)

    async def drive(run: str) -> None:
        driven.append(run)

    async with serving(url, hang):
        await defer(url, "a")
        await until(_async(lambda: driven == ["hung"]))
        assert await scalar(url, f"SELECT status::text FROM {SCHEMA}.procrastinate_jobs") == "doing"
    assert await scalar(url, f"SELECT status::text FROM {SCHEMA}.procrastinate_jobs") == "todo"
    assert await scalar(url, f"SELECT count(*) FROM {SCHEMA}.procrastinate_workers") == 0
    async with serving(url, drive):
        await until(lambda: _is(url, f"SELECT ({JOBS}) = 0"))
    assert driven == ["hung", "a"]


async def test_job_of_a_process_that_died_is_taken_over(url: str) -> None:
    driven = list[str]()

    async def drive(run: str) -> None:
        driven.append(run)

    await defer(url, "old", "new")
    insert = f"INSERT INTO {SCHEMA}.procrastinate_workers (last_heartbeat) VALUES "
    await run_sql(url, insert + "(now() - interval '31 seconds'), (now() - interval '20 seconds')")
    taken = "UPDATE procrastinate_jobs SET status = 'doing', worker_id = id"
    await run_sql(f"{url}?search_path={SCHEMA}", taken)
    async with serving(url, drive, beat=0.1):
        await until(lambda: _is(url, f"SELECT ({JOBS}) = 1"))
        await asyncio.sleep(0.3)
    assert driven == ["old"]


async def test_process_whose_connections_were_cut_joins_again(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    driven = list[str]()

    async def drive(run: str) -> None:
        driven.append(run)

    monkeypatch.setattr(fleet_module, "_AGAIN", 0.05)
    async with serving(url, drive, beat=0.1):
        assert await scalar(url, f"SELECT count(*) {CONNECTIONS}") == 2
        for run in ("a", "b"):
            await run_sql(url, f"SELECT pg_terminate_backend(pid) {CONNECTIONS}")
            await defer(url, run)
            await until(lambda: _is(url, f"SELECT ({JOBS}) = 0"))
        await until(lambda: _is(url, f"SELECT count(*) = 2 {CONNECTIONS}"))
    assert driven == ["a", "b"]


async def test_run_started_without_workers_is_driven_by_another_process(
    tmp_path: Path, postgres_database: str
) -> None:
    async with desk(tmp_path, postgres_database, driving=False) as web:
        started = await start_action(web.context, "Three", {"n": 1})
        assert await scalar(postgres_database, JOBS) == 1
        async with desk(tmp_path, postgres_database) as one:
            await one.until(started.id, "completed")
            await until(lambda: _is(postgres_database, f"SELECT ({JOBS}) = 0"))
            begun = await start_action(one.context, "Three", {"n": 1})
            assert await scalar(postgres_database, JOBS) == 0, "what is begun here needs no job"
            await one.until(begun.id, "completed")


async def test_queue_of_another_version_is_made_anew(url: str) -> None:
    await defer(url, "a")
    await make_queue(url)
    assert await scalar(url, JOBS) == 1
    await run_sql(url, f"COMMENT ON TABLE {SCHEMA}.procrastinate_jobs IS 'made by another'")
    await asyncio.gather(*(make_queue(url) for _ in range(3)))
    assert await scalar(url, JOBS) == 0
    await defer(url, "b")
    assert await scalar(url, JOBS) == 1


async def test_user_without_the_right_to_make_the_queue_is_told_what_to_grant(postgres_database: str) -> None:
    name = postgres_database.rpartition("/")[2]
    await run_sql(postgres_database, f'CREATE ROLE "{name}" LOGIN')
    theirs = postgres_database.replace("postgres@", f"{name}@")
    with pytest.raises(SettingsError, match=f"CREATE SCHEMA {SCHEMA} AUTHORIZATION {name};") as told:
        await make_queue(theirs)
    await run_sql(postgres_database, str(told.value).partition("do: ")[2])
    await make_queue(theirs)
    await defer(theirs, "a")
    await run_sql(theirs, f"COMMENT ON TABLE {SCHEMA}.procrastinate_jobs IS 'made by another'")
    await make_queue(theirs)
    await run_sql(postgres_database, f'DROP OWNED BY "{name}"')
    await run_sql(postgres_database, f'DROP ROLE "{name}"')


def test_what_talks_to_the_queue_is_loaded_where_it_is_used() -> None:
    loaded = (
        "import sys, app.serving, app.engine.fleet, app.storage.queue;"
        "print({'procrastinate', 'psycopg'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, check=True, text=True)
    assert done.stdout == "set()\n"


def _async(holds: Callable[[], bool]) -> Callable[[], Awaitable[bool]]:
    async def answer() -> bool:
        return holds()

    return answer
