"""A disk that runs full: writes fail whole and with an error, reads go on, and so do writes once there is room."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.disk import small_disk, small_files, ways
from tests.support.server import Server, running_server

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
SIZE = 12_000_000
MOST = 200
"""Fills that have no room together."""


Room = Callable[[Server], AbstractContextManager[None]]
"""Ends what keeps a server from having room; until then there is little."""


@pytest.fixture(params=ways())
def tight(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Path, Room]]:
    """A folder for a server's data, and what leaves it little room."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if request.param == "files":
        yield folder, lambda server: small_files(SIZE // 2, server.process.pid)
        return
    with small_disk(folder, SIZE):
        yield folder, lambda server: ballast(folder / "ballast")


@contextmanager
def ballast(file: Path) -> Iterator[None]:
    """A file that takes room from others."""
    file.write_bytes(bytes(2_000_000))
    yield
    file.unlink()


def test_full_disk_loses_nothing_and_halves_nothing(tight: tuple[Path, Room], tmp_path: Path) -> None:
    (folder, little_room), definition = tight, tmp_path / "box.yaml"
    definition.write_text(DEFINITION)
    env = {"TMPDIR": str(tmp_path)}
    with (
        running_server(definition, data=folder / "data", env=env) as server,
        httpx.Client(base_url=server.url, timeout=30) as client,
    ):
        with little_room(server):
            filled = fill_until_it_fails(client)
            assert filled > 5
            assert counts(client) == (filled, filled)
        assert "errors" not in ask(client, FILL)
        assert counts(client) == (filled + 1, filled + 1)
    with closing(sqlite3.connect(folder / "data" / "actionql.sqlite")) as database:
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
