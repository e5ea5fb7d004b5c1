"""What somebody's tables become: models, their properties and relations, each with what it was made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.definition.model import RelationKind
from app.intake.found import FoundColumn, FoundReference, FoundTable


@dataclass(slots=True)
class PlannedProperty:
    """A property and the column it was; `options` are as a definition has them."""

    name: str
    column: FoundColumn
    kind: str
    options: dict[str, Any]
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class PlannedRelation:
    """A relation; of a belongs_to also the foreign key it was."""

    name: str
    kind: RelationKind
    model: str
    options: dict[str, Any] = field(default_factory=dict)
    reference: FoundReference | None = None


@dataclass(slots=True)
class PlannedModel:
    """A model and the table it was."""

    name: str
    table: FoundTable
    id: str | None
    """The column whose numbers the records keep as their ids; None where they get new ones."""
    moments: Mapping[str, str]
    """The columns by the server's property that has their values, as `created_at`."""
    properties: list[PlannedProperty] = field(default_factory=list)
    relations: list[PlannedRelation] = field(default_factory=list)
    unique: list[list[str]] = field(default_factory=list)
    index: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def parents(self) -> list[PlannedRelation]:
        """The relations that were foreign keys of the table."""
        return [relation for relation in self.relations if relation.kind == "belongs_to"]

    def member(self, column: str) -> str | None:
        """What a column has become, if that has a column of its own."""
        if column == self.id:
            return "id"
        for name, moment in self.moments.items():
            if moment == column:
                return name
        for property in self.properties:
            if property.column.name == column:
                return property.name
        return next(
            (one.name for one in self.parents if one.reference and one.reference.columns == (column,)), None
        )


@dataclass(frozen=True, slots=True)
class PlannedJoin:
    """A table that was nothing but pairs: the relation `name` of the model `owner` has them."""

    table: FoundTable
    owner: str
    name: str
    near: FoundReference
    far: FoundReference


@dataclass(frozen=True, slots=True)
class Outline:
    """A whole application."""

    application: str
    models: Sequence[PlannedModel]
    joins: Sequence[PlannedJoin]
    administrator: str
    """The name of the model of who may do everything."""
    notes: Sequence[str]
