"""The fields of Mutation: what every application has, and writes to models for whom the definition grants them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import strawberry

from app.definition.model import Application
from app.errors import BadInput
from app.permissions import Permissions, Verb
from app.resolvers import records
from app.resolvers.records import Wanted, parse_id, written_source
from app.schema.fields import Argument, Info, RootField, field
from app.schema.filters import condition
from app.schema.names import ModelNames
from app.schema.operations import operation_fields
from app.schema.selections import Reader
from app.schema.types import ModelTypes
from app.storage.selection import Field, Leaf, Many, One, Selection, Summary, Values

Arguments = Mapping[str, Any]
Names = Mapping[str, ModelNames]


def mutation_fields(
    application: Application, permissions: Permissions, types: Mapping[str, ModelTypes]
) -> list[RootField]:
    """The root fields of an application's mutations."""
    names = {name: made.names for name, made in types.items()}
    writes = [
        root
        for name, made in types.items()
        if permissions.offered(name, Verb.CREATE)
        for root in _write_fields(made, names)
    ]
    return [*operation_fields(application), *writes]


def _write_fields(made: ModelTypes, names: Names) -> Iterator[RootField]:
    model = made.names
    type_ = model.type
    one, many = made.record | None, list[made.record | None]  # type: ignore[name-defined]
    id_ = Argument("id", strawberry.ID)
    input_ = Argument("input", made.input)
    inputs = Argument("input", list[made.input])  # type: ignore[name-defined]
    where = Argument("where", made.where, description="Which records; all keys must hold.")
    unique_by = Argument(
        "uniqueBy", list[str], description="The properties that find a record already there."
    )
    bound = _Writes(model, names)
    yield RootField(field(f"create{type_}", one, f"Makes a {type_}.", [input_]), bound.create)
    yield RootField(field(f"update{type_}", one, f"Changes a {type_}.", [id_, input_]), bound.update)
    yield RootField(
        field(f"delete{type_}", one, f"Removes a {type_}; answers it as it was.", [id_]), bound.delete
    )
    yield RootField(
        field(f"upsert{type_}", one, f"Changes the {type_} found, or makes one.", [input_, unique_by]),
        bound.upsert,
    )
    yield RootField(field(f"createMany{type_}", many, "All or none are made.", [inputs]), bound.create_many)
    yield RootField(
        field(f"updateMany{type_}", many, "All or none are changed.", [where, input_]), bound.update_many
    )
    yield RootField(field(f"deleteMany{type_}", many, "All or none are removed.", [where]), bound.delete_many)
    yield RootField(
        field(f"upsertMany{type_}", many, "All or none are changed or made.", [inputs, unique_by]),
        bound.upsert_many,
    )


class _Writes:
    """The writing fields of one model."""

    def __init__(self, model: ModelNames, names: Names) -> None:
        self._model = model
        self._name = model.model.name
        self._names = names

    async def create(self, info: Info, arguments: Arguments) -> Any:
        items = [self._item(arguments["input"])]
        return (await records.create(info.context, self._name, items, self._wanted(info)))[0]

    async def create_many(self, info: Info, arguments: Arguments) -> Any:
        items = [self._item(one) for one in arguments["input"]]
        return await records.create(info.context, self._name, items, self._wanted(info))

    async def update(self, info: Info, arguments: Arguments) -> Any:
        id, item = parse_id(arguments["id"]), self._item(arguments["input"])
        return await records.update(info.context, self._name, id, item, self._wanted(info))

    async def update_many(self, info: Info, arguments: Arguments) -> Any:
        item = self._item(arguments["input"])
        where, values = self._where(info, arguments)
        return await records.update_many(info.context, self._name, where, values, item, self._wanted(info))

    async def upsert(self, info: Info, arguments: Arguments) -> Any:
        items = [self._item(arguments["input"])]
        unique_by = self._unique_by(arguments)
        return (await records.upsert(info.context, self._name, items, unique_by, self._wanted(info)))[0]

    async def upsert_many(self, info: Info, arguments: Arguments) -> Any:
        items = [self._item(one) for one in arguments["input"]]
        unique_by = self._unique_by(arguments)
        return await records.upsert(info.context, self._name, items, unique_by, self._wanted(info))

    async def delete(self, info: Info, arguments: Arguments) -> Any:
        ids = [parse_id(arguments["id"])]
        return (await records.delete(info.context, self._name, ids, self._wanted(info)))[0]

    async def delete_many(self, info: Info, arguments: Arguments) -> Any:
        where, values = self._where(info, arguments)
        return await records.delete_many(info.context, self._name, where, values, self._wanted(info))

    def _item(self, input: Mapping[str, Any]) -> dict[str, Any]:
        known = {**self._model.inputs, **self._model.input_relations}
        return {known[key]: value for key, value in input.items()}

    def _unique_by(self, arguments: Arguments) -> list[str]:
        known = {**self._model.inputs, **self._model.input_relations}
        unknown = [name for name in arguments["uniqueBy"] if name not in known]
        if unknown:
            raise BadInput(f"uniqueBy names no property: {', '.join(unknown)}", {"uniqueBy": ["is_unknown"]})
        return [known[name] for name in arguments["uniqueBy"]]

    def _wanted(self, info: Info) -> Wanted:
        reader = Reader.of(info, self._names)
        shown = written_source(info.context, self._name, reader.values)
        fields = reader.fields(self._model, info.field_nodes)
        if not shown.names.issuperset(_names(fields)):
            # Who may write and not read gets the id, and is refused whatever else was asked for.
            reader.source(self._name)
        return Wanted(Selection(shown, fields), reader.values)

    def _where(self, info: Info, arguments: Arguments) -> tuple[Any, Values]:
        reader = Reader.of(info, self._names)
        return condition(
            arguments["where"], self._model, self._names, reader.values, reader.source
        ), reader.values


def _names(fields: Iterable[Field]) -> Iterator[str]:
    """The properties and relations that are asked for."""
    for one in fields:
        if isinstance(one, Leaf):
            yield one.property
        elif isinstance(one, One | Many | Summary):
            yield one.relation
