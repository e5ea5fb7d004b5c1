"""A column that gets another type or kind, with every value that it holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Connection, MetaData, Table, column, insert, select, table, update
from sqlalchemy.types import TypeEngine

from app.json_text import write_json
from app.storage.columns import identifier
from app.storage.convert import Inconvertible
from app.storage.kinds import Becoming
from app.storage.naming import shortened

if TYPE_CHECKING:
    from alembic.operations import Operations

_AT_ONCE = 1000
_SHOWN = 5
"""Ids that a message names."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many values are none of the new type (`first`: ids of their records), and whether two become one."""

    wrong: int
    first: tuple[int, ...]
    clash: bool


@dataclass(frozen=True, slots=True)
class Conversion:
    """The values of one column as they are, and as they are to be; the table has a column `id`."""

    table: str
    column: str
    stored: TypeEngine[Any]
    becoming: Becoming

    def judge(self, connection: Connection, *, unique: bool) -> Verdict:
        """Whether every value can be converted; where they must be `unique`, whether they stay so."""
        wrong, first, clash = 0, list[int](), False
        seen: set[Any] = set()
        for id, value in self._values(connection):
            try:
                new = self.becoming(value)
            except Inconvertible:
                wrong += 1
                first += [id] if len(first) < _SHOWN else []
                continue
            if unique:
                known = write_json(new) if isinstance(new, dict | list) else new
                clash = clash or known in seen
                seen.add(known)
        return Verdict(wrong, tuple(first), clash)

    def keep(self, operations: Operations) -> None:
        """Puts the converted values aside, before the column is changed."""
        connection, aside = operations.get_bind(), self._aside()
        aside.create(connection)
        batch: list[dict[str, Any]] = []
        for id, value in self._values(connection):
            batch.append({"id": id, "value": self.becoming(value)})
            if len(batch) == _AT_ONCE:
                connection.execute(insert(aside), batch)
                batch = []
        if batch:
            connection.execute(insert(aside), batch)

    def put(self, operations: Operations) -> None:
        """Gives the changed column its values."""
        connection, aside = operations.get_bind(), self._aside()
        target = table(self.table, column("id"), column(self.column))
        value = select(aside.c.value).where(aside.c.id == target.c.id).scalar_subquery()
        connection.execute(
            update(target).where(target.c.id.in_(select(aside.c.id))).values({target.c[self.column]: value})
        )
        aside.drop(connection)

    def _aside(self) -> Table:
        columns = (
            Column("id", identifier(), primary_key=True, autoincrement=False),
            Column("value", self.becoming.column.type),
        )
        name = shortened(f"actionql_converted__{self.table}__{self.column}")
        return Table(name, MetaData(), *columns, prefixes=["TEMPORARY"])

    def _values(self, connection: Connection) -> Iterator[tuple[int, Any]]:
        """Ids and values, none where there is none; a part of them at a time."""
        key, value = column("id", identifier()), column(self.column, self.stored)
        source = select(key, value).select_from(table(self.table)).where(value.is_not(None)).order_by(key)
        rows = connection.execute(source.limit(_AT_ONCE)).all()
        while rows:
            yield from ((row[0], row[1]) for row in rows)
            rows = connection.execute(source.where(key > rows[-1][0]).limit(_AT_ONCE)).all()
