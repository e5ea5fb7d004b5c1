"""Tables as grants show them, and conditions on them: the one place where a statement comes to name a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    and_,
    bindparam,
    exists,
    false,
    func,
    not_,
    or_,
    select,
    true,
)

from app.definition.conditions import Compare, Condition, Every, Parameter, Related, Some
from app.definition.model import Property
from app.errors import BadInput, NotFound
from app.properties import KINDS
from app.properties.base import EXISTENCE_OPERATORS
from app.storage.compile.operands import operand_converter, operand_type, page_converter
from app.storage.prepare import Convert, DialectName, dialect_of, none_of, one_of
from app.storage.selection import Source
from app.storage.tables import ModelTable, RelationTable, Tables

Clause = ColumnElement[bool]

# Every record has an id: asked of a relation, this selects those without a related record.
_NO_ID = Compare("id", "does_not_exist")
_NOBODY = (_NO_ID, Every((_NO_ID,)))


@dataclass(frozen=True, slots=True)
class Shown:
    """One table in a statement, as its source shows it. `names` is None where nothing is hidden."""

    model: ModelTable
    table: FromClause
    names: frozenset[str] | None
    rows: Clause

    @property
    def id(self) -> ColumnElement[int]:
        return self.table.c.id

    def column(self, name: str) -> ColumnElement[Any]:
        """The column of a stored property."""
        column: ColumnElement[Any] = self.table.c[self.model.columns[name].key]
        return column

    def property(self, name: str) -> Property:
        """A property that may be seen; a hidden one is as unknown as one that is not there."""
        found = self.model.model.all_properties.get(name)
        if found is None or (self.names is not None and name not in self.names):
            raise self._unknown(name)
        return found

    def relation(self, name: str) -> RelationTable:
        """A relation that may be seen."""
        found = self.model.relations.get(name)
        if found is None or (self.names is not None and name not in self.names):
            raise self._unknown(name)
        return found

    def _unknown(self, name: str) -> NotFound:
        return NotFound(f"{self.model.model.name} has no property or relation {name!r}.")


class Sources:
    """Names the tables of one plan's statements, and gathers the places of their operands."""

    def __init__(self, tables: Tables, dialect: DialectName) -> None:
        self.tables = tables
        self.dialect: DialectName = dialect
        self.rendered = dialect_of(dialect)
        self.operands: dict[str, tuple[int, Convert]] = {}
        """Each parameter's place in the list of values, and what converts its value."""
        self._aliases = 0

    def source(self, source: Source) -> Shown:
        """A table to take records from, with the row filter that its grant demands."""
        model = self.tables.models.get(source.model)
        if model is None:
            raise NotFound(f"There is no model {source.model!r}.")
        # The row filter is the author's: it may look at what the caller may not.
        everything = Shown(model, self.alias(model.table), None, true())
        rows = true() if source.rows is None else self.condition(everything, source.rows)
        return Shown(model, everything.table, source.names, rows)

    def unfiltered(self, model: str) -> Shown:
        """A table for what the definition itself computes."""
        found = self.tables.models[model]
        return Shown(found, self.alias(found.table), None, true())

    def alias(self, table: FromClause) -> FromClause:
        self._aliases += 1
        return table.alias(f"t{self._aliases}")

    def link(self, relation: RelationTable, child: Shown) -> tuple[FromClause, ColumnElement[Any]]:
        """The child's table, joined where the relation needs a table between, and the column that names its parent.

        What that column holds is what `parent` says of the parent.
        """
        if relation.column is not None:
            return child.table, child.id
        if relation.foreign is not None:
            return child.table, child.table.c[relation.foreign.key]
        assert relation.join is not None and relation.near is not None and relation.far is not None
        join = self.alias(relation.join)
        joined = join.join(child.table, child.id == join.c[relation.far.key])
        return joined, join.c[relation.near.key]

    def parent(self, shown: Shown, relation: RelationTable) -> ColumnElement[Any]:
        """The column of `shown` by which its related records are found."""
        return shown.id if relation.column is None else shown.table.c[relation.column.key]

    def parameter(self, parameter: Parameter, convert: Convert) -> str:
        """The name under which a statement knows one use of an operand."""
        name = f"v{parameter.index}_{len(self.operands)}"
        self.operands[name] = (parameter.index, convert)
        return name

    def page(self, parameter: Parameter | None, name: str, missing: int | None) -> ColumnElement[Any] | None:
        """The parameter for a number of records to take or skip."""
        if parameter is None:
            return None
        return bindparam(self.parameter(parameter, page_converter(name, missing)), type_=BigInteger())

    def condition(self, shown: Shown, condition: Condition) -> Clause:
        """The condition on records of `shown`; its names have to be visible."""
        match condition:
            case Compare(name, operator, operand):
                return self._compare(shown, name, operator, operand)
            case Related():
                return self._related(shown, condition)
            case Every(parts):
                return and_(true(), *(self.condition(shown, part) for part in parts))
            case Some(parts):
                return or_(false(), *(self.condition(shown, part) for part in parts))

    def _related(self, shown: Shown, related: Related) -> Clause:
        if related.condition in _NOBODY:
            return not_(self._related(shown, replace(related, condition=Every())))
        relation = shown.relation(related.relation)
        target = self.tables.models[relation.target]
        every = frozenset([*target.model.all_properties, *target.model.relations])
        names = every if related.names is None else related.names
        child = self.source(Source(relation.target, names, related.rows))
        table, key = self.link(relation, child)
        query = select(child.id).select_from(table)
        query = query.where(
            key == self.parent(shown, relation), child.rows, self.condition(child, related.condition)
        )
        return exists(query.correlate_except(*table._from_objects))

    def _compare(self, shown: Shown, name: str, operator: str, operand: Parameter | None) -> Clause:
        property = shown.property(name)
        kind = KINDS[property.kind]
        if operator not in (kind.operators | EXISTENCE_OPERATORS) or not kind.stored:
            raise BadInput(f"{name} can't be compared by {operator!r}", {name: ["is_invalid"]})
        column = shown.column(name)
        if operator in EXISTENCE_OPERATORS:
            return column.is_not(None) if operator == "exists" else column.is_(None)
        assert operand is not None
        stored = shown.model.columns[name]
        convert = operand_converter(name, property, stored, operator, self.dialect)
        type_ = operand_type(stored, self.dialect)
        bound = self.parameter(operand, convert)
        if operator in ("in", "nin"):
            return (one_of if operator == "in" else none_of)(column, bound, type_, self.dialect)
        return self._operators()[operator](column, bindparam(bound, type_=type_))

    def _operators(self) -> dict[str, Callable[[Any, Any], Clause]]:
        return _SQLITE if self.dialect == "sqlite" else _POSTGRESQL


_EVERYWHERE: dict[str, Callable[[Any, Any], Clause]] = {
    "eq": lambda column, value: column == value,
    "neq": lambda column, value: column != value,
    "gt": lambda column, value: column > value,
    "gteq": lambda column, value: column >= value,
    "lt": lambda column, value: column < value,
    "lteq": lambda column, value: column <= value,
    "regex": lambda column, value: column.regexp_match(value),
}
# Both fold the case of ASCII letters only: LIKE does on SQLite, ILIKE with the columns' collation "C".
_SQLITE: dict[str, Callable[[Any, Any], Clause]] = {
    **_EVERYWHERE,
    "matches": lambda column, value: column.like(value, escape="\\"),
    "does_not_match": lambda column, value: not_(column.like(value, escape="\\")),
    "starts_with": lambda column, value: func.substr(column, 1, func.length(value)) == value,
    "ends_with": lambda column, value: (
        func.substr(column, func.length(column) - func.length(value) + 1) == value
    ),
}
_POSTGRESQL: dict[str, Callable[[Any, Any], Clause]] = {
    **_EVERYWHERE,
    "matches": lambda column, value: column.ilike(value, escape="\\"),
    "does_not_match": lambda column, value: not_(column.ilike(value, escape="\\")),
    "starts_with": lambda column, value: func.starts_with(column, value),
    "ends_with": lambda column, value: func.right(column, func.length(value)) == value,
}
