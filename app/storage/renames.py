"""Renames by `was`: what stood under a former name gets its new one, with all that is in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import Connection, Table, inspect

from app.storage.naming import shortened
from app.storage.plan import Change, operations_on


def rename_former(connection: Connection, tables: Mapping[str, Table]) -> list[Change]:
    """Renames tables and columns that exist under a former name only, and tells which."""
    return [*_rename_tables(connection, tables), *_rename_columns(connection, tables.values())]


def rename_table(connection: Connection, old: str, new: str) -> None:
    """Renames a table, and on PostgreSQL the index of its key, whose name another table could need."""
    operations_on(connection).rename_table(old, new)
    if connection.dialect.name == "sqlite":
        return
    key = inspect(connection).get_pk_constraint(new)["name"]
    if key is not None:
        quote = connection.dialect.identifier_preparer.quote
        named = quote(shortened(f"pk__{new}"))
        connection.exec_driver_sql(f"ALTER TABLE {quote(new)} RENAME CONSTRAINT {quote(key)} TO {named}")


def _rename_tables(connection: Connection, tables: Mapping[str, Table]) -> Iterator[Change]:
    found = set(inspect(connection).get_table_names())
    for table in tables.values():
        old = _former(table.info.get("was", ()), found - tables.keys())
        if table.name in found or old is None:
            continue
        rename_table(connection, old, table.name)
        found = (found - {old}) | {table.name}
        words = table.info.get("words", table.name)
        yield Change("rename_table", table.name, f"renames the table {old} to {table.name}, for {words}")


def _rename_columns(connection: Connection, tables: Iterable[Table]) -> Iterator[Change]:
    inspector = inspect(connection)
    found = set(inspector.get_table_names())
    for table in tables:
        if table.name not in found or not any(column.info.get("was") for column in table.columns):
            continue
        columns = {column["name"] for column in inspector.get_columns(table.name)}
        for column in table.columns:
            old = _former(column.info.get("was", ()), columns - set(table.columns.keys()))
            if column.name in columns or old is None:
                continue
            operations_on(connection).alter_column(table.name, old, new_column_name=column.name)
            columns = (columns - {old}) | {column.name}
            text = f"renames the column {old} of {table.name} to {column.name}"
            yield Change("rename_column", table.name, text)


def _former(names: Sequence[str], found: set[str]) -> str | None:
    return next((name for name in names if name in found), None)
