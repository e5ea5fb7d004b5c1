"""The join tables of has_and_belongs_to_many."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Index, MetaData, Table

from app.definition.model import Application, Model, Relation
from app.definition.relations import inverse_of
from app.storage.naming import Names, constraint_name, reference_name, table_name
from app.storage.references import reference

Side = tuple[Model, Relation]


class Joins:
    """The join tables of an application, each made when it is first asked for; two sides share one."""

    def __init__(self, application: Application, names: Names, metadata: MetaData) -> None:
        self.application = application
        self._names = names
        self._metadata = metadata

    def of(self, model: Model, relation: Relation) -> tuple[Table, Column[Any], Column[Any]]:
        """The join table with its reference to `model` and the one to the other model."""
        here = (model, relation)
        there = self._across(here)
        owner = here if there is None or self._owns(here, there) else there
        name = self._name(owner)
        table = self._metadata.tables.get(name)
        if table is None:
            table = self._make(name, owner, there if owner is here else here)
        near, far = (table.c[column] for column in self._columns(owner))
        return (table, near, far) if owner is here else (table, far, near)

    def _across(self, side: Side) -> Side | None:
        model, relation = side
        other = inverse_of(self.application.models, model.name, relation)
        return None if other is None else (self.application.models[relation.model], other)

    def _owns(self, here: Side, there: Side) -> bool:
        """The side that is not declared as the inverse of the other; else the one that stands first."""
        if (here[1].inverse is None) != (there[1].inverse is None):
            return here[1].inverse is None
        order = [(model.name, name) for model in self.application.models.values() for name in model.relations]
        return order.index(_key(here)) < order.index(_key(there))

    def _name(self, side: Side) -> str:
        return self._names.table(*_key(side))

    def _make(self, name: str, owner: Side, other: Side | None) -> Table:
        near, far = self._columns(owner)
        model, relation = owner
        target = self.application.models[relation.model]
        sides = [owner] if other is None else [owner, other]
        former = {old for side in sides for old in self._names_ever(side)} - {name}
        return Table(
            name,
            self._metadata,
            self._reference(name, near, model, _former_column(near, model)),
            self._reference(name, far, target, _former_column(far, target)),
            Index(constraint_name("ix", name, far, near), far, near),
            info={
                "words": f"{model.name}.{relation.name}",
                "was": tuple(sorted(former)),
                "parts": _key(owner),
            },
        )

    def _reference(self, table: str, column: str, model: Model, was: tuple[str, ...]) -> Column[Any]:
        info = {"words": f"{table}.{column}", "was": was}
        target = self._names.table(model.name)
        return reference(
            table, column, target, on_delete="cascade", nullable=False, primary_key=True, info=info
        )

    def _columns(self, owner: Side) -> tuple[str, str]:
        model, relation = owner
        near, far = self._names.key(model.name), self._names.key(relation.model)
        if far != near:
            return near, far
        named = self._names.reference(model.name, relation.name)
        return near, named if named != near else f"other_{near}"

    def _names_ever(self, side: Side) -> Iterator[str]:
        model, relation = side
        for owner in (model.name, model.was):
            for name in (relation.name, relation.was):
                if owner and name:
                    yield table_name(self.application.name, owner, name)


def _key(side: Side) -> tuple[str, str]:
    return side[0].name, side[1].name


def _former_column(column: str, model: Model) -> tuple[str, ...]:
    named_after_model = model.was is not None and column == reference_name(model.name)
    return (reference_name(str(model.was)),) if named_after_model else ()
