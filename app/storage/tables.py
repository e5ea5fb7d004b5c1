"""The tables that an application's definition asks for, as SQLModel classes of their own registry.

Nothing outside refers to the classes, so a definition that was replaced is freed with all its tables. Where the
migration has to know more than the table says it stands in `info`: `words` (what the author calls it), `was`
(former names) and `default` (the value for rows that are already there).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from keyword import iskeyword
from types import MappingProxyType
from typing import Any

from pydantic import ConfigDict
from sqlalchemy import Column, Identity, Index, MetaData, Table
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from app.definition.model import Application, Model, Property, Relation
from app.definition.names import snake
from app.definition.relations import inverse_of
from app.properties import KINDS
from app.storage.columns import identifier
from app.storage.joins import Joins, reference
from app.storage.naming import constraint_name, prefix_of, reference_name, table_name

NAMING = {
    "pk": "pk__%(table_name)s",
    "fk": "fk__%(table_name)s__%(column_0_N_name)s",
    "ix": "ix__%(table_name)s__%(column_0_N_name)s",
    "uq": "uq__%(table_name)s__%(column_0_N_name)s",
}


@dataclass(frozen=True)
class RelationTable:
    """Where a relation stands: a column here, a column on the other model's table, or a join table."""

    relation: Relation
    target: str
    column: Column[Any] | None = None
    """belongs_to: the foreign key on this table."""
    foreign: Column[Any] | None = None
    """has_many and has_one: the foreign key on the target's table."""
    join: Table | None = None
    near: Column[Any] | None = None
    """has_and_belongs_to_many: the join table's reference to this model."""
    far: Column[Any] | None = None
    """has_and_belongs_to_many: the join table's reference to the target."""


@dataclass(frozen=True)
class ModelTable:
    """One model's table; `columns` has every stored property by its name in the definition."""

    model: Model
    record: type[SQLModel]
    table: Table
    columns: Mapping[str, Column[Any]]
    relations: Mapping[str, RelationTable]


@dataclass(frozen=True)
class Tables:
    """All tables of one application."""

    application: Application
    metadata: MetaData
    models: Mapping[str, ModelTable]


def build_tables(application: Application) -> Tables:
    """The tables of a definition that has been checked and completed (see `definition.resolve`).

    A has_many or has_one that no belongs_to answers gets a column of its own on the other table.
    """
    metadata = MetaData(naming_convention=NAMING, info={"prefix": prefix_of(application.name)})
    base = _base(metadata)
    references = dict(_references(application))
    drafts = {
        model.name: _draft(application, model, references) for model in application.models.values()
    }
    records = {name: draft.record(base) for name, draft in drafts.items()}
    joins = Joins(application, metadata)
    models = {
        name: ModelTable(
            model=draft.model,
            record=records[name],
            table=metadata.tables[draft.name],
            columns=MappingProxyType(draft.columns),
            relations=MappingProxyType(
                {
                    relation.name: _relation_table(draft.model, relation, references, joins)
                    for relation in draft.model.relations.values()
                }
            ),
        )
        for name, draft in drafts.items()
    }
    return Tables(application, metadata, MappingProxyType(models))


References = Mapping[tuple[str, str], Column[Any]]
"""The foreign key of each belongs_to, and of each has_many or has_one without one, by model and relation."""


@dataclass(frozen=True)
class _Draft:
    model: Model
    name: str
    was: tuple[str, ...]
    columns: dict[str, Column[Any]]
    references: dict[str, Column[Any]]
    indexes: tuple[Index, ...]

    def record(self, base: type[SQLModel]) -> type[SQLModel]:
        options = {"sqlite_autoincrement": True, "info": {"words": self.model.name, "was": self.was}}
        every = [*self.columns.values(), *self.references.values()]
        fields = {_attribute(base, column.name): Field(default=None, sa_column=column) for column in every}
        namespace = {
            "__module__": __name__,
            "__tablename__": self.name,
            "__table_args__": (*self.indexes, options),
            "__annotations__": dict.fromkeys(fields, Any),
            **fields,
        }
        record: type[SQLModel] = type(base)(self.model.name, (base,), namespace, table=True)
        return record


def _base(metadata: MetaData) -> type[SQLModel]:
    class Record(SQLModel, registry=registry(metadata=metadata)):  # type: ignore[call-arg]
        model_config = ConfigDict(protected_namespaces=())

    return Record


def _attribute(base: type[SQLModel], column: str) -> str:
    """The column's name, set apart from what the class has already."""
    return f"{column}_" if hasattr(base, column) or iskeyword(column) else column


def _references(application: Application) -> Iterator[tuple[tuple[str, str], Column[Any]]]:
    for model in application.models.values():
        for relation in model.relations.values():
            if relation.kind == "belongs_to":
                yield (model.name, relation.name), _belongs_to(application, model, relation)
            elif relation.kind != "has_and_belongs_to_many" and _answer(application, model, relation) is None:
                yield (model.name, relation.name), _unanswered(application, model, relation)


def _belongs_to(application: Application, model: Model, relation: Relation) -> Column[Any]:
    return reference(
        application.name,
        table_name(application.name, model.name),
        reference_name(relation.name),
        relation.model,
        on_delete=relation.on_delete,
        nullable=not relation.required,
        info={
            "words": f"{model.name}.{relation.name}",
            "was": () if relation.was is None else (reference_name(relation.was),),
        },
    )


def _unanswered(application: Application, model: Model, relation: Relation) -> Column[Any]:
    return reference(
        application.name,
        table_name(application.name, relation.model),
        reference_name(f"{model.name} {relation.name}"),
        model.name,
        info={
            "words": f"{model.name}.{relation.name}",
            "was": tuple(
                reference_name(f"{owner} {name}")
                for owner in (model.name, model.was)
                for name in (relation.name, relation.was)
                if owner and name and (owner, name) != (model.name, relation.name)
            ),
        },
    )


def _answer(application: Application, model: Model, relation: Relation) -> Relation | None:
    return inverse_of(application.models, model.name, relation)


def _draft(application: Application, model: Model, references: References) -> _Draft:
    name = table_name(application.name, model.name)
    columns = {key: _column(model, key, property) for key, property in _stored(model)}
    own = {
        relation: column
        for (owner, relation), column in references.items()
        if owner == model.name and model.relations[relation].kind == "belongs_to"
    }
    foreign = {
        f"\0{owner}.{relation}": column
        for (owner, relation), column in references.items()
        if application.models[owner].relations[relation].kind != "belongs_to"
        and application.models[owner].relations[relation].model == model.name
    }
    single = _held_once(application, model, references)
    indexes = tuple(_indexes(name, model, {**columns, **own}, [*own.values(), *foreign.values()], single))
    was = () if model.was is None else (table_name(application.name, model.was),)
    return _Draft(model, name, was, columns, {**own, **foreign}, indexes)


def _stored(model: Model) -> Iterator[tuple[str, Property]]:
    for key, property in model.all_properties.items():
        if KINDS[property.kind].stored:
            yield key, property


def _column(model: Model, key: str, property: Property) -> Column[Any]:
    name = snake(key)
    if key == "id":
        return Column(name, identifier(), Identity(), primary_key=True)
    kind = KINDS[property.kind]
    info: dict[str, Any] = {
        "words": f"{model.name}.{key}",
        "was": () if property.was is None else (snake(property.was),),
    }
    default = property.default
    if default is not None and not (isinstance(default, str) and default.startswith("=")):
        info["default"] = kind.parse(default, property)
    needed = property.required or key in ("created_at", "updated_at")
    return Column(name, kind.column(property), nullable=not needed, info=info)


def _held_once(application: Application, model: Model, references: References) -> list[Column[Any]]:
    """The foreign keys of this table that a has_one reads: no two records may hold the same."""
    found = []
    for owner in application.models.values():
        for relation in owner.relations.values():
            if relation.kind == "has_one" and relation.model == model.name:
                found.append(_foreign(owner, relation, references, _answer(application, owner, relation)))
    return found


def _foreign(
    owner: Model, relation: Relation, references: References, answer: Relation | None
) -> Column[Any]:
    return references[(owner.name, relation.name) if answer is None else (relation.model, answer.name)]


def _indexes(
    table: str,
    model: Model,
    named: Mapping[str, Column[Any]],
    keys: Sequence[Column[Any]],
    single: Sequence[Column[Any]],
) -> Iterator[Index]:
    counted = [key for key, property in _stored(model) if key != "id" and property.kind == "auto_increment"]
    alone = [[key] for key, property in model.properties.items() if property.unique and key in named]
    unique = [[named[key] for key in names] for names in (*alone, *([key] for key in counted), *model.unique)]
    unique += [[column] for column in single]
    plain = [[column] for column in keys] + [[named[key] for key in names] for names in model.index]
    made: set[tuple[str, ...]] = set()
    for columns, kind in [*((each, "uq") for each in unique), *((each, "ix") for each in plain)]:
        names = tuple(column.name for column in columns)
        if names not in made:
            made.add(names)
            yield Index(constraint_name(kind, table, *names), *columns, unique=kind == "uq")


def _relation_table(
    model: Model, relation: Relation, references: References, joins: Joins
) -> RelationTable:
    if relation.kind == "belongs_to":
        return RelationTable(relation, relation.model, column=references[(model.name, relation.name)])
    if relation.kind == "has_and_belongs_to_many":
        join, near, far = joins.of(model, relation)
        return RelationTable(relation, relation.model, join=join, near=near, far=far)
    answer = inverse_of(joins.application.models, model.name, relation)
    foreign = _foreign(model, relation, references, answer)
    return RelationTable(relation, relation.model, foreign=foreign)
