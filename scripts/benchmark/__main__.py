"""The command line of `scripts/bench`."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console

from scripts.benchmark.calls import SERVERS, WORKS
from scripts.benchmark.errors import BenchmarkError
from scripts.benchmark.load import generator
from scripts.benchmark.measure import Results, Schedule, measure
from scripts.benchmark.peers.report import peers_table, ratios_in_markdown
from scripts.benchmark.peers.subjects import OURS, PEER_WORKS, PEERS, installed, running_peers
from scripts.benchmark.processes import memory_mib
from scripts.benchmark.report import Growth, growth_table, summary_table, to_json, works_table
from scripts.benchmark.rows import Size
from scripts.benchmark.runs.compare import measure_runs, runs_json, runs_table
from scripts.benchmark.slow import measure_slow
from scripts.benchmark.start import measure_starts
from scripts.benchmark.subjects import running_subjects, working_folder
from scripts.benchmark.verify import verify, verify_closed

SIZES = (10_000, 100_000, 1_000_000)
WIDTH = 118
PEERS_WARM_UP = 3
"""Seconds: Node.js compiles while it runs."""

output = Console(width=WIDTH)
progress = Console(stderr=True)


def bench(
    seconds: Annotated[int, typer.Option(min=1, help="How long each work is measured on each server.")] = 12,
    connections: Annotated[int, typer.Option(min=1, help="Requests at the same time.")] = 32,
    work: Annotated[list[str] | None, typer.Option(help=f"Only this one of {', '.join(WORKS)}.")] = None,
    server: Annotated[list[str] | None, typer.Option(help=f"Only this one of {', '.join(SERVERS)}.")] = None,
    postgres: Annotated[bool, typer.Option("--postgres", help="On PostgreSQL instead of SQLite.")] = False,
    growth: Annotated[
        bool, typer.Option("--growth", help="get and list with 10,000, 100,000 and 1,000,000 rows, too.")
    ] = False,
    runs: Annotated[
        bool, typer.Option("--runs", help="Durable runs instead, on SQLite and PostgreSQL.")
    ] = False,
    peers: Annotated[
        bool,
        typer.Option("--peers", help=f"Beside {', '.join(PEERS)} instead, on PostgreSQL."),
    ] = False,
    json: Annotated[Path | None, typer.Option(help="Write the figures to this file.")] = None,
) -> None:
    """Measures works on this server, on hand-written SQL behind Starlette and on plain Strawberry with SQLModel."""
    if runs:
        _write(json, _measure_runs(seconds, connections))
        return
    if peers:
        _write(json, to_json(_measure_peers(work, server, seconds, connections)))
        return
    works, names = _chosen(work, WORKS), _chosen(server, SERVERS)
    database = "PostgreSQL" if postgres else "SQLite"
    title = f"{database}, {connections} connections, load by {generator().name}; medians"
    results = _measure_works(works, names, Schedule(seconds, connections, Size().products), postgres, title)
    grown = _measure_growth(names, seconds, connections, postgres) if growth else None
    if grown is not None:
        output.print(growth_table(grown))
    _write(json, to_json(results, grown))


def main() -> None:
    """Runs the command; a benchmark that cannot be believed ends with status 1."""
    try:
        typer.run(bench)
    except BenchmarkError as error:
        progress.print(f"[red]{type(error).__name__}[/red]")
        print(error, file=sys.stderr)
        sys.exit(1)


def _write(file: Path | None, told: Mapping[str, Any]) -> None:
    if file is not None:
        file.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2) + b"\n")


def _measure_runs(seconds: int, at_once: int) -> Mapping[str, Any]:
    with progress.status("starting") as status:
        measured = measure_runs(seconds, at_once, status.update)
    output.print(runs_table(measured, at_once))
    return runs_json(measured)


def _measure_works(
    works: Sequence[str], names: Sequence[str], schedule: Schedule, postgres: bool, title: str
) -> Results:
    size = Size(schedule.products)
    with working_folder() as folder, progress.status("starting") as status:
        starts = measure_starts(folder) if "actionql" in names else None
        with running_subjects(names, size, folder, postgres=postgres) as subjects:
            verify(subjects, works, size)
            results = measure(subjects, works, schedule, generator(), status.update)
            memory = {one.name: memory_mib([one.server.pid]) for one in subjects}
            status.update("get beside a slow query")
            ours = next((one for one in subjects if one.name == "actionql"), None)
            beside = measure_slow(ours, schedule, generator()) if ours else None
    output.print(works_table(results, title))
    output.print(summary_table(memory, starts, beside))
    return results


def _measure_peers(
    work: Sequence[str] | None, server: Sequence[str] | None, seconds: int, connections: int
) -> Results:
    works, names = _chosen(work, PEER_WORKS), _chosen(server, installed())
    size = Size()
    with (
        working_folder() as folder,
        progress.status("starting") as status,
        running_peers(names, size, folder) as subjects,
    ):
        verify(subjects, works, size)
        verify_closed(subjects, works[0])
        schedule = Schedule(seconds, connections, size.products, PEERS_WARM_UP)
        results = measure(subjects, works, schedule, generator(), status.update)
    output.print(
        peers_table(results, f"PostgreSQL, {connections} connections, load by {generator().name}; medians")
    )
    if OURS in names and len(names) > 1:
        output.print(ratios_in_markdown(results), markup=False)
    return results


def _measure_growth(names: Sequence[str], seconds: int, connections: int, postgres: bool) -> Growth:
    works, compared = ("get", "list"), [name for name in names if name != "plain"]
    growth = {}
    for products in SIZES:
        size = Size(products, comments=0)
        with (
            working_folder() as folder,
            progress.status(f"{products:,} rows") as status,
            running_subjects(compared, size, folder, postgres=postgres) as subjects,
        ):
            verify(subjects, works, size)
            schedule = Schedule(seconds, connections, products)
            growth[products] = measure(subjects, works, schedule, generator(), status.update)
    return growth


def _chosen(asked: Sequence[str] | None, known: Sequence[str]) -> tuple[str, ...]:
    for name in asked or ():
        if name not in known:
            raise BenchmarkError(f"{name}: there is only {', '.join(known)}")
    return tuple(name for name in known if not asked or name in asked)


if __name__ == "__main__":
    main()
