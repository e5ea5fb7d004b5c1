"""What `actionql diff` and `actionql migrate` say and do, with which status they end."""

from __future__ import annotations

import json
import time
from pathlib import Path

import httpx

from tests.end_to_end.databases import run_sql
from tests.support.commands import run_command
from tests.support.server import running_server

BEFORE = """
application: shop
uuid: 0b9f4a2d6c1e4f7a8d3b5c7e9f1a2b3c
models:
  Shoe:
    properties:
      size: {kind: text}
      code: {kind: text}
    read: {public: all}
    write: {public: all}
"""
ASKING = """
actions:
  Order:
    allow: [public]
    steps:
      - ask: {title: How many?, fields: {amount: {kind: number}}}
      - create: {model: Shoe, values: {code: x}}
"""
ROWS = """
INSERT INTO shop__shoe (size, code, created_at, updated_at) VALUES
('43', 'a', '2026-11-22 00:00:00+00:00', '2026-11-22 00:00:00+00:00'),
('many', 'b', '2026-11-22 00:00:00+00:00', '2026-11-22 00:00:00+00:00')
"""


class Shop:
    """A definition and its database; commands are given both."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url

    def write(self, text: str) -> None:
        """Changes the definition."""
        self.folder.joinpath("shop.yaml").write_text(text)

    @property
    def env(self) -> dict[str, str]:
        """Where its database is."""
        return {"DATABASE_URL": self.url}

    def run(self, *arguments: str, definition: bool = True) -> tuple[int, str, str]:
        """The status of a command, and what it prints to both outputs."""
        given = [*arguments, *(["shop.yaml"] if definition else [])]
        return run_command(*given, folder=self.folder, env=self.env)

    async def codes(self) -> list[str]:
        """What stands in the column that some definitions have no more."""
        return [code for (code,) in await run_sql(self.url, "SELECT code FROM shop__shoe ORDER BY id")]


async def test_losses_are_refused_until_they_are_meant(tmp_path: Path, database_url: str) -> None:
    shop = Shop(tmp_path, database_url)
    shop.write(BEFORE)
    assert shop.run("migrate")[0] == 0
    assert shop.run("migrate") == (0, "nothing to change\n", "")
    await run_sql(database_url, ROWS)
    shop.write(BEFORE.replace("      code: {kind: text}\n", "      colour: {kind: text}\n"))
    status, printed, refused = shop.run("migrate")
    assert (status, printed) == (1, "")
    assert "- the column code of shop__shoe with its 2 values, which the definition no longer has" in refused
    assert "Traceback" not in refused and await shop.codes() == ["a", "b"]
    status, printed, _ = shop.run("migrate", "--yes-destroy")
    assert (status, printed.splitlines()) == (
        0,
        ["adds Shoe.colour", "drops the column code of shop__shoe with its 2 values"],
    )


async def test_values_that_cannot_be_converted_are_told_and_nothing_is_changed(
    tmp_path: Path, database_url: str
) -> None:
    shop = Shop(tmp_path, database_url)
    shop.write(BEFORE)
    shop.run("migrate")
    await run_sql(database_url, ROWS)
    shop.write(BEFORE.replace("size: {kind: text}", "size: {kind: number}").replace("code:", "key:"))
    status, printed, _ = shop.run("diff")
    assert status == 0
    assert "  REFUSED: Shoe.size becomes number, but 1 value cannot: see the records with id 2;" in printed
    assert "Callers of shop:\n  no server has served it yet\n" in printed
    status, printed, refused = shop.run("migrate", "--yes-destroy")
    assert (status, printed) == (1, "") and "Shoe.size becomes number" in refused
    assert await shop.codes() == ["a", "b"]


async def test_runs_under_way_that_use_what_is_gone_are_named_and_keep_it(
    tmp_path: Path, database_url: str
) -> None:
    shop = Shop(tmp_path, database_url)
    shop.write(BEFORE + ASKING)
    with running_server(tmp_path / "shop.yaml", data=tmp_path / "data", env=shop.env) as server:
        body = {"query": 'mutation { startAction(id: "Order") { runId } }'}
        answer = httpx.post(f"{server.url}/graphql", json=body)
        run = answer.json()["data"]["startAction"]["runId"]
        until = time.monotonic() + 60
        while await run_sql(database_url, "SELECT state FROM actionql_run") != [("waiting_for_input",)]:
            assert time.monotonic() < until
    told = f"1 run of 'Order' ({run}) may still use Shoe.code"
    shop.write((BEFORE + ASKING).replace("      size: {kind: text}\n", ""))
    assert "Shoe.size" in shop.run("diff")[1]
    shop.write((BEFORE + ASKING).replace("      code: {kind: text}\n", "").replace("{code: x}", "{size: x}"))
    printed = shop.run("diff")[1]
    assert f"Runs of shop that are under way:\n  {told}\n" in printed
    assert json.loads(shop.run("diff", "--json")[1])["applications"][0]["runs"] == [told]
    status, printed, refused = shop.run("migrate", "--yes-destroy")
    assert (status, printed) == (1, "")
    assert f"- {told}; let them end, or end them with `actionql runs cancel`" in refused
    assert await shop.codes() == []
    assert shop.run("migrate")[0] == 0, "nothing is lost, so the column is left where it is"
    ended = shop.run("runs", "cancel", run, definition=False)
    assert ended[0] == 0
    assert shop.run("migrate", "--yes-destroy")[0] == 0
    assert "under way" not in shop.run("diff")[1]


async def test_diff_changes_nothing_and_speaks_json(tmp_path: Path, database_url: str) -> None:
    shop = Shop(tmp_path, database_url)
    shop.write(BEFORE)
    status, printed, _ = shop.run("diff", "--json")
    told = json.loads(printed)
    assert (status, told["refused"]) == (0, [])
    assert {
        "kind": "create_table",
        "table": "shop__shoe",
        "text": "creates the table shop__shoe",
        "losing": 0,
    } in told["data"]
    assert told["applications"][0] == {
        "application": "shop",
        "unknown": "no server has served it yet",
        "callers": [],
        "graphql": [],
        "runs": [],
    }
    assert json.loads(shop.run("diff", "--json")[1]) == told


def test_mistaken_definition_is_told_by_both(tmp_path: Path, sqlite_database: str) -> None:
    shop = Shop(tmp_path, sqlite_database)
    shop.write(BEFORE.replace("kind: text", "kind: txt"))
    for command in ("diff", "migrate"):
        status, printed, refused = shop.run(command)
        assert (status, printed) == (1, "") and refused.startswith("shop.yaml:7 ")
