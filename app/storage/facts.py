"""What stands in a database before a migration: its columns, and how many rows a change would touch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, column, func, inspect, literal_column, select, table

from app.storage.conversion import Conversion, Verdict


class Facts:
    """Counts rows by the names of tables and columns as they are in the database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._inspector = inspect(connection)
        self.tables = frozenset(self._inspector.get_table_names())

    def columns(self, name: str) -> Mapping[str, Mapping[str, Any]]:
        """What the database says of each column of a table."""
        return {str(each["name"]): dict(each) for each in self._inspector.get_columns(name)}

    def indexes_on(self, name: str, column_name: str) -> list[str]:
        """The indexes that a column is part of."""
        found = self._inspector.get_indexes(name)
        return [str(each["name"]) for each in found if column_name in each["column_names"]]

    def indexes(self, name: str) -> frozenset[str]:
        """The names of a table's indexes."""
        return frozenset(str(each["name"]) for each in self._inspector.get_indexes(name))

    def judge(self, conversion: Conversion, *, unique: bool) -> Verdict:
        """What becomes of a column's values that get another type."""
        return conversion.judge(self._connection, unique=unique)

    def rows(self, name: str, *conditions: ColumnElement[bool]) -> int:
        """How many rows a table has."""
        counted = select(func.count()).select_from(table(name)).where(*conditions)
        return int(self._connection.execute(counted).scalar_one())

    def filled(self, name: str, column_name: str) -> int:
        """How many rows have a value there."""
        return self.rows(name, column(column_name).is_not(None))

    def blank(self, name: str, column_name: str) -> int:
        """How many rows have none there."""
        return self.rows(name, column(column_name).is_(None))

    def doubled(self, name: str, columns: Sequence[str]) -> int:
        """How many different values, or combinations of them, stand in more than one row."""
        keys: list[ColumnElement[Any]] = [column(each) for each in columns]
        present = and_(*(key.is_not(None) for key in keys))
        one: ColumnElement[int] = literal_column("1")
        several = select(one).select_from(table(name)).where(present)
        groups = several.group_by(*keys).having(func.count() > 1).subquery()
        return int(self._connection.execute(select(func.count()).select_from(groups)).scalar_one())

    def stray(self, name: str, column_name: str, target: str) -> int:
        """How many rows refer to a row of `target` that is not there."""
        key: ColumnElement[Any] = column(column_name)
        return self.rows(name, key.is_not(None), key.not_in(select(column("id")).select_from(table(target))))
