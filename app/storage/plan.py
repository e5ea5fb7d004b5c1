"""What a migration does, decided before any of it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from sqlalchemy import Connection, MetaData, Table, text

if TYPE_CHECKING:
    from alembic.operations import BatchOperations, Operations

ChangeKind = Literal[
    "create_table",
    "rename_table",
    "keep_table",
    "drop_table",
    "add_column",
    "rename_column",
    "alter_column",
    "keep_column",
    "drop_column",
    "create_index",
    "drop_index",
    "add_reference",
    "drop_reference",
]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a migration does, or leaves be (`keep_...`): `text` says it in words."""

    kind: ChangeKind
    table: str
    text: str
    losing: int = 0
    """How many rows have something in what is left be, or dropped."""

    @property
    def left(self) -> bool:
        """Whether it changes nothing."""
        return self.kind in ("keep_table", "keep_column")

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a migration does, and what it refuses to do."""

    changes: tuple[Change, ...]
    refusals: tuple[str, ...]


@dataclass(slots=True)
class Plan:
    """The changes in the order in which they are made; nothing is made while there are `refusals`."""

    changes: list[Change] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    missing: list[Table] = field(default_factory=list)
    before: list[Callable[[Operations], None]] = field(default_factory=list)
    """Index drops and new columns, which need no rebuild."""
    rebuilds: dict[str, list[Callable[[BatchOperations], None]]] = field(default_factory=dict)
    """By table: what SQLite can only do by copying it."""
    after: list[Callable[[Operations], None]] = field(default_factory=list)
    """New indexes."""
    surplus: list[str] = field(default_factory=list)
    """Tables to drop."""

    def apply(self, connection: Connection) -> None:
        """Makes the changes within the connection's transaction."""
        for metadata in {table.metadata for table in self.missing}:
            tables = [table for table in self.missing if table.metadata is metadata]
            metadata.create_all(connection, tables=tables, checkfirst=False)
        if self.before or self.rebuilds or self.after:
            self._change(connection, operations_on(connection))
        if self.surplus:
            surplus = MetaData()
            surplus.reflect(connection, only=self.surplus)
            surplus.drop_all(connection, tables=[surplus.tables[name] for name in self.surplus])

    def _change(self, connection: Connection, operations: Operations) -> None:
        for step in self.before:
            step(operations)
        for table, steps in self.rebuilds.items():
            _rebuild(connection, operations, table, steps)
        for step in self.after:
            step(operations)


def counted(number: int, noun: str) -> str:
    """`1 record`, `12 records`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def operations_on(connection: Connection) -> Operations:
    """What changes tables that are there."""
    # alembic takes 10 MiB, and a new database needs none of it.
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    return Operations(MigrationContext.configure(connection))


def _rebuild(
    connection: Connection,
    operations: Operations,
    table: str,
    steps: list[Callable[[BatchOperations], None]],
) -> None:
    """Changes a table in place, or on SQLite by a copy of it, which goes on counting ids where it was."""
    if connection.dialect.name != "sqlite":
        with operations.batch_alter_table(table, recreate="never") as batch:
            for step in steps:
                step(batch)
        return
    last_id = _last_id(connection, table)
    options = {} if last_id is None else {"sqlite_autoincrement": True}
    with operations.batch_alter_table(table, recreate="always", table_kwargs=options) as batch:
        for step in steps:
            step(batch)
    if last_id is not None:
        name = {"name": table}
        connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), name)
        connection.execute(
            text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), {**name, "last": last_id}
        )


def _last_id(connection: Connection, table: str) -> int | None:
    """The highest id that was ever given, 0 before the first; None for a table that does not count."""
    made = text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name")
    if "AUTOINCREMENT" not in connection.execute(made, {"name": table}).scalar_one():
        return None
    given = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
    return connection.execute(given, {"name": table}).scalar() or 0
