"""What `actionql diff` and `actionql migrate` say and do, with which status they end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.end_to_end.databases import run_sql
from tests.support.server import ROOT

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

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """The status of a command, and what it prints to both outputs."""
        done = subprocess.run(
            [sys.executable, "-m", "app", *arguments, "shop.yaml"],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DATABASE_URL": self.url},
            capture_output=True,
            text=True,
            timeout=60,
        )
        return done.returncode, done.stdout, done.stderr

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
    assert "  REFUSED: Shoe.size becomes INTEGER, but 1 value cannot: see the records with id 2;" in printed
    assert "Callers of shop:\n  no server has served it yet\n" in printed
    status, printed, refused = shop.run("migrate", "--yes-destroy")
    assert (status, printed) == (1, "") and "Shoe.size becomes INTEGER" in refused
    assert await shop.codes() == ["a", "b"]


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
    }
    assert json.loads(shop.run("diff", "--json")[1]) == told


def test_mistaken_definition_is_told_by_both(tmp_path: Path, sqlite_database: str) -> None:
    shop = Shop(tmp_path, sqlite_database)
    shop.write(BEFORE.replace("kind: text", "kind: txt"))
    for command in ("diff", "migrate"):
        status, printed, refused = shop.run(command)
        assert (status, printed) == (1, "") and refused.startswith("shop.yaml:7 ")
