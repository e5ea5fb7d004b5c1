"""Whether a SQLite file still is as a migration to the same tables has left it, so that nothing has to be compared.

Comparing takes a tenth of a start, and what compares takes 8 MiB for as long as the process lives. So a migration
leaves a checksum in the file: of the tables that were asked for, of the schema that the file then had, and of the
code that compares. Where one of them is another, the comparison finds out what there is to do.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, Table
from sqlalchemy.schema import CreateIndex, CreateTable

from app.storage.prepare import dialect_of

Ask = Callable[[str], Sequence[Sequence[Any]]]
"""Runs one statement on the file and gives its rows."""

_COMPARING = (
    "append_only",
    "compare",
    "compare_table",
    "conversion",
    "convert",
    "differences",
    "facts",
    "kinds",
    "migrate",
    "owners",
    "plan",
    "renames",
)

_NEW = 0
"""What SQLite has there before anything is noted."""


def fits(database_url: str, metadatas: Iterable[MetaData]) -> bool:
    """Whether a migration would find nothing to do; False where only a comparison can tell, as on PostgreSQL."""
    path = Path(database_url.removeprefix("sqlite:///"))
    if not database_url.startswith("sqlite:///") or not path.is_file():
        return False
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:

            def ask(sql: str) -> list[tuple[Any, ...]]:
                return connection.execute(sql).fetchall()

            ask("BEGIN")
            noted = _noted(ask)
            return noted != _NEW and noted == _checksum(ask, metadatas)
    except sqlite3.Error:
        return False


def note_fit(ask: Ask, metadatas: Iterable[MetaData]) -> None:
    """Notes within a migration's transaction that the file now fits these tables."""
    checksum = _checksum(ask, metadatas)
    if _noted(ask) != checksum:
        ask(f"PRAGMA user_version = {checksum}")


def _noted(ask: Ask) -> int:
    return int(ask("PRAGMA user_version")[0][0])


def _checksum(ask: Ask, metadatas: Iterable[MetaData]) -> int:
    """A positive number of 31 bits, which is what the file has room for in its header."""
    digest = sha256()
    schema = ask("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name")
    for part in (*_comparing(), *_wanted(metadatas), *map(repr, map(tuple, schema))):
        digest.update(part.encode() + b"\0")
    return int.from_bytes(digest.digest()[:4], "big") >> 1 or 1


def _wanted(metadatas: Iterable[MetaData]) -> Iterator[str]:
    """All that a comparison knows of the tables: how they would be made, and what `info` adds."""
    for metadata in metadatas:
        yield repr(metadata.info)
        for table in metadata.tables.values():
            yield from _statements(table)
            yield repr([table.info, *(column.info for column in table.columns)])


def _statements(table: Table) -> Iterator[str]:
    dialect = dialect_of("sqlite")
    yield str(CreateTable(table).compile(dialect=dialect))
    yield from sorted(str(CreateIndex(index).compile(dialect=dialect)) for index in table.indexes)


def _comparing() -> Iterator[str]:
    """The code that compares: a release that does it otherwise looks anew."""
    for name in _COMPARING:
        yield Path(__file__).with_name(f"{name}.py").read_text()
