"""Our engine against the floor, one after the other, each time on a database of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, astuple
from statistics import median
from typing import Any

import orjson
from rich.table import Table

from scripts.benchmark.cluster import running_cluster
from scripts.benchmark.errors import BenchmarkError
from scripts.benchmark.runs.figures import RunFigures
from scripts.benchmark.servers import ROOT
from scripts.benchmark.subjects import working_folder

ROUNDS = 3
DATABASES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
PROGRAMS = ("floor", "engine")
GOALS = {"sqlite": "500, or 0.6 of the floor", "postgresql": "200"}
LABELS = {
    ("floor", "runs"): "floor: runs, started and completed",
    ("engine", "runs"): "actionql: runs, started and completed",
    ("engine", "alone"): "actionql: callers who wait",
    ("engine", "beside"): "actionql: callers who wait, beside 100 runs a second",
}

Measured = Mapping[str, Mapping[str, Mapping[str, RunFigures]]]
"""By database, program and what it did."""


def measure_runs(seconds: int, at_once: int, tell: Callable[[str], None] = lambda _: None) -> Measured:
    """Medians over the rounds on both databases. Raises `BenchmarkError` where a run is not completed."""
    found: dict[str, dict[str, list[dict[str, RunFigures]]]] = {
        database: {program: [] for program in PROGRAMS} for database in DATABASES
    }
    each = max(1.0, seconds / ROUNDS)
    with ExitStack() as stack:
        folder = stack.enter_context(working_folder())
        cluster = stack.enter_context(running_cluster(folder / "postgres"))
        for turn in range(ROUNDS):
            for database in DATABASES:
                for program in PROGRAMS:
                    tell(f"{DATABASES[database]}: {program}")
                    name = f"{program}{turn}"
                    url = f"sqlite:///{folder / name}" if database == "sqlite" else cluster.create(name)
                    found[database][program].append(_run(program, url, each, at_once))
    return {
        database: {program: _medians(rounds) for program, rounds in programs.items()}
        for database, programs in found.items()
    }


def runs_table(measured: Measured, at_once: int) -> Table:
    """Every figure, and how our engine stands to the floor."""
    table = Table(title=f"durable runs of three steps, {at_once} at once; medians")
    table.add_column("database")
    table.add_column("what")
    for name in ("a second", "p50 ms", "p95 ms", "ratio", "goal"):
        table.add_column(name, justify="right")
    for database, programs in measured.items():
        for (program, what), label in LABELS.items():
            figures = programs[program][what]
            numbers = (f"{figures.per_second:,.0f}", f"{figures.p50_ms:.1f}", f"{figures.p95_ms:.1f}")
            ratio, goal = _stands(database, what, programs) if program == "engine" else ("", "")
            first, last = (program, what) == ("floor", "runs"), what == "beside"
            table.add_row(
                DATABASES[database] if first else "", label, *numbers, ratio, goal, end_section=last
            )
    return table


def runs_json(measured: Measured) -> dict[str, Any]:
    """`{"runs": {database: {program: {what: figures}}}}`."""
    return {
        "runs": {
            database: {
                program: {what: asdict(figures) for what, figures in each.items()}
                for program, each in programs.items()
            }
            for database, programs in measured.items()
        }
    }


def _stands(database: str, what: str, programs: Mapping[str, Mapping[str, RunFigures]]) -> tuple[str, str]:
    ours = programs["engine"]
    if what == "runs":
        share = ours["runs"].per_second / programs["floor"]["runs"].per_second
        return f"{share:.2f} of the floor", GOALS[database]
    if what == "beside":
        return f"p95 {ours['beside'].p95_ms / ours['alone'].p95_ms:.2f} of alone", "p95 2 of alone"
    return "", ""


def _run(program: str, url: str, seconds: float, at_once: int) -> dict[str, RunFigures]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ACTIONQL_", "DATABASE_URL"))
    }
    ended = subprocess.run(  # noqa: S603 - our own programs
        [sys.executable, "-m", f"scripts.benchmark.runs.{program}", url, str(seconds), str(at_once)],
        cwd=ROOT,
        env={**kept, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60 + 10 * seconds,
        check=False,
    )
    if ended.returncode:
        raise BenchmarkError(f"{program} failed:\n{ended.stderr[-3000:]}")
    told = orjson.loads(ended.stdout.splitlines()[-1])
    return {what: RunFigures(**figures) for what, figures in told.items()}


def _medians(rounds: list[dict[str, RunFigures]]) -> dict[str, RunFigures]:
    return {
        what: RunFigures(
            *(median(values) for values in zip(*(astuple(one[what]) for one in rounds), strict=True))
        )
        for what in rounds[0]
    }
