"""Models: their properties and relations, and which of their records a role gets."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from app.definition.names import derived_uuid
from app.definition.part import Named, Part
from app.definition.types import KeyLists, ModelName, RoleName, RoleNames
from app.definition.where import Where
from app.expressions import Expression
from app.properties.base import Constraints


class HiddenFrom(Part):
    """`hidden: {except: [admin]}`: only these roles see the property."""

    roles: RoleNames = Field(validation_alias="except")


def _word_or_exception(raw: Any) -> str:
    return "(except)" if isinstance(raw, Mapping | HiddenFrom) else "(word)"


class Property(Named, Constraints):
    """One property of a model."""

    unique: bool = Field(False, description="Whether no two records have the same.")
    hidden: Annotated[
        Annotated[bool, Tag("(word)")] | Annotated[HiddenFrom, Tag("(except)")],
        Discriminator(_word_or_exception),
    ] = Field(False, description="Seen by nobody outside, or by some roles only.")
    expression: Expression | None = Field(None, description="What makes it of the record.")
    relation: str | None = Field(None, description="Over which relation.")
    property: str | None = Field(None, description="Which property of the related records.")
    was: str | None = Field(None, description="Its former name, so that a rename keeps the data.")


SERVER_PROPERTIES: Mapping[str, Property] = {
    "id": Property(kind="auto_increment", unique=True, description="Made by the server."),
    "created_at": Property(kind="date_time", description="When the record was made."),
    "updated_at": Property(kind="date_time", description="When the record was last changed."),
}

RelationKind = Literal["belongs_to", "has_many", "has_one", "has_and_belongs_to_many"]


class Relation(Named):
    """One relation of a model: exactly one of the four kinds, with the other model's name."""

    description: str = ""
    belongs_to: ModelName | None = None
    has_many: ModelName | None = None
    has_one: ModelName | None = None
    has_and_belongs_to_many: ModelName | None = None
    inverse: str | None = Field(None, description="The relation on the other side, where it is not plain.")
    required: bool = False
    on_delete: Literal["restrict", "cascade", "clear"] = "restrict"
    was: str | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Relation:
        kinds = [kind for kind in RELATION_KINDS if getattr(self, kind) is not None]
        if len(kinds) != 1:
            raise ValueError(f"write one of {', '.join(RELATION_KINDS)} with a model")
        if (self.required or self.on_delete != "restrict") and kinds != ["belongs_to"]:
            raise ValueError("required and on_delete belong to the belongs_to side")
        return self

    @cached_property
    def kind(self) -> RelationKind:
        """Which of the four kinds."""
        return next(kind for kind in RELATION_KINDS if getattr(self, kind) is not None)

    @cached_property
    def model(self) -> str:
        """The name of the other model."""
        return str(getattr(self, self.kind))

    @cached_property
    def to_many(self) -> bool:
        """Whether a record may have more than one."""
        return self.kind in ("has_many", "has_and_belongs_to_many")


RELATION_KINDS: tuple[RelationKind, ...] = ("belongs_to", "has_many", "has_one", "has_and_belongs_to_many")


class Validation(Part):
    """An expression over the record's values that must be true, else the message."""

    expression: Expression
    message: str


def _word_or_filter(raw: Any) -> str:
    return "(filter)" if isinstance(raw, Mapping | Where) else "(word)"


Rows = Annotated[
    Annotated[Literal["all", "none"], Tag("(word)")] | Annotated[Where, Tag("(filter)")],
    Discriminator(_word_or_filter),
]
"""Which rows a role gets: all, none, or those a filter selects; `me` in it is who calls."""


CollectionRight = Literal["replace", "delete"]
"""What may be done with all records of a model at once, over the REST door."""


class View(Named):
    """A saved choice of properties, for the REST door."""

    properties: tuple[str, ...]


class SavedFilter(Named):
    """A saved filter, for the REST door."""

    where: Where


class Model(Named):
    """A model: its records' properties and relations, and who may read and write them."""

    description: str = ""
    properties: dict[str, Property] = {}
    relations: dict[str, Relation] = {}
    unique: KeyLists = ()
    index: KeyLists = ()
    validations: tuple[Validation, ...] = ()
    read: dict[RoleName, Rows] = {}
    write: dict[RoleName, Rows] = {}
    collection: dict[RoleName, tuple[CollectionRight, ...]] = Field(
        {},
        description="Which roles may replace or delete all the records that they may write, over the REST door.",
    )
    views: dict[str, View] = {}
    filters: dict[str, SavedFilter] = {}
    was: str | None = None

    @cached_property
    def all_properties(self) -> Mapping[str, Property]:
        """The properties with those that the server makes: `id`, `created_at` and `updated_at`."""
        made = {
            name: property.model_copy(
                update={"name": name, "uuid": derived_uuid(self.uuid, "property", name)}
            )
            for name, property in SERVER_PROPERTIES.items()
        }
        return {"id": made.pop("id"), **self.properties, **made}
