"""What stands in somebody's database: its tables as they were found, as frozen values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from warnings import catch_warnings

from sqlalchemy import Connection, Inspector, inspect, text
from sqlalchemy.engine.reflection import ObjectKind
from sqlalchemy.exc import SAWarning
from sqlalchemy.types import TypeEngine

from app.intake.pragmas import read_pragmas

OWN = "actionql_"
"""How the names of a server's own tables and schemas begin; they are nobody's data."""
_PARTS = (
    "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relispartition"
)


class TableName(NamedTuple):
    """A table's name; `schema` is None where it goes without saying."""

    schema: str | None
    name: str

    def __str__(self) -> str:
        return self.name if self.schema is None else f"{self.schema}.{self.name}"


@dataclass(frozen=True, slots=True)
class FoundColumn:
    """A column; `default` and `computed` are SQL."""

    name: str
    type: TypeEngine[Any]
    nullable: bool
    default: str | None = None
    computed: str | None = None


@dataclass(frozen=True, slots=True)
class FoundReference:
    """A foreign key: these columns hold the values of those of the table `to`."""

    columns: tuple[str, ...]
    to: TableName
    to_columns: tuple[str, ...]
    on_delete: str


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table; of its indexes and checks those that have no form here are in `notes`."""

    name: TableName
    columns: Mapping[str, FoundColumn]
    primary_key: tuple[str, ...]
    references: tuple[FoundReference, ...]
    unique: tuple[tuple[str, ...], ...]
    indexes: tuple[tuple[str, ...], ...]
    checks: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A database: its tables by name, and the views beside them."""

    dialect: str
    tables: Mapping[TableName, FoundTable]
    views: tuple[str, ...]


def find_tables(connection: Connection, schemas: Sequence[str] = ()) -> Found:
    """The tables of these schemas, else of all that are not the database's own; without a server's own tables."""
    inspector = inspect(connection)
    tables: dict[TableName, FoundTable] = {}
    views: list[str] = []
    parts = _partitions(connection)
    for schema in _schemas(inspector, schemas):
        with catch_warnings(action="ignore", category=SAWarning):
            # It warns of indexes of expressions and of types that it does not know.
            found = [*_tables(connection, inspector, schema)]
        for table in found:
            if not table.name.name.startswith(OWN) and table.name not in parts:
                tables[table.name] = table
        names = [*inspector.get_view_names(schema), *_materialized(inspector, schema)]
        views += [str(TableName(schema, name)) for name in names]
    return Found(connection.dialect.name, tables, tuple(sorted(views)))


def _schemas(inspector: Inspector, wanted: Sequence[str]) -> Iterator[str | None]:
    """The schemas to look at, the usual one as None."""
    usual = inspector.default_schema_name
    if inspector.dialect.name == "sqlite":
        yield None
        return
    for schema in wanted or inspector.get_schema_names():
        if schema != "information_schema" and not schema.startswith(OWN):
            yield None if schema == usual else schema


def _partitions(connection: Connection) -> set[TableName]:
    """The parts of divided tables, whose rows the whole has."""
    if connection.dialect.name == "sqlite":
        return set()
    usual = inspect(connection).default_schema_name
    rows = connection.execute(text(_PARTS))
    return {TableName(None if schema == usual else schema, name) for schema, name in rows}


def _materialized(inspector: Inspector, schema: str | None) -> list[str]:
    return [] if inspector.dialect.name == "sqlite" else inspector.get_materialized_view_names(schema)


def _tables(connection: Connection, inspector: Inspector, schema: str | None) -> Iterator[FoundTable]:
    """The tables of a schema by their names; each kind of fact is asked for once for all of them."""
    kind = ObjectKind.TABLE
    columns = inspector.get_multi_columns(schema, kind=kind)
    keys = inspector.get_multi_pk_constraint(schema, kind=kind)
    references = inspector.get_multi_foreign_keys(schema, kind=kind)
    pragmas = {key: read_pragmas(connection, key[1]) for key in columns}
    unique = inspector.get_multi_unique_constraints(schema, kind=kind)
    indexes = inspector.get_multi_indexes(schema, kind=kind)
    checks = inspector.get_multi_check_constraints(schema, kind=kind)
    for key in sorted(columns, key=lambda key: key[1]):
        found = [index for index in indexes[key] if _plain(index)]
        names = [tuple(str(name) for name in index["column_names"]) for index in found]
        yield FoundTable(
            TableName(schema, key[1]),
            {column["name"]: _column(column) for column in columns[key]},
            tuple(keys[key]["constrained_columns"]) if keys[key] else (),
            tuple(_references(references[key], pragmas[key].on_delete)),
            _distinct(
                [tuple(one["column_names"]) for one in unique[key]]
                + list(pragmas[key].unique)
                + [name for name, index in zip(names, found, strict=True) if index["unique"]]
            ),
            _distinct(name for name, index in zip(names, found, strict=True) if not index["unique"]),
            tuple(one["sqltext"] for one in checks[key]),
            tuple(
                f"the index {index['name']} is of expressions or of some rows"
                for index in indexes[key]
                if not _plain(index)
            ),
        )


def _plain(index: Any) -> bool:
    options = index.get("dialect_options", {})
    partial = any(name.endswith("_where") for name in options)
    return not partial and "expressions" not in index and None not in index["column_names"]


def _column(column: Any) -> FoundColumn:
    computed = column.get("computed")
    return FoundColumn(
        column["name"],
        column["type"],
        bool(column["nullable"]),
        column.get("default"),
        None if computed is None else str(computed["sqltext"]),
    )


def _references(found: Iterable[Any], on_delete: Mapping[tuple[str, ...], str]) -> Iterator[FoundReference]:
    for one in found:
        columns = tuple(one["constrained_columns"])
        told = on_delete.get(columns) or one.get("options", {}).get("ondelete", "")
        to = TableName(one["referred_schema"], one["referred_table"])
        yield FoundReference(columns, to, tuple(one["referred_columns"]), told.upper())


def _distinct(lists: Iterable[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    return tuple(dict.fromkeys(lists))
