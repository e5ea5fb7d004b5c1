"""A SQLite file copied while servers write to it, and replaced while nobody has it open."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from app.disk import sync
from app.storage.copies import (
    BackupFailed,
    Holdings,
    RestoreRefused,
    Snapshot,
    read_assets,
    read_served,
)
from app.storage.sqlite_connection import is_busy

_PATIENCE = 30.0
_BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a file; of another file it would be taken for part of this one."""


def copy_database(path: Path, folder: Path) -> Snapshot:
    """Copies one state of the file; writers go on."""
    file = folder / "database.sqlite"
    try:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=_PATIENCE)) as source:
            source.execute("VACUUM INTO ?", (str(file),))
        with closing(sqlite3.connect(file)) as copy:

            def ask(sql: str) -> Sequence[Sequence[Any]]:
                return copy.execute(sql).fetchall()

            return Snapshot(file, "sqlite", 0, read_assets(ask), read_served(ask))
    except sqlite3.Error as error:
        raise BackupFailed(f"The database {path} could not be copied: {error}.") from error


def count_database(path: Path) -> Holdings:
    """How many tables and rows the file has; none where there is no file."""
    if not path.exists():
        return Holdings(0, 0)
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=_PATIENCE)) as connection:
            names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
            tables = [str(name) for (name,) in connection.execute(names)]
            counts = [f'SELECT count(*) FROM "{name}"' for name in tables]  # noqa: S608
            return Holdings(len(tables), sum(connection.execute(sql).fetchone()[0] for sql in counts))
    except sqlite3.Error as error:
        raise RestoreRefused(_unreadable(path, error)) from error


@contextmanager
def replacing_file(path: Path, file: Path) -> Iterator[None]:
    """Renames `file` to `path` at the end of the block, unless somebody has that open."""
    with _alone(path):
        yield
        for beside in _BESIDE:
            path.with_name(path.name + beside).unlink(missing_ok=True)
        file.replace(path)
    sync(path.parent)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    if not path.exists():
        yield
        return
    with closing(sqlite3.connect(path, isolation_level=None, timeout=0.5)) as connection:
        try:
            # Whoever has a file open keeps it in write-ahead mode.
            (mode,) = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            raise RestoreRefused(_in_use(path) if is_busy(error) else _unreadable(path, error)) from error
        if mode != "delete":
            raise RestoreRefused(_in_use(path))
        yield


def _in_use(path: Path) -> str:
    return f"A server or a command has {path} open: stop it, then restore."


def _unreadable(path: Path, error: sqlite3.Error) -> str:
    return f"What is at {path} cannot be read ({error}): move it away, then restore."
