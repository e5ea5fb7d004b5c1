"""The benchmark of runs: its figures, and that the floor and our engine do the same."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from scripts.benchmark.runs import floor
from scripts.benchmark.runs.compare import runs_json, runs_table
from scripts.benchmark.runs.engine import running_engine
from scripts.benchmark.runs.figures import STEPS, RunFigures, measure_loop, percentile
from tests.end_to_end.databases import run_sql


async def test_floor_and_engine_leave_the_same(tmp_path: Path, database_url: str) -> None:
    async with running_engine(database_url, tmp_path / "data") as engine:
        await asyncio.gather(*map(engine.durable, range(3)))
        assert await engine.unfinished() == 0
    marks = "SELECT step, n FROM runs__mark ORDER BY n, id"
    assert await run_sql(database_url, marks) == [(step, n) for n in range(3) for step in STEPS]


async def test_floor_completes_every_run(tmp_path: Path, database_url: str) -> None:
    if database_url.startswith("postgresql"):
        figures = await floor.on_postgres(database_url, 0.2, 2)
    else:
        figures = await floor.on_sqlite(database_url.removeprefix("sqlite:///"), 0.2)
    assert figures.per_second > 0
    ((runs,),) = await run_sql(database_url, "SELECT count(*) FROM run WHERE state = 'completed'")
    ((all_runs, marks),) = await run_sql(
        database_url, "SELECT (SELECT count(*) FROM run), (SELECT count(*) FROM mark)"
    )
    assert (runs, marks) == (all_runs, 3 * runs)


async def test_loop_counts_what_is_completed() -> None:
    done: list[int] = []

    async def perform(number: int) -> None:
        await asyncio.sleep(0.01)
        done.append(number)

    figures = await measure_loop(perform, 0.1, 4)
    assert len(set(done)) == len(done)
    assert 10 <= figures.p50_ms <= figures.p95_ms
    assert figures.per_second <= 400


def test_percentile() -> None:
    assert percentile([0.003, 0.001, 0.002], 0.5) == 2
    assert percentile([0.001] * 94 + [0.5] * 6, 0.95) == 500


def test_report_tells_the_share_of_the_floor() -> None:
    floor_runs, ours = RunFigures(100, 1, 2), RunFigures(150, 3, 4)
    callers, beside = RunFigures(500, 1, 10), RunFigures(400, 1, 15)
    programs = {"floor": {"runs": floor_runs}, "engine": {"runs": ours, "alone": callers, "beside": beside}}
    measured = {"sqlite": programs, "postgresql": programs}
    told = runs_json(measured)["runs"]["sqlite"]
    assert told["engine"]["runs"] == {"per_second": 150, "p50_ms": 3, "p95_ms": 4}
    cells = [list(column.cells) for column in runs_table(measured, 8).columns]
    assert cells[5][:4] == ["", "1.50 of the floor", "", "p95 1.50 of alone"]


@pytest.mark.parametrize("text", ["$1", "$2", "$3"])
def test_floor_has_the_placeholders_of_each_driver(text: str) -> None:
    assert text in floor.INSERT
    assert text not in floor._marks(floor.INSERT)
