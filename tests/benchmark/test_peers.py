"""The peers: what they are asked, what they answer, and that they are measured on what we are measured on."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from io import StringIO
from typing import Any

import asyncpg
import orjson
import pytest
from rich.console import Console

from scripts.benchmark.calls import make_call
from scripts.benchmark.cluster import Cluster, running_cluster
from scripts.benchmark.measure import Figures
from scripts.benchmark.peers.peer import FOLDER, without_frame
from scripts.benchmark.peers.report import peers_table, ratios_in_markdown
from scripts.benchmark.peers.subjects import PEER_WORKS, PEERS, fill
from scripts.benchmark.rows import Size
from scripts.benchmark.servers import ROOT
from scripts.benchmark.subjects import running_on, working_folder

OURS, PEER = Figures(0.4, 2000, 8, 20), Figures(1.0, 500, 32, 90)
RESULTS = {"list": {"actionql": OURS, "postgraphile": PEER}}
COLUMNS = """
    SELECT table_name, column_name, data_type, collation_name, numeric_precision, numeric_scale, is_nullable
    FROM information_schema.columns WHERE table_schema = 'public'
"""
INDEXES = """
    SELECT relname, indisunique, pg_get_indexdef(indexrelid, 1, true), pg_get_indexdef(indexrelid, 2, true)
    FROM pg_index JOIN pg_class ON pg_class.oid = indrelid WHERE relnamespace = 'public'::regnamespace
"""


@pytest.mark.parametrize("name", PEERS)
def test_peer_is_asked_every_work(name: str) -> None:
    assert tuple(PEERS[name].questions) == PEER_WORKS


@pytest.mark.parametrize("name", PEERS)
@pytest.mark.parametrize("work", PEER_WORKS)
def test_only_works_that_vary_have_a_value(name: str, work: str) -> None:
    call = make_call(work, PEERS[name].questions[work], "Bearer x")
    (_, one), (_, other) = call.request(123454321), call.request(7)
    assert one.count(b"123454321") == (work in ("get", "create"))
    assert (one != other) == (work in ("get", "create"))
    assert orjson.loads(one)["variables"]


@pytest.mark.parametrize(
    ("answered", "expected"),
    [
        ({"nodes": [{"id": "7", "price": "1.50"}]}, [{"id": 7, "price": 1.5}]),
        ([{"id": 7, "comments": {"nodes": [{"id": "8"}]}}], [{"id": 7, "comments": [{"id": 8}]}]),
        ({"id": "1", "owner": {"id": "2", "name": "3"}}, {"id": 1, "owner": {"id": 2, "name": "3"}}),
        (None, None),
    ],
)
def test_answers_are_made_alike(answered: Any, expected: Any) -> None:
    assert without_frame(answered) == expected


def test_packages_are_pinned() -> None:
    wanted = orjson.loads((FOLDER / "package.json").read_bytes())["dependencies"]
    locked = orjson.loads((FOLDER / "package-lock.json").read_bytes())["packages"]
    assert wanted == {name: locked[f"node_modules/{name}"]["version"] for name in wanted}


@pytest.mark.timeout(300)
def test_tables_of_peers_are_as_ours() -> None:
    with working_folder() as folder, running_cluster(folder / "postgres") as cluster:
        with running_on(cluster, ("actionql",), Size(), folder):
            ours = asyncio.run(_shapes(cluster, "actionql"))
        asyncio.run(fill(cluster.create("peers"), Size()))
        theirs = asyncio.run(_shapes(cluster, "peers"))
    assert theirs == {kind: {row for row in rows if row[0] in TABLES} for kind, rows in ours.items()}
    assert {row[0] for row in theirs["rows"]} == TABLES


TABLES = {"person", "product", "comment"}


async def _shapes(cluster: Cluster, database: str) -> dict[str, set[tuple[Any, ...]]]:
    connection = await asyncpg.connect(f"postgresql://postgres@127.0.0.1:{cluster.port}/{database}")
    prefix = "benchmark__" if database == "actionql" else ""
    try:
        found = {
            kind: await connection.fetch(sql) for kind, sql in (("columns", COLUMNS), ("indexes", INDEXES))
        }
        counts = [
            (table, await connection.fetchval(f"SELECT count(*) FROM {prefix}{table}")) for table in TABLES
        ]
    finally:
        await connection.close()
    named = {kind: {(row[0].removeprefix(prefix), *row[1:]) for row in rows} for kind, rows in found.items()}
    return {**named, "rows": set(counts)}


def test_table_shows_how_a_peer_stands_to_ours() -> None:
    console = Console(file=StringIO(), width=200)
    console.print(peers_table(RESULTS, "PostgreSQL"))
    assert isinstance(console.file, StringIO)
    text = console.file.getvalue()
    (ours,) = [line for line in text.splitlines() if "actionql" in line]
    (peer,) = [line for line in text.splitlines() if "1.000" in line]
    assert ["2.50" in ours, "0.25" in ours] == [False, False]
    assert ["2.50" in peer, "0.25" in peer] == [True, True]
    assert "postgraphile: JWT" in text


def test_ratios_are_told_in_markdown() -> None:
    assert ratios_in_markdown(RESULTS).splitlines() == [
        "| work | postgraphile |",
        "|---|---|",
        "| list | 2.50, 0.25 |",
    ]


def test_bench_of_a_server_that_is_no_peer_is_an_error() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "scripts.benchmark", "--peers", "--server", "floor"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "floor: there is only actionql" in ended.stderr
