"""The tables that an application's definition asks for, as SQLModel classes of their own registry.

Nothing outside refers to the classes, so a definition that was replaced is freed with all its tables. What a
migration has to know beside is in `info`: `words` (what the author calls it), `was` (former names), `parts` (what
a table is named after, beside the application) and `default` (the value for rows that are already there).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from keyword import iskeyword
from types import MappingProxyType
from typing import Any

from sqlalchemy import Column, Identity, Index, MetaData, Table
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from app.definition.model import Application, Model, Property, Relation
from app.definition.names import snake
from app.properties import KINDS
from app.storage.columns import identifier
from app.storage.joins import Joins
from app.storage.kinds import Declared
from app.storage.naming import Names, constraint_name, owner_of, table_name
from app.storage.references import References

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


def build_tables(application: Application, now: Application | None = None) -> Tables:
    """The tables of a definition that has been checked and completed (see `definition.resolve`).

    Those of an earlier definition are called as `now` calls them.
    """
    return _Builder(application, Names(application, now)).build()


class _Builder:
    def __init__(self, application: Application, names: Names) -> None:
        self._application = application
        self._names = names
        self._metadata = MetaData(naming_convention=NAMING, info={"owner": owner_of(application)})
        self._base = _base(self._metadata)
        self._references = References(application, names)
        self._joins = Joins(application, names, self._metadata)

    def build(self) -> Tables:
        models = self._application.models.values()
        columns = {
            model.name: {
                key: _column(model, key, each, self._names.column(model.name, key))
                for key, each in _stored(model)
            }
            for model in models
        }
        records = {model.name: self._record(model, columns[model.name]) for model in models}
        built = {
            model.name: ModelTable(
                model,
                records[model.name],
                self._metadata.tables[self._names.table(model.name)],
                MappingProxyType(columns[model.name]),
                MappingProxyType(
                    {name: self._relation(model, each) for name, each in model.relations.items()}
                ),
            )
            for model in models
        }
        return Tables(self._application, self._metadata, MappingProxyType(built))

    def _record(self, model: Model, columns: Mapping[str, Column[Any]]) -> type[SQLModel]:
        every = [*columns.values(), *self._references.on(model)]
        fields = {
            _attribute(self._base, column.name): Field(default=None, sa_column=column) for column in every
        }
        was = () if model.was is None else (table_name(self._application.name, model.was),)
        info = {"words": model.name, "was": was, "parts": (model.name,)}
        options = {"sqlite_autoincrement": True, "info": info}
        namespace = {
            "__module__": __name__,
            "__tablename__": self._names.table(model.name),
            "__table_args__": (*self._indexes(model, columns), options),
            "__annotations__": dict.fromkeys(fields, Any),
            **fields,
        }
        metaclass: Any = type(self._base)
        record: type[SQLModel] = metaclass(model.name, (self._base,), namespace, table=True)
        return record

    def _indexes(self, model: Model, columns: Mapping[str, Column[Any]]) -> Iterator[Index]:
        named = {
            **columns,
            **{
                name: self._references.of(model, relation)
                for name, relation in model.relations.items()
                if relation.kind == "belongs_to"
            },
        }
        unique = [[named[key]] for key, property in _stored(model) if _unique(key, property)]
        unique += [[named[key] for key in names] for names in model.unique]
        unique += [[column] for column in self._references.held_once(model)]
        plain = [[column] for column in self._references.on(model)]
        plain += [[named[key] for key in names] for names in model.index]
        made: set[tuple[str, ...]] = set()
        for kind, column_list in [*(("uq", each) for each in unique), *(("ix", each) for each in plain)]:
            names = tuple(column.name for column in column_list)
            if names not in made:
                made.add(names)
                name = constraint_name(kind, self._names.table(model.name), *names)
                yield Index(name, *column_list, unique=kind == "uq")

    def _relation(self, model: Model, relation: Relation) -> RelationTable:
        if relation.kind == "has_and_belongs_to_many":
            join, near, far = self._joins.of(model, relation)
            return RelationTable(relation, relation.model, join=join, near=near, far=far)
        key = self._references.of(model, relation)
        if relation.kind == "belongs_to":
            return RelationTable(relation, relation.model, column=key)
        return RelationTable(relation, relation.model, foreign=key)


def _base(metadata: MetaData) -> type[SQLModel]:
    class Record(SQLModel, registry=registry(metadata=metadata)):
        model_config = {"protected_namespaces": (), "defer_build": True}

    return Record


def _attribute(base: type[SQLModel], column: str) -> str:
    """The column's name, set apart from what the class has already."""
    taken = hasattr(base, column) or column == "registry" or iskeyword(column)
    return f"{column}_" if taken else column


def _stored(model: Model) -> Iterator[tuple[str, Property]]:
    for key, property in model.all_properties.items():
        if KINDS[property.kind].stored:
            yield key, property


def _column(model: Model, key: str, property: Property, name: str) -> Column[Any]:
    if key == "id":
        return Column(name, identifier(), Identity(), primary_key=True)
    kind = KINDS[property.kind]
    info: dict[str, Any] = {
        "words": f"{model.name}.{key}",
        "was": () if property.was is None else (snake(property.was),),
        "declared": Declared.of(model, key),
    }
    default = property.default
    if default is not None and not (isinstance(default, str) and default.startswith("=")):
        info["default"] = kind.parse(default, property)
    needed = property.required or key in ("created_at", "updated_at")
    return Column(name, kind.column(property), nullable=not needed, info=info)


def _unique(key: str, property: Property) -> bool:
    return key != "id" and (property.unique or property.kind == "auto_increment")
