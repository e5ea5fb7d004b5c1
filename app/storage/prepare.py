"""SQLAlchemy Core clauses rendered once, so that at run time only the driver is left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import ColumnElement, Select, Table, any_, bindparam, column, func, not_, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import ARRAY, JSON, Text, TypeDecorator, TypeEngine

from app.json_text import read_json, write_json
from app.properties.columns import Json, UtcDateTime
from app.storage.work import Row, Statement

DialectName = Literal["sqlite", "postgresql"]
Convert = Callable[[Any], Any]

_NUMERIC_OID = 1700


@cache
def dialect_of(name: DialectName) -> Dialect:
    """SQLAlchemy's dialect, which here only renders and knows how values are stored."""
    if name == "sqlite":
        return sqlite.dialect(paramstyle="qmark")
    # It takes 4 MiB: it is loaded where it is used.
    from sqlalchemy.dialects.postgresql import asyncpg

    make: Callable[..., Dialect] = asyncpg.dialect
    return make(json_serializer=write_json, json_deserializer=read_json)


def insert_into(table: Table, dialect: DialectName) -> Any:
    """An INSERT that can say what happens where a row is there already."""
    if dialect == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)


class Prepared:
    """A statement as the driver takes it: `binds` are its parameters in order, each with what converts its value.

    It is rendered when it is first asked for: a server has some hundred, of which it uses few before it answers.
    """

    __slots__ = ("_clause", "_dialect", "binds", "constants", "results", "sql")

    sql: str
    binds: tuple[tuple[str, Convert | None], ...]
    constants: Mapping[str, Any]
    results: tuple[Convert | None, ...]

    def __init__(self, clause: Executable, dialect: DialectName) -> None:
        self._clause: Executable | None = clause
        self._dialect: DialectName = dialect

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            # Only what has not been rendered is missing. Two threads may both do it, and then alike.
            clause = self._clause
            if clause is not None:
                self._render(clause)
            return object.__getattribute__(self, name)

    def statement(self, values: Mapping[str, Any]) -> Statement:
        """The statement with these values, which are Python's own; raises KeyError for a missing one."""
        constants = self.constants
        parameters = []
        for name, convert in self.binds:
            value = constants[name] if name in constants else values[name]
            parameters.append(value if convert is None else convert(value))
        return Statement(self.sql, parameters)

    def rows(self, rows: Sequence[Row]) -> list[tuple[Any, ...]]:
        """The rows with Python's own values."""
        results = self.results
        if not any(results):
            return [tuple(row) for row in rows]
        return [
            tuple(
                value if convert is None else convert(value)
                for value, convert in zip(row, results, strict=True)
            )
            for row in rows
        ]

    def _render(self, clause: Executable) -> None:
        dialect = dialect_of(self._dialect)
        compiled = clause.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})  # type: ignore[attr-defined]
        assert isinstance(compiled, SQLCompiler)
        assert not compiled.insert_prefetch and not compiled.update_prefetch
        names = compiled.positiontup or []
        self.sql = compiled.string
        self.binds = tuple((name, bind_processor(compiled.binds[name].type, dialect)) for name in names)
        self.constants = {
            name: compiled.binds[name].effective_value for name in names if not compiled.binds[name].required
        }
        self.results = tuple(result_processor(entry.type, dialect) for entry in compiled._result_columns)
        self._clause = None


def prepare(clause: Executable, dialect: DialectName) -> Prepared:
    """A clause for the driver. Its parameters are its `bindparam`s by name; values written into it are constants."""
    return Prepared(clause, dialect)


def bind_processor(type_: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    """What makes the driver's value of a Python value, or None where it takes it as it is."""
    if isinstance(type_, ListOf | UtcDateTime):
        return type_.binder(dialect)
    if isinstance(type_, Json) and dialect.name == "sqlite":
        return type_.text
    return type_.dialect_impl(dialect).bind_processor(dialect)


def result_processor(type_: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    """What makes a Python value of the driver's, or None where it is one."""
    own = type_.dialect_impl(dialect).result_processor(dialect, _NUMERIC_OID)
    if dialect.name == "postgresql" and _is_json(type_, dialect):
        # The bare driver gives the text.
        return lambda text: None if text is None else read_json(text)
    return own


def _is_json(type_: TypeEngine[Any], dialect: Dialect) -> bool:
    impl = type_.dialect_impl(dialect)
    return isinstance(impl.impl if isinstance(impl, TypeDecorator) else impl, JSON)


class ListOf(TypeDecorator[Sequence[Any]]):
    """Any number of values as one parameter, so that the SQL does not depend on how many there are.

    SQLite gets a JSON list, PostgreSQL an array.
    """

    impl = Text
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return Text() if dialect.name == "sqlite" else ARRAY(self.item)

    def binder(self, dialect: Dialect) -> Convert:
        """What makes the driver's value of a list; null makes one that contains nothing and excludes all."""
        convert = bind_processor(self.item, dialect)

        def items(values: Iterable[Any]) -> list[Any]:
            return list(values) if convert is None else [convert(value) for value in values]

        if dialect.name == "sqlite":
            return lambda values: write_json([None] if values is None else items(values))
        return lambda values: None if values is None else items(values)


def one_of(
    left: ColumnElement[Any], name: str, item: TypeEngine[Any], dialect: DialectName
) -> ColumnElement[bool]:
    """Whether a column's value is in the list that is the parameter `name`, of items of this type."""
    values = bindparam(name, type_=ListOf(item))
    return left.in_(_items(values)) if dialect == "sqlite" else left == any_(values)


def none_of(
    left: ColumnElement[Any], name: str, item: TypeEngine[Any], dialect: DialectName
) -> ColumnElement[bool]:
    """Whether a column's value is outside of the list that is the parameter `name`, of items of this type."""
    values = bindparam(name, type_=ListOf(item))
    return left.not_in(_items(values)) if dialect == "sqlite" else not_(left == any_(values))


def _items(values: Any) -> Select[Any]:
    return select(column("value")).select_from(func.json_each(values).alias("items"))
