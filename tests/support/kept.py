"""Rows of a database that tests share: each of them may change them, and they are put back."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, Protocol

import psycopg

Rows = dict[str, Any]
"""What each table holds."""


class Kept(Protocol):
    """The rows of a database as they were when this was made."""

    async def put_back(self) -> None:
        """Makes the rows what they were, beside a server of the same loop that has the database open."""


def keep(url: str) -> Kept:
    """Remembers the rows of a database; its tables must stay."""
    return _Sqlite(url.removeprefix("sqlite:///")) if url.startswith("sqlite:") else _Postgres(url)


class _Sqlite:
    def __init__(self, file: str) -> None:
        self._file = file
        with self._connected() as connection:
            self._kept = self._rows(connection)

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._file, timeout=20, isolation_level=None)) as connection:
            yield connection

    def _rows(self, connection: sqlite3.Connection) -> Rows:
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_stat%' ORDER BY name"
        ).fetchall()
        return {table: connection.execute(f'SELECT * FROM "{table}"').fetchall() for (table,) in tables}

    async def put_back(self) -> None:
        await asyncio.to_thread(self._put_back)

    def _put_back(self) -> None:
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            now = self._rows(connection)
            changed = [table for table, rows in self._kept.items() if now[table] != rows]
            # Nothing may be deleted from the audit trail while its triggers are there.
            triggers = connection.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            ).fetchall()
            for name, _ in triggers if changed else ():
                connection.execute(f'DROP TRIGGER "{name}"')
            for table in changed:
                connection.execute(f'DELETE FROM "{table}"')
                if rows := self._kept[table]:
                    places = ", ".join("?" * len(rows[0]))
                    connection.executemany(f'INSERT INTO "{table}" VALUES ({places})', rows)
            for _, sql in triggers if changed else ():
                connection.execute(sql)
            connection.execute("COMMIT")


class _Postgres:
    def __init__(self, url: str) -> None:
        self._url = url
        with self._connected() as connection:
            self._kept = self._rows(connection)
            self._next = self._sequences(connection)

    @contextmanager
    def _connected(self) -> Iterator[psycopg.Connection]:
        with psycopg.connect(self._url) as connection:
            # Neither triggers nor foreign keys have a say.
            connection.execute("SET session_replication_role = replica")
            yield connection

    def _rows(self, connection: psycopg.Connection) -> Rows:
        tables = connection.execute(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        ).fetchall()
        return {table: self._copied(connection, table) for (table,) in tables}

    def _copied(self, connection: psycopg.Connection, table: str) -> bytes:
        with connection.cursor().copy(f"COPY {table} TO STDOUT") as copy:
            return b"".join(bytes(part) for part in copy)

    def _sequences(self, connection: psycopg.Connection) -> set[tuple[str, int, bool]]:
        found = connection.execute(
            "SELECT quote_ident(sequencename), coalesce(last_value, 1), last_value IS NOT NULL"
            " FROM pg_sequences WHERE schemaname = 'public'"
        )
        return set(found.fetchall())

    async def put_back(self) -> None:
        await asyncio.to_thread(self._put_back)

    def _put_back(self) -> None:
        with self._connected() as connection:
            now = self._rows(connection)
            for table, rows in self._kept.items():
                if now[table] == rows:
                    continue
                connection.execute(f"DELETE FROM {table}")
                with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                    copy.write(rows)
            for sequence in self._next - self._sequences(connection):
                connection.execute("SELECT setval(%s, %s, %s)", sequence)
