"""What only SQLite itself tells of a table, beside what can be read from the words that made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Pragmas:
    """What becomes of rows when those that these columns refer to go, and which columns are unique."""

    on_delete: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    unique: tuple[tuple[str, ...], ...] = ()


def read_pragmas(connection: Connection, table: str) -> Pragmas:
    """The facts of one table; nothing on other databases, which tell all of it elsewhere."""
    if connection.dialect.name != "sqlite":
        return Pragmas()
    columns: dict[int, list[str]] = {}
    told: dict[int, str] = {}
    for row in _ask(connection, "foreign_key_list", table):
        columns.setdefault(row[0], []).append(row[3])
        told[row[0]] = row[6]
    made = [index[1] for index in _ask(connection, "index_list", table) if index[3] == "u"]
    unique = [tuple(row[2] for row in _ask(connection, "index_info", index)) for index in made]
    return Pragmas({tuple(names): told[id] for id, names in columns.items()}, tuple(unique))


def _ask(connection: Connection, pragma: str, of: str) -> list[Any]:
    quoted = connection.dialect.identifier_preparer.quote_identifier(of)
    return [*connection.exec_driver_sql(f"PRAGMA {pragma}({quoted})")]
