"""What becomes of files that no record refers to."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from app.assets import Asset, LocalStore
from app.assets.library import Library, sweep
from app.errors import BadInput, Overloaded
from app.storage.migrate import migrate
from app.storage.postgres import PostgresDatabase
from app.storage.sqlite import SqliteDatabase
from app.storage.system import SYSTEM
from app.storage.work import Database, Statement, Work

APPLICATION = "a" * 32


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    await migrate(database_url, [SYSTEM])
    opened: Database
    if database_url.startswith("sqlite"):
        opened = SqliteDatabase(Path(database_url.removeprefix("sqlite:///")))
    else:
        opened = PostgresDatabase(database_url)
    yield opened
    await opened.close()


async def test_sweep_removes_what_no_record_came_to_refer_to(database: Database, tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "assets")
    library = Library(store, database, APPLICATION)
    attached, pending = [(await library.store(_bytes(), name="a.txt")).id for _ in range(2)]
    await database.write(
        lambda: _run(f"UPDATE actionql_asset SET state = 'attached' WHERE id = '{attached}'")
    )
    for file in (tmp_path / "assets").rglob("?" * 32):
        os.utime(file, (0, 0))

    assert await sweep(store, database, timedelta(days=1)) == 0
    assert await sweep(store, database, timedelta(0)) == 1
    assert await store.stat(attached) == 4
    assert await store.stat(pending) is None


@pytest.mark.parametrize(
    ("application", "began", "ended", "swept"),
    [
        (APPLICATION, "2026-01-01", "NULL", 0),
        (APPLICATION, "2026-01-01", "'2026-01-02T00:00:00.000000+00:00'", 1),
        (APPLICATION, "9999-01-01", "NULL", 1),
        ("b" * 32, "2026-01-01", "NULL", 1),
    ],
)
async def test_sweep_leaves_what_a_run_may_hold_until_it_has_ended(
    database: Database, tmp_path: Path, application: str, began: str, ended: str, swept: int
) -> None:
    store = LocalStore(tmp_path / "assets")
    await Library(store, database, APPLICATION).store(_bytes(), name="a.txt")
    for file in (tmp_path / "assets").rglob("?" * 32):
        os.utime(file, (0, 0))
    names = "id, application, action, action_name, state, door, run_as, created, ended"
    created = f"'{began}T00:00:00.000000+00:00'"
    values = f"'r', '{application}', 'a', 'A', 'waiting_for_input', 'graphql', 'caller', {created}, {ended}"
    await database.write(lambda: _run(f"INSERT INTO actionql_run ({names}) VALUES ({values})"))

    assert await sweep(store, database, timedelta(0)) == swept


async def test_file_that_cannot_be_taken_back_hides_no_error(database: Database, tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "assets")

    async def refused(saved: Asset, work: object) -> Mapping[str, Any]:
        raise BadInput("canary")

    with (
        patch.object(LocalStore, "delete", side_effect=Overloaded("out of reach")) as deleted,
        pytest.raises(BadInput, match="canary"),
    ):
        await Library(store, database, APPLICATION).store(_bytes(), name="a.txt", write=refused)
    deleted.assert_awaited_once()


async def _bytes() -> AsyncIterator[bytes]:
    yield b"text"


def _run(sql: str) -> Work[None]:
    yield Statement(sql)
