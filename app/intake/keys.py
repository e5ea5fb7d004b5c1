"""Which records the rows of old tables have become, kept in a file of their own so that memory stays flat."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from tempfile import TemporaryDirectory
from typing import Any

from app.intake.found import TableName
from app.json_text import write_json

_MADE = "CREATE TABLE keys (place INTEGER, key TEXT, id INTEGER, PRIMARY KEY (place, key)) WITHOUT ROWID"


class Keys:
    """The ids of records by the values that foreign keys hold."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._places: dict[tuple[TableName, tuple[str, ...]], int] = {}

    def add(
        self, table: TableName, columns: tuple[str, ...], rows: Iterable[tuple[Sequence[Any], int]]
    ) -> None:
        """Notes the ids of a table's rows by what these columns of theirs hold."""
        place = self._places.setdefault((table, columns), len(self._places))
        found = ((place, _written(key), id) for key, id in rows)
        # Of several with the same key, which are no key to anybody, the first stays.
        self._connection.executemany("INSERT OR IGNORE INTO keys VALUES (?, ?, ?)", found)

    def find(self, table: TableName, columns: tuple[str, ...], key: Sequence[Any]) -> int | None:
        """The id of the row whose columns hold these values."""
        place = self._places[table, columns]
        found = self._connection.execute(
            "SELECT id FROM keys WHERE place = ? AND key = ?", (place, _written(key))
        ).fetchone()
        return None if found is None else int(found[0])


@contextmanager
def open_keys() -> Iterator[Keys]:
    """Keys that are gone afterwards."""
    with (
        TemporaryDirectory(prefix="actionql-import-") as folder,
        closing(sqlite3.connect(f"{folder}/keys", isolation_level=None)) as connection,
    ):
        for pragma in ("journal_mode=OFF", "synchronous=OFF"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(_MADE)
        yield Keys(connection)


def _written(key: Sequence[Any]) -> str:
    return write_json([str(value) for value in key])
