"""Puts the rows straight into a database whose tables a server has made."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg

from scripts.benchmark.rows import MADE, Size, comments, persons, products

Table = tuple[str, tuple[str, ...], Iterable[tuple[Any, ...]]]


@dataclass(frozen=True)
class Layout:
    """How a server's tables are called and how it stores what databases have no one form for."""

    prefix: str
    price: Callable[[Decimal], Any]
    moment: Callable[[datetime], Any]

    def tables(self, size: Size) -> Iterator[Table]:
        """Each table with its columns and rows; the ids count from 1 by themselves."""
        made = self.moment(MADE)
        times = ("created_at", "updated_at")
        yield (
            f"{self.prefix}person",
            ("name", "email", *times),
            ((name, email, made, made) for name, email in persons()),
        )
        yield (
            f"{self.prefix}product",
            ("name", "city", "price", "stock", "owner_id", *times),
            (
                (name, city, self.price(price), stock, owner, made, made)
                for name, city, price, stock, owner in products(size)
            ),
        )
        yield (
            f"{self.prefix}comment",
            ("body", "product_id", *times),
            ((body, product, made, made) for body, product in comments(size)),
        )


ACTIONQL_SQLITE = Layout(
    "benchmark__",
    price=lambda price: int(price * 100),
    moment=lambda moment: moment.isoformat(timespec="microseconds"),
)
ACTIONQL_POSTGRES = Layout("benchmark__", price=lambda price: price, moment=lambda moment: moment)
PLAIN_SQLITE = Layout("", price=float, moment=lambda moment: f"{moment:%Y-%m-%d %H:%M:%S.%f}")
PLAIN_POSTGRES = Layout("", price=lambda price: price, moment=lambda moment: moment)


def seed_sqlite(file: Path, layout: Layout, size: Size) -> None:
    """Fills the tables of a SQLite file."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        for table, columns, rows in layout.tables(size):
            places = ", ".join("?" * len(columns))
            connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows)  # noqa: S608
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def copy_sqlite(source: Path, target: Path) -> None:
    """The same database once more, in WAL mode like the first."""
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)


async def seed_postgres(url: str, layout: Layout, size: Size) -> None:
    """Fills the tables of a PostgreSQL database and lets it count them, so that it plans alike each time."""
    connection = await asyncpg.connect(url)
    try:
        for table, columns, rows in layout.tables(size):
            await connection.copy_records_to_table(table, columns=columns, records=rows)
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
