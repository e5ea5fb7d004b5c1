"""What becomes of files that no record refers to."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.assets.library import Library, sweep
from app.assets.local import LocalStore
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


async def _bytes() -> AsyncIterator[bytes]:
    yield b"text"


def _run(sql: str) -> Work[None]:
    yield Statement(sql)
