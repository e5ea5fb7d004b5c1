"""The results as tables for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rich.table import Table

from scripts.benchmark.calls import BY_REST
from scripts.benchmark.measure import Figures, Results
from scripts.benchmark.slow import Beside
from scripts.benchmark.start import MODELS, Starts

CPU_GOALS: Mapping[str, float] = {"list": 1.6, "nested": 1.6, "get": 2.5, "create": 2.5, "action": 2.5}
"""How many times the floor's CPU time our server may use at most."""
SPEED_GOALS: Mapping[str, int] = {"list": 40, "nested": 40, "get": 40, "create": 30, "action": 30}
"""How many times the plain server's requests ours should answer at least."""
REST_GOAL = 1.2
"""How many times the CPU time of the same by GraphQL a work of the REST door may use."""
GROWTH_GOAL = 1.3
MEMORY_GOAL = 120
START_GOAL = 1.5

Growth = Mapping[int, Results]
"""By the number of rows."""


BESIDE_GOAL = 50


def to_json(results: Results, growth: Growth | None = None) -> dict[str, Any]:
    """`{"works": {work: {server: figures}}}`, and `growth` by the number of rows where it was measured."""
    told: dict[str, Any] = {"works": _plain(results)}
    if growth is not None:
        told["growth"] = {str(rows): _plain(each) for rows, each in growth.items()}
    return told


def works_table(results: Results, title: str) -> Table:
    """Every figure, and how our server stands to the other two."""
    table = Table(title=title)
    for name in ("work", "server"):
        table.add_column(name)
    for name in ("CPU ms", "requests/s", "p50 ms", "p99 ms", "CPU / floor", "requests / plain"):
        table.add_column(name, justify="right")
    for work, servers in results.items():
        for place, (name, figures) in enumerate(servers.items()):
            ratios = _ratios(work, servers) if name == "actionql" else ("", "")
            if work in BY_REST and BY_REST[work] in results:
                ratios = (_beside(figures, results[BY_REST[work]]["actionql"]), "")
            last = place == len(servers) - 1
            table.add_row("" if place else work, name, *numbers(figures), *ratios, end_section=last)
    return table


def growth_table(growth: Growth) -> Table:
    """What our server and the floor need as their tables grow."""
    table = Table(title=f"growth (CPU at most {GROWTH_GOAL} times that of the smallest, for get)")
    for name in ("work", "server"):
        table.add_column(name)
    for name in ("rows", "CPU ms", "requests/s", "p50 ms", "p99 ms", "CPU / smallest"):
        table.add_column(name, justify="right")
    smallest = growth[min(growth)]
    for work, servers in smallest.items():
        for name, least in servers.items():
            for rows, results in growth.items():
                figures = results[work][name]
                times = ratio(figures.cpu_ms, least.cpu_ms)
                table.add_row(
                    work, name, f"{rows:,}", *numbers(figures), times, end_section=rows == max(growth)
                )
    return table


def summary_table(memory: Mapping[str, float], starts: Starts | None, beside: Beside | None = None) -> Table:
    """Memory after the runs, times to the first answer, and what a slow query does to others."""
    table = Table("what", "measured", "goal", title="memory, start and slow queries")
    for name, mib in memory.items():
        goal = f"{MEMORY_GOAL} MiB" if name == "actionql" else ""
        table.add_row(f"{name}: memory after the runs", f"{mib:.0f} MiB", goal)
    if starts is not None:
        what = f"actionql: start to first answer with {MODELS} models"
        table.add_row(f"{what}, their tables to be made", f"{starts.first:.2f} s", f"{START_GOAL} s")
        table.add_row(f"{what}, their tables there", f"{starts.again:.2f} s", f"{START_GOAL} s")
    if beside is not None:
        what = f"actionql: p99 of get beside a query that takes {beside.slow_ms:,.0f} ms"
        table.add_row("actionql: p99 of get alone", f"{beside.alone_ms:.1f} ms", "")
        table.add_row(what, f"{beside.beside_ms:.1f} ms", f"{BESIDE_GOAL} ms")
    return table


def _ratios(work: str, servers: Mapping[str, Figures]) -> tuple[str, str]:
    ours, floor, plain = (servers.get(name) for name in ("actionql", "floor", "plain"))
    cpu = speed = ""
    if ours and floor:
        cpu = f"{ratio(ours.cpu_ms, floor.cpu_ms)} (goal {CPU_GOALS[work]})"
    if ours and plain:
        speed = f"{ratio(ours.rps, plain.rps)} (goal {SPEED_GOALS[work]})"
    return cpu, speed


def _beside(rest: Figures, graphql: Figures) -> str:
    return f"{ratio(rest.cpu_ms, graphql.cpu_ms)} of GraphQL (goal {REST_GOAL})"


def ratio(one: float, other: float) -> str:
    """How many times the other the one is."""
    return f"{one / other:.2f}" if other else "-"


def numbers(figures: Figures) -> tuple[str, str, str, str]:
    """The cells of CPU time, requests and latencies."""
    return (
        f"{figures.cpu_ms:.3f}",
        f"{figures.rps:,.0f}",
        f"{figures.p50_ms:.2f}",
        f"{figures.p99_ms:.2f}",
    )


def _plain(results: Results) -> dict[str, Any]:
    return {
        work: {
            name: {key: round(value, 4) for key, value in asdict(figures).items()}
            for name, figures in servers.items()
        }
        for work, servers in results.items()
    }
