"""A disk that runs full: writes fail whole and with an error, reads go on, and so do writes once there is room."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.server import running_server

DEFINITION = """
application: box
uuid: 8c0d6b1f2a3e4d5c9b8a7f6e5d4c3b2a
models:
  Sheet:
    properties: {text: {kind: multi_line_text}}
    relations: {box: {belongs_to: Box, required: true}}
    read: {public: all}
  Box:
    properties: {name: {kind: text}}
    read: {public: all}
actions:
  Fill:
    allow: [public]
    input: {text: {kind: multi_line_text, required: true}}
    steps:
      - create: {model: Box, values: {name: A box}}
        as: box
      - create: {model: Sheet, values: {text: =text, box: =box.id}}
    result: =box.id
"""
FILL = 'mutation { action(id: "Fill", input: {text: $text}) }'
COUNT = "{ allBox { totalCount } allSheet { totalCount } }"
TEXT = "x" * 200_000
MOST = 200
"""Fills that the disk has no room for together."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of 12 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "none", folder], check=False)
    if mounted.returncode:
        pytest.skip("this machine lets nobody mount")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def test_full_disk_loses_nothing_and_halves_nothing(disk: Path, tmp_path: Path) -> None:
    ballast, definition = disk / "ballast", tmp_path / "box.yaml"
    definition.write_text(DEFINITION)
    ballast.write_bytes(bytes(2_000_000))
    env = {"TMPDIR": str(tmp_path)}
    with (
        running_server(definition, data=disk / "data", env=env) as server,
        httpx.Client(base_url=server.url, timeout=30) as client,
    ):
        filled = fill_until_it_fails(client)
        assert filled > 5
        assert counts(client) == (filled, filled)
        ballast.unlink()
        assert "errors" not in ask(client, FILL)
        assert counts(client) == (filled + 1, filled + 1)
    with closing(sqlite3.connect(disk / "data" / "actionql.sqlite")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def fill_until_it_fails(client: httpx.Client) -> int:
    """How many fills were acknowledged before there was no room for another."""
    for filled in range(MOST):
        answer = ask(client, FILL)
        if "errors" in answer:
            (error,) = answer["errors"]
            assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
            assert "disk" not in error["message"]
            return filled
    raise AssertionError("the disk did not run full")


def counts(client: httpx.Client) -> tuple[int, int]:
    data = ask(client, COUNT)["data"]
    return data["allBox"]["totalCount"], data["allSheet"]["totalCount"]


def ask(client: httpx.Client, query: str) -> Any:
    return client.post("/graphql", json={"query": query, "variables": {"text": TEXT}}).json()
