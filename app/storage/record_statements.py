"""The SQL of writes to records, rendered once for each model and set of columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, bindparam, delete, func, literal, select, text, update
from sqlalchemy.sql.base import Executable
from sqlalchemy.types import BigInteger

from app.definition.conditions import Condition
from app.storage.compile.own import Own, as_text
from app.storage.compile.sources import Sources
from app.storage.prepare import Convert, DialectName, insert_into, none_of, one_of, prepare
from app.storage.record_ahead import asking, making
from app.storage.selection import Source
from app.storage.system import ASSET
from app.storage.tables import ModelTable, RelationTable, Tables
from app.storage.work import Ahead, Statement

_ID = BigInteger()


@dataclass(frozen=True, slots=True)
class WriteStatement:
    """A statement whose parameters come by name, and from the operands of a grant's row filter."""

    sql: str
    slots: tuple[Callable[[Mapping[str, Any], Sequence[Any]], Any], ...]

    def statement(
        self, values: Mapping[str, Any], granted: Sequence[Any] = (), *, last: bool = False
    ) -> Statement:
        return Statement(self.sql, [slot(values, granted) for slot in self.slots], last)


class RecordStatements:
    """Renders the statements of one application's records, and keeps them: at least the last `limit` in use."""

    def __init__(self, tables: Tables, dialect: DialectName, *, limit: int = 1000) -> None:
        self._tables = tables
        self._dialect: DialectName = dialect
        self._limit = limit
        self._kept: dict[Any, WriteStatement] = {}
        self._former: dict[Any, WriteStatement] = {}

    def insert(
        self, model: str, names: tuple[str, ...], own: tuple[Own, ...] = (), *, lenient: bool = False
    ) -> WriteStatement:
        """Makes a record of `new_<name>` for each name; answers its id, or nothing if `lenient` and not unique.

        Behind the id come the columns `own`, as reads get them.
        """
        key = ("insert", model, names, own, lenient)
        return self._get(key, lambda: self._insert(model, names, own, lenient))

    def ahead(
        self, model: str, names: tuple[str, ...], own: tuple[Own, ...], values: Mapping[str, Any]
    ) -> Ahead | None:
        """The same in two parts, with these values; None where the insert alone can tell what it answers."""
        found = self._tables.models[model]
        if self._dialect == "sqlite" or _counted(found):
            return None
        ask = self._get(
            ("ask", model, names, own), lambda: self._written(asking(found, self._new(found, names), own))
        )
        make = self._get(
            ("make", model, names), lambda: self._written(making(found, self._new(found, names)))
        )
        return Ahead(ask.statement(values), lambda id: make.statement({**values, "new_id": id}))

    def update(self, model: str, names: tuple[str, ...], rows: Condition | None) -> WriteStatement:
        """Sets `new_<name>` of the record `record` if `rows` lets it through; answers its id."""
        return self._get(("update", model, names, rows), lambda: self._update(model, names, rows))

    def delete(self, model: str, rows: Condition | None) -> WriteStatement:
        """Removes the record `record` if `rows` lets it through; answers its id."""
        return self._get(("delete", model, rows), lambda: self._delete(model, rows))

    def check(self, model: str, rows: Condition) -> WriteStatement:
        """Answers the id of the record `record` if `rows` lets it through."""
        return self._get(("check", model, rows), lambda: self._check(model, rows))

    def existing(self, model: str) -> WriteStatement:
        """Answers those of the ids `records` that there are."""
        table = self._tables.models[model].table
        return self._get(
            ("existing", model),
            lambda: self._written(
                select(table.c.id).where(one_of(table.c.id, "records", _ID, self._dialect))
            ),
        )

    def attach(self) -> WriteStatement:
        """Marks the files `files` of the application `of` as referred to; answers id, name and content type of each."""
        mine = (
            ASSET.c.application == bindparam("of"),
            one_of(ASSET.c.id, "files", ASSET.c.id.type, self._dialect),
        )
        answered = (ASSET.c.id, ASSET.c.name, ASSET.c.content_type)
        query = update(ASSET).where(*mine).values(state=literal("attached")).returning(*answered)
        return self._get(("attach",), lambda: self._written(query))

    def lock(self, model: str) -> WriteStatement | None:
        """What makes counting up safe among several writers, where there are several."""
        if self._dialect == "sqlite" or not _counted(self._tables.models[model]):
            return None
        name = self._tables.models[model].table.name
        query = select(func.pg_advisory_xact_lock(func.hashtext(text(f"'{name}'"))))
        return self._get(("lock", model), lambda: self._written(query))

    def find(self, model: str, names: tuple[str, ...], rows: Condition | None = None) -> WriteStatement:
        """Answers the id of the first record let through by `rows` that agrees in `new_<name>` for each name."""
        return self._get(("find", model, names, rows), lambda: self._find(model, names, rows))

    def held(self, relation: RelationTable, *, others: bool) -> WriteStatement:
        """Answers a record of has_many or has_one that `record` has, among `records` or outside of them."""
        return self._get(("held", _place(relation), others), lambda: self._held(relation, others))

    def attach_records(self, relation: RelationTable) -> WriteStatement:
        """Adds the records `records` to those of `record`; has_many and has_one answer the ids there are."""
        return self._get(("add", _place(relation)), lambda: self._written(self._attach_records(relation)))

    def detach_records(self, relation: RelationTable, *, others: bool) -> WriteStatement:
        """Takes the records `records`, or all others, away from `record`."""
        return self._get(
            ("remove", _place(relation), others),
            lambda: self._written(self._detach_records(relation, others)),
        )

    def _get(self, key: Any, make: Callable[[], WriteStatement]) -> WriteStatement:
        known = self._kept.get(key)
        if known is not None:
            return known
        made = self._former.pop(key, None) or make()
        if len(self._kept) >= self._limit:
            self._former, self._kept = self._kept, {}
        self._kept[key] = made
        return made

    def _insert(
        self, model: str, names: tuple[str, ...], own: tuple[Own, ...], lenient: bool
    ) -> WriteStatement:
        found = self._tables.models[model]
        values: dict[str, Any] = dict(self._new(found, names))
        for column in _counted(found):
            values[column.name] = select(
                func.coalesce(func.max(column), literal(0)) + literal(1)
            ).scalar_subquery()
        query = insert_into(found.table, self._dialect).values(values)
        if lenient:
            query = query.on_conflict_do_nothing()
        columns = found.table.c
        answered = [as_text(columns[one.name]) if one.text else columns[one.name] for one in own]
        return self._written(query.returning(columns["id"], *answered))

    def _update(self, model: str, names: tuple[str, ...], rows: Condition | None) -> WriteStatement:
        found = self._tables.models[model]
        sources = Sources(self._tables, self._dialect)
        query = (
            update(found.table).where(*self._one(sources, found, rows)).values(dict(self._new(found, names)))
        )
        return self._written(query.returning(found.table.c.id), sources)

    def _delete(self, model: str, rows: Condition | None) -> WriteStatement:
        found = self._tables.models[model]
        sources = Sources(self._tables, self._dialect)
        query = delete(found.table).where(*self._one(sources, found, rows)).returning(found.table.c.id)
        return self._written(query, sources)

    def _check(self, model: str, rows: Condition) -> WriteStatement:
        sources = Sources(self._tables, self._dialect)
        shown = sources.source(Source(model, frozenset(), rows))
        return self._written(select(shown.id).where(shown.id == bindparam("record"), shown.rows), sources)

    def _find(self, model: str, names: tuple[str, ...], rows: Condition | None) -> WriteStatement:
        sources = Sources(self._tables, self._dialect)
        shown = sources.source(Source(model, frozenset(), rows))
        wanted = self._new(self._tables.models[model], names)
        agrees = [shown.table.c[column] == value for column, value in wanted.items()]
        query = select(shown.id).where(*agrees, shown.rows).order_by(shown.id).limit(1)
        return self._written(query, sources)

    def _held(self, relation: RelationTable, others: bool) -> WriteStatement:
        key = relation.foreign
        assert key is not None
        chosen = (none_of if others else one_of)(key.table.c.id, "records", _ID, self._dialect)
        query = select(key.table.c.id).where(key == bindparam("record", type_=_ID), chosen)
        return self._written(query.limit(1))

    def _one(self, sources: Sources, found: ModelTable, rows: Condition | None) -> list[ColumnElement[bool]]:
        record = bindparam("record", type_=_ID)
        mine = [found.table.c.id == record]
        if rows is None:
            return mine
        shown = sources.source(Source(found.model.name, frozenset(), rows))
        return [*mine, found.table.c.id.in_(select(shown.id).where(shown.id == record, shown.rows))]

    def _new(self, found: ModelTable, names: Sequence[str]) -> Mapping[str, Any]:
        columns = [
            found.columns[name] if name in found.columns else _reference(found, name) for name in names
        ]
        return {
            column.name: bindparam(f"new_{name}", type_=column.type)
            for name, column in zip(names, columns, strict=True)
        }

    def _attach_records(self, relation: RelationTable) -> Executable:
        record = bindparam("record", type_=_ID)
        if relation.foreign is not None:
            table = relation.foreign.table
            chosen = one_of(table.c.id, "records", _ID, self._dialect)
            return update(table).where(chosen).values({relation.foreign.name: record}).returning(table.c.id)
        assert relation.join is not None and relation.near is not None and relation.far is not None
        target = self._tables.models[relation.target].table
        chosen = one_of(target.c.id, "records", _ID, self._dialect)
        pairs = select(record, target.c.id).where(chosen)
        made = insert_into(relation.join, self._dialect).from_select([relation.near, relation.far], pairs)
        attached: Executable = made.on_conflict_do_nothing()
        return attached

    def _detach_records(self, relation: RelationTable, others: bool) -> Executable:
        listed = none_of if others else one_of
        record = bindparam("record", type_=_ID)
        if relation.foreign is not None:
            table, key = relation.foreign.table, relation.foreign
            chosen = listed(table.c.id, "records", _ID, self._dialect)
            return update(table).where(key == record, chosen).values({key.name: None})
        assert relation.join is not None and relation.near is not None and relation.far is not None
        chosen = listed(relation.far, "records", _ID, self._dialect)
        return delete(relation.join).where(relation.near == record, chosen)

    def _written(self, query: Executable, sources: Sources | None = None) -> WriteStatement:
        prepared = prepare(query, self._dialect)
        operands = {} if sources is None else sources.operands
        slots = tuple(_slot(name, process, operands, prepared.constants) for name, process in prepared.binds)
        return WriteStatement(prepared.sql, slots)


def _slot(
    name: str,
    process: Convert | None,
    operands: Mapping[str, tuple[int, Convert]],
    constants: Mapping[str, Any],
) -> Callable[[Mapping[str, Any], Sequence[Any]], Any]:
    if name in constants:
        constant = constants[name] if process is None else process(constants[name])
        return lambda values, granted: constant
    if name in operands:
        index, convert = operands[name]
        if process is None:
            return lambda values, granted: convert(granted[index])
        return lambda values, granted: process(convert(granted[index]))
    if process is None:
        return lambda values, granted: values[name]
    return lambda values, granted: process(values[name])


def _reference(found: ModelTable, name: str) -> Column[Any]:
    column = found.relations[name].column
    assert column is not None
    return column


def _counted(found: ModelTable) -> list[Any]:
    return [
        found.columns[name]
        for name, property in found.model.properties.items()
        if property.kind == "auto_increment" and name in found.columns
    ]


def _place(relation: RelationTable) -> tuple[str, str]:
    column = relation.foreign if relation.foreign is not None else relation.near
    assert column is not None
    return column.table.name, column.name
