"""How results are told."""

from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console
from rich.table import Table

from scripts.benchmark.calls import ALIKE
from scripts.benchmark.measure import Figures
from scripts.benchmark.report import (
    CPU_GOALS,
    SPEED_GOALS,
    growth_table,
    summary_table,
    to_json,
    works_table,
)
from scripts.benchmark.slow import Beside
from scripts.benchmark.start import Starts

OURS, FLOOR, PLAIN = Figures(0.3, 3000, 8, 20.12344), Figures(0.2, 5000, 5, 9), Figures(6, 50, 500, 900)
RESULTS = {"list": {"actionql": OURS, "floor": FLOOR, "plain": PLAIN}}


def test_json_has_works_servers_and_figures() -> None:
    told = to_json(RESULTS)
    assert set(told) == {"works"}
    assert set(told["works"]["list"]) == {"actionql", "floor", "plain"}
    assert told["works"]["list"]["actionql"] == {
        "cpu_ms": 0.3,
        "rps": 3000,
        "p50_ms": 8,
        "p99_ms": 20.1234,
    }


def test_json_has_growth_where_it_was_measured() -> None:
    assert set(to_json(RESULTS, {10: RESULTS})["growth"]["10"]["list"]) == {"actionql", "floor", "plain"}


def test_works_table_shows_ratios_with_goals() -> None:
    text = _text(works_table(RESULTS, "SQLite"))
    assert "1.50 (goal 1.6)" in text
    assert "60.00 (goal 40)" in text


def test_works_table_compares_rest_with_graphql() -> None:
    text = _text(works_table({**RESULTS, "rest_list": {"actionql": FLOOR}}, "SQLite"))
    assert "0.67 of GraphQL (goal 1.2)" in text


@pytest.mark.parametrize(("missing", "ratios"), [("actionql", 0), ("floor", 1), ("plain", 1)])
def test_works_table_without_a_server_has_fewer_ratios(missing: str, ratios: int) -> None:
    results = {"list": {name: each for name, each in RESULTS["list"].items() if name != missing}}
    table = works_table(results, "SQLite")
    assert table.row_count == 2
    assert _text(table).count("(goal") == ratios


def test_growth_table_compares_with_the_smallest() -> None:
    growth = {10: {"get": {"actionql": FLOOR}}, 100: {"get": {"actionql": OURS}}}
    rows = [line for line in _text(growth_table(growth)).splitlines() if "get" in line and "actionql" in line]
    assert ["1.00" in rows[0], "1.50" in rows[1]] == [True, True]


def test_summary_shows_memory_and_starts() -> None:
    text = _text(summary_table({"actionql": 99.6, "floor": 40.0}, Starts(first=1.25, again=0.75)))
    assert all(told in text for told in ("100 MiB", "120 MiB", "40 MiB", "1.25 s", "0.75 s", "1.5 s"))


def test_summary_shows_what_a_slow_query_does_to_others() -> None:
    text = _text(summary_table({}, None, Beside(alone_ms=4.2, beside_ms=17.6, slow_ms=250.0)))
    assert all(told in text for told in ("4.2 ms", "17.6 ms", "250 ms", "50 ms"))


def test_every_work_has_goals() -> None:
    assert set(CPU_GOALS) == set(SPEED_GOALS) == set(ALIKE)


def _text(table: Table) -> str:
    console = Console(file=StringIO(), width=200)
    console.print(table)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()
