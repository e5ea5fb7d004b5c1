"""Compiles queries: the root's statement, then one for each to-many level."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    bindparam,
    column,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.types import BigInteger

from app.storage.compile.cells import Form
from app.storage.compile.figures import Figures
from app.storage.compile.level import Level
from app.storage.compile.plan import Bound, ChildPlan, LevelPlan, Plan, SummaryPlan, pack_json, slots
from app.storage.compile.sources import Clause, Shown, Sources
from app.storage.prepare import DialectName, ListOf, one_of, prepare
from app.storage.selection import Aggregates, Query, Selection
from app.storage.shape import Object, group_shape, list_shape
from app.storage.tables import RelationTable, Tables

_PARENTS = "parents"


def compile_query(tables: Tables, dialect: DialectName, query: Query, form: Form) -> Plan:
    """The plan for a query. Raises `NotFound` for names that its sources do not show."""
    compiler = _Compiler(tables, dialect, form)
    return compiler.plan(query) if isinstance(query, Selection) else compiler.aggregate(query)


class _Compiler:
    def __init__(self, tables: Tables, dialect: DialectName, form: Form) -> None:
        self._dialect: DialectName = dialect
        self._form = form
        self._sources = Sources(tables, dialect)

    def plan(self, selection: Selection) -> Plan:
        shown = self._sources.source(selection.source)
        where = self._where(shown, selection)
        level = Level(self._sources, self._form, shown, shown.table)
        node = Object(level.record(selection.fields))
        order = list(level.order(selection.sort, selection.fields))
        if not level.columns:
            level.place(shown.id)
        query = select(*level.columns).select_from(level.table).where(where).order_by(*order)
        return Plan(
            self._bound(self._paged(query, selection)),
            self._bound(select(func.count()).select_from(shown.table).where(where))
            if selection.count
            else None,
            list_shape(node, len(level.columns)),
            self._children(level),
            selection.skip,
            selection.take,
            level.own if selection.source.rows is None else None,
        )

    def aggregate(self, query: Aggregates) -> Plan:
        shown = self._sources.source(query.source)
        figures = Figures(self._sources, self._form, shown, query.by)
        node = figures.object(query.parts)
        order = [key.asc().nulls_last() for key in figures.keys]
        # Groups of which nothing is asked are rows, too.
        columns = figures.columns or [func.count()]
        found = select(*columns).select_from(shown.table).where(self._where(shown, query))
        found = self._paged(found.group_by(*figures.keys).order_by(*order), query)
        return Plan(self._bound(found), None, list_shape(node, len(columns)), (), None, None)

    def _children(self, level: Level) -> tuple[LevelPlan, ...]:
        return tuple(
            self._child(nested.relation, nested.query, nested.place)
            if isinstance(nested.query, Selection)
            else self._summary(nested.relation, nested.query, nested.place)
            for nested in level.nested
        )

    def _summary(self, relation: RelationTable, query: Aggregates, place: int) -> SummaryPlan:
        child = self._sources.source(query.source)
        table, key = self._sources.link(relation, child)
        figures = Figures(self._sources, self._form, child)
        figures.place(key, None, "")
        node = figures.object(query.parts)
        width = len(figures.columns)
        found = select(*figures.columns).select_from(table).group_by(key)
        found = found.where(self._among_parents(key), self._where(child, query))
        (nothing,) = list_shape(node, width)([figures.nothing], None, ())
        return SummaryPlan(place, self._pack(), self._bound(found), group_shape(node, width), nothing)

    def _among_parents(self, key: ColumnElement[Any]) -> Clause:
        return one_of(key, _PARENTS, BigInteger(), self._dialect)

    def _pack(self) -> Callable[[list[Any]], Any]:
        return pack_json if self._dialect == "sqlite" else list

    def _child(self, relation: RelationTable, selection: Selection, place: int) -> ChildPlan:
        child = self._sources.source(selection.source)
        where = self._where(child, selection)
        table, key = self._sources.link(relation, child)
        here = self._among_parents(key)
        if selection.skip is None and selection.take is None:
            level, parent, condition = Level(self._sources, self._form, child, table), key, and_(here, where)
        else:
            level, parent = self._pages(selection, child, table, key, where)
            condition = true()
        level.place(parent, _PARENTS)
        node = Object(level.record(selection.fields))
        order = list(level.order(selection.sort, selection.fields))
        query = select(*level.columns).select_from(level.table).where(condition).order_by(parent, *order)
        count = select(key, func.count()).select_from(table).where(here, where).group_by(key)
        return ChildPlan(
            place,
            self._pack(),
            self._bound(query),
            self._bound(count) if selection.count else None,
            group_shape(node, len(level.columns)),
            self._children(level),
        )

    def _pages(
        self, selection: Selection, child: Shown, table: FromClause, key: ColumnElement[Any], where: Clause
    ) -> tuple[Level, ColumnElement[Any]]:
        """Each parent's own page: its ids are picked parent by parent, so that no parent's other children are read.

        A window function would number all children of all parents first.
        """
        picking = Level(self._sources, self._form, child, table)
        order = list(picking.order(selection.sort, selection.fields))
        if self._dialect == "postgresql" and not selection.sort:
            # Else a planner that expects many children walks the table by its id to find those of one parent.
            order = [(child.id + literal_column("0")).asc()]
        expand = func.json_each if self._dialect == "sqlite" else func.unnest
        ids = expand(bindparam(_PARENTS, type_=ListOf(BigInteger()))).table_valued(
            column("value", BigInteger())
        )
        parents = ids.alias("parents") if self._dialect == "sqlite" else ids.render_derived("parents")
        wanted = [child.id] if self._dialect == "sqlite" else list(child.table.c)
        page = self._paged(select(*wanted).select_from(picking.table), selection)
        page = page.where(key == parents.c.value, where).order_by(*order).correlate(parents)
        picked: FromClause
        if self._dialect == "sqlite":
            picked = self._sources.alias(child.model.table)
            joined = parents.join(picked, picked.c.id.in_(page))
        else:
            picked = page.lateral("page")
            joined = parents.join(picked, true())
        shown = Shown(child.model, picked, child.names, true())
        return Level(self._sources, self._form, shown, joined), parents.c.value

    def _where(self, shown: Shown, selection: Query) -> Clause:
        if selection.where is None:
            return shown.rows
        return and_(shown.rows, self._sources.condition(shown, selection.where))

    def _paged(self, query: Select[Any], selection: Query) -> Select[Any]:
        # No limit is a negative one on SQLite and null on PostgreSQL.
        take = self._sources.page(selection.take, "take", -1 if self._dialect == "sqlite" else None)
        skip = self._sources.page(selection.skip, "skip", 0)
        if take is not None:
            query = query.limit(take)
        return query if skip is None else query.offset(skip)

    def _bound(self, query: Select[Any]) -> Bound:
        prepared = prepare(query, self._dialect)
        names = [name for name, _ in prepared.binds]
        return Bound(prepared.sql, slots(names, self._operands(prepared.binds), prepared.constants))

    def _operands(self, binds: Sequence[tuple[str, Any]]) -> dict[str, Any]:
        """Each operand's place, with what makes the driver's value of what the caller gave."""
        found = {}
        for name, process in binds:
            if name in self._sources.operands:
                index, convert = self._sources.operands[name]
                found[name] = (index, convert if process is None else _both(convert, process))
        return found


def _both(convert: Any, process: Any) -> Any:
    return lambda value: process(convert(value))
