"""The fields of Mutation: what every application has, and writes to models for whom the definition grants them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any

import strawberry

from app.definition.model import Application
from app.errors import BadInput
from app.permissions import Permissions, Verb
from app.resolvers import records, sources
from app.resolvers.records import parse_id
from app.resolvers.sources import wanted, written
from app.schema.action_fields import action_fields
from app.schema.fields import Argument, field
from app.schema.filters import condition
from app.schema.mutation_field import Asked, MutationField
from app.schema.names import ModelNames
from app.schema.operations import operation_fields
from app.schema.selections import Nodes, Reader
from app.schema.types import ModelTypes
from app.storage.records import Wanted
from app.storage.selection import Selection, Source, Values

Arguments = Mapping[str, Any]
Names = Mapping[str, ModelNames]
Run = Callable[[Asked], Awaitable[Any]]


def mutation_fields(
    application: Application, permissions: Permissions, types: Mapping[str, ModelTypes]
) -> list[MutationField]:
    """The root fields of an application's mutations."""
    names = {name: made.names for name, made in types.items()}
    writes = [
        root
        for name, made in types.items()
        if permissions.offered(name, Verb.CREATE)
        for root in _write_fields(made, names)
    ]
    return [*operation_fields(application), *action_fields(application, types), *writes]


def _write_fields(made: ModelTypes, names: Names) -> Iterator[MutationField]:
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

    def writing(name: str, answer: Any, about: str, arguments: Sequence[Argument], run: Run) -> MutationField:
        return MutationField(field(name, answer, about, arguments), run, bound.select)

    yield writing(f"create{type_}", one, f"Makes a {type_}.", [input_], bound.create)
    yield writing(f"update{type_}", one, f"Changes a {type_}.", [id_, input_], bound.update)
    yield writing(f"delete{type_}", one, f"Removes a {type_}; answers it as it was.", [id_], bound.delete)
    found = f"Changes the {type_} found, or makes one."
    yield writing(f"upsert{type_}", one, found, [input_, unique_by], bound.upsert)
    yield writing(f"createMany{type_}", many, "All or none are made.", [inputs], bound.create_many)
    yield writing(f"updateMany{type_}", many, "All or none are changed.", [where, input_], bound.update_many)
    yield writing(f"deleteMany{type_}", many, "All or none are removed.", [where], bound.delete_many)
    made_or_changed = "All or none are changed or made."
    yield writing(f"upsertMany{type_}", many, made_or_changed, [inputs, unique_by], bound.upsert_many)


class _Writes:
    """The writing fields of one model."""

    def __init__(self, model: ModelNames, names: Names) -> None:
        self._model = model
        self._name = model.model.name
        self._names = names
        self._known = {**model.inputs, **model.input_relations}

    def select(self, reader: Reader, nodes: Nodes) -> Selection:
        """What is asked of the records that will have been written."""
        shown, fields = reader.written_fields(self._model, nodes)
        return written(shown, fields, reader.values)

    async def create(self, asked: Asked) -> Any:
        items = [self._item(asked.arguments["input"])]
        return (await records.create(asked.context, self._name, items, _wanted(asked)))[0]

    async def create_many(self, asked: Asked) -> Any:
        items = [self._item(one) for one in asked.arguments["input"]]
        return await records.create(asked.context, self._name, items, _wanted(asked))

    async def update(self, asked: Asked) -> Any:
        id, item = parse_id(asked.arguments["id"]), self._item(asked.arguments["input"])
        return await records.update(asked.context, self._name, id, item, _wanted(asked))

    async def update_many(self, asked: Asked) -> Any:
        item = self._item(asked.arguments["input"])
        where, values = self._where(asked)
        return await records.update_many(asked.context, self._name, where, values, item, _wanted(asked))

    async def upsert(self, asked: Asked) -> Any:
        items = [self._item(asked.arguments["input"])]
        unique_by = self._unique_by(asked.arguments)
        return (await records.upsert(asked.context, self._name, items, unique_by, _wanted(asked)))[0]

    async def upsert_many(self, asked: Asked) -> Any:
        items = [self._item(one) for one in asked.arguments["input"]]
        unique_by = self._unique_by(asked.arguments)
        return await records.upsert(asked.context, self._name, items, unique_by, _wanted(asked))

    async def delete(self, asked: Asked) -> Any:
        ids = [parse_id(asked.arguments["id"])]
        return (await records.delete(asked.context, self._name, ids, _wanted(asked)))[0]

    async def delete_many(self, asked: Asked) -> Any:
        where, values = self._where(asked)
        return await records.delete_many(asked.context, self._name, where, values, _wanted(asked))

    def _item(self, input: Mapping[str, Any]) -> dict[str, Any]:
        known = self._known
        return {known[key]: value for key, value in input.items()}

    def _unique_by(self, arguments: Arguments) -> list[str]:
        known = self._known
        unknown = [name for name in arguments["uniqueBy"] if name not in known]
        if unknown:
            raise BadInput(f"uniqueBy names no property: {', '.join(unknown)}", {"uniqueBy": ["is_unknown"]})
        return [known[name] for name in arguments["uniqueBy"]]

    def _where(self, asked: Asked) -> tuple[Any, Values]:
        values = Values()

        def source(model: str) -> Source:
            return sources.source(asked.context, model, values)

        where = asked.arguments["where"]
        return condition(where, self._model, self._names, values, source), values


def _wanted(asked: Asked) -> Wanted:
    return wanted(asked.context, asked.selected, asked.values)
