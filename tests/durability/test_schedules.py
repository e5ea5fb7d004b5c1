"""Schedules over both databases: one run for each slot, whoever looks, whenever they were down."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest

from app.definition.load import Loaded
from app.engine.worker import Worker
from app.errors import NotFound
from app.resolvers.runs import run, runs
from tests.durability.desk import Desk, desk, loaded
from tests.durability.ledger import environment
from tests.durability.test_runs import CLERK, OPERATOR
from tests.end_to_end.databases import run_sql
from tests.support.server import running_server

DEFINITION = Path(__file__).parent / "schedules.yaml"
NIGHT = datetime(2026, 11, 22, 4, 59, 50, tzinfo=UTC)
"""Ten seconds before 6 o'clock in Zurich."""
STARTED = "SELECT key FROM actionql_repeat ORDER BY key"


@dataclass(slots=True)
class Clock:
    """A clock that goes on when it is told to."""

    now: datetime = NIGHT

    def __call__(self) -> datetime:
        return self.now

    def go(self, **by: float) -> None:
        """Puts it forward."""
        self.now += timedelta(**by)


def worker(one: Desk, clock: Clock) -> Worker:
    """A worker of this process that looks at its schedules when it is told to."""
    generation = one.context.generation
    applications = {generation.application.uuid.hex: generation.durable}
    return Worker(one.server.database, one.server.run_rows, one.server.dispatcher, applications, clock)


async def started(one: Desk) -> list[str]:
    """The slots that have runs, as `action day time`."""
    names = {action.uuid: action.name for action in one.context.generation.application.actions.values()}
    keys = [key.split(":", 2) for (key,) in await run_sql(one.database_url, STARTED)]
    told = {str(uuid): name for uuid, name in names.items()}
    return sorted(f"{told[uuid]} {slot}" for _, uuid, slot in keys)


def changed(folder: Path, old: str, new: str) -> Loaded:
    """The definition with one text replaced."""
    text = DEFINITION.read_text()
    assert old in text
    (folder / "changed.yaml").write_text(text.replace(old, new))
    return loaded(folder / "changed.yaml")


async def test_each_slot_starts_one_run_however_often_and_by_whomever_it_is_looked_at(
    tmp_path: Path, database_url: str
) -> None:
    clock, definition = Clock(), loaded(DEFINITION)
    async with (
        desk(tmp_path, database_url, definition, driving=False) as one,
        desk(tmp_path, database_url, definition, driving=False) as other,
    ):
        both = worker(one, clock), worker(other, clock)
        for seconds in (0, 10, 1, 30, 29, 1):
            clock.go(seconds=seconds)
            await asyncio.gather(*(each.tick() for each in both))
        again = worker(one, clock)
        await again.tick()
        assert await started(one) == [
            "Exactly 2026-11-22T05:00Z",
            "Often 2026-11-22T05:00Z",
            "Often 2026-11-22T05:01Z",
        ]


async def test_new_schedule_begins_now_and_not_before(tmp_path: Path, database_url: str) -> None:
    clock = Clock()
    clock.go(seconds=20)
    async with desk(tmp_path, database_url, loaded(DEFINITION), driving=False) as one:
        ticking = worker(one, clock)
        await ticking.tick()
        assert await started(one) == []
        clock.go(seconds=50)
        await ticking.tick()
        assert await started(one) == ["Often 2026-11-22T05:01Z"]


@pytest.mark.parametrize(
    ("down", "slots"),
    [
        (timedelta(hours=5), ["Often 2026-11-22T09:59Z"]),
        (timedelta(seconds=40), ["Exactly 2026-11-22T05:00Z", "Often 2026-11-22T05:00Z"]),
    ],
)
async def test_slots_missed_while_nobody_served_start_one_run_or_none(
    tmp_path: Path, database_url: str, down: timedelta, slots: list[str]
) -> None:
    clock = Clock()
    async with desk(tmp_path, database_url, loaded(DEFINITION), driving=False) as one:
        await worker(one, clock).tick()
    clock.now += down
    async with desk(tmp_path, database_url, loaded(DEFINITION), driving=False) as one:
        again = worker(one, clock)
        await again.tick()
        await again.tick()
        assert await started(one) == slots


async def test_changed_schedule_begins_anew(tmp_path: Path, database_url: str) -> None:
    clock = Clock()
    async with desk(tmp_path, database_url, loaded(DEFINITION), driving=False) as one:
        outdated = worker(one, clock)
        await outdated.tick()
        clock.go(hours=2)
        changes = changed(tmp_path, 'schedule: {cron: "* * * * *"}', 'schedule: {cron: "30 * * * *"}')
        async with desk(tmp_path, database_url, changes, driving=False) as other:
            newer = worker(other, clock)
            await newer.tick()
            assert await started(other) == []
            await outdated.tick()
            assert await started(other) == [], "a process with the earlier line started a run"
            clock.go(minutes=31)
            await newer.tick()
            assert await started(other) == ["Often 2026-11-22T07:30Z"]


async def test_removed_schedules_end(tmp_path: Path, database_url: str) -> None:
    clock = Clock()
    text = re.sub(r"    triggers: .*\n", "", DEFINITION.read_text())
    (tmp_path / "removed.yaml").write_text(text)
    async with desk(tmp_path, database_url, loaded(DEFINITION), driving=False) as one:
        outdated = worker(one, clock)
        await outdated.tick()
        async with desk(tmp_path, database_url, loaded(tmp_path / "removed.yaml"), driving=False) as other:
            await worker(other, clock).tick()
        clock.go(seconds=20)
        await outdated.tick()
        assert await started(one) == []
        assert await run_sql(database_url, "SELECT * FROM actionql_schedule") == []


async def test_slot_is_not_lost_when_its_run_cannot_be_started(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    async with desk(tmp_path, database_url, loaded(DEFINITION), driving=False) as one:
        ticking = worker(one, clock)
        await ticking.tick()
        clock.go(seconds=15)
        with monkeypatch.context() as broken:
            broken.setattr(one.server.run_rows, "insert", _refused)
            await ticking.tick()
        assert await started(one) == []
        await ticking.tick()
        assert await started(one) == ["Exactly 2026-11-22T05:00Z", "Often 2026-11-22T05:00Z"]


def _refused(*_: object) -> None:
    raise RuntimeError("no room")


async def test_run_of_the_clock_is_the_systems_and_seen_by_the_console_alone(
    tmp_path: Path, database_url: str
) -> None:
    clock = Clock()
    async with desk(tmp_path, database_url, loaded(DEFINITION), now=clock) as one:
        await _until(database_url, "SELECT count(*) FROM actionql_schedule", 2)
        clock.go(seconds=15)
        await _until(database_url, "SELECT count(*) FROM actionql_run WHERE state = 'completed'", 2)
        ended = {each.action: each for each in await runs(one.as_(OPERATOR))}
        assert ended.keys() == {"Often", "Exactly"}
        assert (await run(one.as_(OPERATOR), ended["Often"].id)).result == 3
        row = await one.row(ended["Often"].id, "principal", "door")
        assert row == {"principal": "system", "door": "schedule"}
        for other in (one.context, one.as_(CLERK)):
            assert await runs(other) == []
            with pytest.raises(NotFound):
                await run(other, ended["Often"].id)


async def test_two_servers_that_start_after_down_time_start_one_run(
    tmp_path: Path, database_url: str
) -> None:
    env, data = environment(database_url), tmp_path / "data"
    changed(tmp_path, '"* * * * *"', '"0 0 1 1 *"')
    definition = tmp_path / "changed.yaml"
    schedules = "SELECT count(*) FROM actionql_schedule"
    with running_server(definition, data=data, env=env):
        await _until(database_url, schedules, 2)
    long_ago = "'2020-01-01T00:00:00.000000+00:00'"
    await run_sql(database_url, f"UPDATE actionql_schedule SET slot = {long_ago}")
    moved = f"SELECT count(*) FROM actionql_schedule WHERE slot > {long_ago}"
    marks = "SELECT count(*) FROM schedules__mark WHERE door = 'schedule'"
    with running_server(definition, data=data, env=env), running_server(definition, data=data, env=env):
        await _until(database_url, moved, 2)
        await _until(database_url, marks, 1)
        await asyncio.sleep(1.5)
        assert await run_sql(database_url, marks) == [(1,)]


async def _until(database_url: str, sql: str, count: int) -> None:
    deadline = monotonic() + 60
    while await run_sql(database_url, sql) != [(count,)]:
        assert monotonic() < deadline, sql
        await asyncio.sleep(0.05)
