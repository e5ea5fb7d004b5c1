"""One statement of a plan: the records of the root or of a to-many relation, to-one relations joined.

While it is built it gathers columns, each of them once, and says how its rows become answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Integer, and_, cast, func, literal_column, select
from sqlalchemy.types import BigInteger

from app.definition.model import Property
from app.errors import BadInput, NotFound
from app.properties import KINDS
from app.storage.compile.cells import FILES, Form, cell, computation, reads_as_text, text_cell
from app.storage.compile.own import Own, as_text
from app.storage.compile.sources import Shown, Sources
from app.storage.selection import Constant, Field, Leaf, Many, One, Query, Selection, Sort, Source, Summary
from app.storage.shape import Cell, Children, Computed, FileCell, Fixed, Node, Object
from app.storage.tables import RelationTable

_ID = frozenset({"id"})
_MOST_NESTED = 10
"""Properties of kind expression may read each other; no further than this."""


@dataclass(frozen=True, slots=True)
class Nested:
    """A to-many relation that a level asks for: the next level, with the place of its parents' ids."""

    relation: RelationTable
    query: Query
    place: int


class Level:
    """Columns and joins for the records of `shown`, which stand in `table`."""

    def __init__(self, sources: Sources, form: Form, shown: Shown, table: FromClause) -> None:
        self.sources = sources
        self.shown = shown
        self.table = table
        self.columns: list[ColumnElement[Any]] = []
        self.nested: list[Nested] = []
        self._texts: dict[ColumnElement[Any], ColumnElement[Any]] = {}
        self._form = form
        self._places: dict[tuple[Any, ...], int] = {}
        self._joined: dict[tuple[FromClause, str, Selection], Shown] = {}

    @property
    def own(self) -> tuple[Own, ...] | None:
        """The columns, if all of them, and nothing else, stand in the records' own rows."""
        own, found = self.shown.table.c, []
        for column in self.columns:
            of = self._texts.get(column)
            read = column if of is None else of
            if own.get(read.key or "") is not read:
                return None
            found.append(Own(str(read.key), text=of is not None))
        return None if self.nested else tuple(found)

    def place(self, column: ColumnElement[Any], *key: Any) -> int:
        """Where the column stands in the rows; a column with the same key is read once."""
        key = key or (column,)
        if key not in self._places:
            self._places[key] = len(self.columns)
            self.columns.append(column)
        return self._places[key]

    def _place_text(self, column: ColumnElement[Any], table: FromClause, name: str) -> int:
        """Where the column's text stands in the rows."""
        text = as_text(column)
        self._texts[text] = column
        return self.place(text, table, name, "text")

    def record(self, fields: Sequence[Field], shown: Shown | None = None) -> tuple[tuple[str, Node], ...]:
        """How the fields of a record of `shown` are made."""
        shown = shown or self.shown
        return tuple((field.key, self._field(shown, field)) for field in fields)

    def order(self, sorts: Sequence[Sort], fields: Sequence[Field]) -> Iterator[ColumnElement[Any]]:
        """The keys to order by, at last the id: nulls come last, and first in a descending order."""
        for sort in sorts:
            shown = self._sorted(sort, fields)
            column = self._sort_key(shown, sort.property)
            if sort.direction == "asc":
                yield column.asc().nulls_last() if self._may_be_null(shown, sort) else column.asc()
            else:
                yield column.desc().nulls_first() if self._may_be_null(shown, sort) else column.desc()
            if not sort.path and sort.property == "id":
                return
        yield self.shown.id.asc()

    def _field(self, shown: Shown, field: Field) -> Node:
        match field:
            case Leaf(_, name, parts):
                return self._leaf(shown, shown.property(name), name, parts, self._form)
            case Constant(_, value):
                return Fixed(value)
            case One(_, name, selection):
                return self._one(shown, self._relation(shown, name, to_many=False), selection)
            case Many(_, name, query) | Summary(_, name, query):
                relation = self._relation(shown, name, to_many=True)
                place = self.place(shown.id, shown.table, "id")
                self.nested.append(Nested(relation, query, place))
                return Children(len(self.nested) - 1, place)

    def _relation(self, shown: Shown, name: str, *, to_many: bool) -> RelationTable:
        relation = shown.relation(name)
        if relation.relation.to_many != to_many:
            raise NotFound(f"{shown.model.model.name} has no such relation as {name!r}.")
        return relation

    def _leaf(
        self,
        shown: Shown,
        property: Property,
        name: str,
        parts: tuple[tuple[str, str], ...],
        form: Form,
        depth: int = 0,
    ) -> Node:
        if property.kind == "expression":
            return self._computed(shown, property, form, depth)
        if property.kind in ("count", "sum"):
            value = self._aggregate(shown, property)
            place = self.place(value, shown.table, name)
            return cell(place, property, value.type, self.sources.rendered, form)
        column, type_ = shown.column(name), shown.model.columns[name].type
        if reads_as_text(type_, self.sources.rendered, form):
            return text_cell(self._place_text(column, shown.table, name), type_)
        place = self.place(column, shown.table, name)
        if form == "wire" and parts and KINDS[property.kind].graphql in FILES:
            return FileCell(place, parts)
        return cell(place, property, type_, self.sources.rendered, form)

    def _one(self, shown: Shown, relation: RelationTable, selection: Selection) -> Node:
        if relation.column is not None and _is_reference(selection):
            # Foreign keys hold, so that the id can be read without the record it belongs to.
            place = self.place(shown.table.c[relation.column.key], shown.table, "\0", relation.relation.name)
            return Object(
                tuple((field.key, _id_or_constant(field, place)) for field in selection.fields), place
            )
        other = self._join(shown, relation, selection)
        present = self.place(other.id, other.table, "id")
        return Object(self.record(selection.fields, other), present)

    def _join(self, shown: Shown, relation: RelationTable, selection: Selection) -> Shown:
        filtered = Selection(selection.source, (), selection.where)
        key = (shown.table, relation.relation.name, filtered)
        if key not in self._joined:
            other = self.sources.source(selection.source)
            _, key_column = self.sources.link(relation, other)
            tied = key_column == self.sources.parent(shown, relation)
            where = (
                other.rows
                if selection.where is None
                else and_(other.rows, self.sources.condition(other, selection.where))
            )
            self.table = self.table.outerjoin(other.table, and_(tied, where))
            self._joined[key] = other
        return self._joined[key]

    def _computed(self, shown: Shown, property: Property, form: Form, depth: int) -> Node:
        if property.expression is None or depth == _MOST_NESTED:
            return Fixed(None)
        inputs: dict[str, Node] = {}
        related: dict[str, set[str]] = {}
        everything = Shown(shown.model, shown.table, None, shown.rows)
        for path in property.expression.paths:
            name = path[0]
            if name in shown.model.model.all_properties:
                read = everything.property(name)
                inputs[name] = self._leaf(everything, read, name, (), "python", depth + 1)
            elif name in shown.model.relations and not shown.model.relations[name].relation.to_many:
                related.setdefault(name, set()).update(path[1:2])
        for name, names in related.items():
            inputs[name] = self._related(everything, name, names, depth)
        return Computed(
            computation(property.expression, form), tuple(sorted(inputs.items(), key=lambda item: item[0]))
        )

    def _related(self, shown: Shown, name: str, names: set[str], depth: int) -> Node:
        relation = shown.relation(name)
        source = Source(relation.target, frozenset(), None)
        joined = self._join(shown, relation, Selection(source, ()))
        other = Shown(joined.model, joined.table, None, joined.rows)
        entries = tuple(
            (each, self._leaf(other, other.property(each), each, (), "python", depth + 1))
            for each in sorted(names)
            if each in other.model.model.all_properties
        )
        return Object(entries, self.place(other.id, other.table, "id"))

    def _aggregate(self, shown: Shown, property: Property) -> ColumnElement[Any]:
        relation = shown.model.relations[str(property.relation)]
        child = self.sources.unfiltered(relation.target)
        table, key = self.sources.link(relation, child)
        value: ColumnElement[Any] = func.count()
        if property.kind == "sum":
            summed = child.column(str(property.property))
            total = func.coalesce(func.sum(summed), literal_column("0"), type_=summed.type)
            value = cast(total, BigInteger()) if isinstance(summed.type, Integer) else total
        query = select(value).select_from(table).where(key == self.sources.parent(shown, relation))
        return query.correlate_except(*table._from_objects).scalar_subquery()

    def _sorted(self, sort: Sort, fields: Sequence[Field]) -> Shown:
        """What a sort key is a property of: the records themselves, or what is joined along its path."""
        shown = self.shown
        sources = sort.sources
        for step, name in enumerate(sort.path):
            relation = self._relation(shown, name, to_many=False)
            asked = next((each for each in fields if isinstance(each, One) and each.relation == name), None)
            if step < len(sources):
                shown = self._join(shown, relation, Selection(sources[step], ()))
            elif asked is not None:
                shown = self._join(shown, relation, asked.selection)
            else:
                # Without its grant's row filter an order would tell about hidden records.
                raise NotFound(f"Nothing can be sorted by {name!r}.")
            fields = asked.selection.fields if asked else ()
        return shown

    def _sort_key(self, shown: Shown, name: str) -> ColumnElement[Any]:
        property = shown.property(name)
        if property.kind in ("count", "sum"):
            return self._aggregate(shown, property)
        if not KINDS[property.kind].stored:
            raise BadInput(f"Nothing can be sorted by {name}.", {name: ["is_invalid"]})
        return shown.column(name)

    def _may_be_null(self, shown: Shown, sort: Sort) -> bool:
        column = shown.model.columns.get(sort.property)
        return bool(sort.path) or (column is not None and bool(column.nullable))


def _is_reference(selection: Selection) -> bool:
    """Whether all that is asked of a record is its id, whatever the record."""
    if selection.source.rows is not None or selection.where is not None or "id" not in selection.source.names:
        return False
    return all(
        isinstance(field, Constant) or (isinstance(field, Leaf) and field.property == "id")
        for field in selection.fields
    )


def _id_or_constant(field: Field, place: int) -> Node:
    return Fixed(field.value) if isinstance(field, Constant) else Cell(place)
