"""The fields of Query: `allX`, `oneX` and, for models of authentication profiles, `meX`.

Each says what to select for its nodes and how pages become its answer; the executor and compiled plans use both.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode
from strawberry.types.field import StrawberryField

from app.definition.model import Application
from app.permissions import Permissions, Verb
from app.resolvers.records import read
from app.schema.fields import Argument, Info, RootField, field
from app.schema.names import ModelNames
from app.schema.selections import Reader
from app.schema.types import ModelTypes, list_arguments
from app.storage.selection import Query, Selection
from app.storage.shape import Page

Names = Mapping[str, ModelNames]
Nodes = Sequence[FieldNode]
Arguments = Mapping[str, Any]
Selected = tuple[list[Query], Any]


@dataclass(frozen=True)
class QueryField(ABC):
    """A root field that reads records of one model."""

    field: StrawberryField
    model: ModelNames

    @abstractmethod
    def select(self, reader: Reader, nodes: Nodes, arguments: Arguments) -> Selected:
        """What to read for these nodes, and what `answer` has to know of them."""

    @abstractmethod
    def answer(self, pages: Sequence[Page], shape: Any) -> Any:
        """The field's value from a page for each query."""


class AllField(QueryField):
    """`allX`: a page of records and the number of all."""

    def select(self, reader: Reader, nodes: Nodes, arguments: Arguments) -> Selected:
        """One query for each sub-field; a number alone is asked for with an empty page."""
        queries: list[Query] = []
        shape: list[tuple[str, str, int]] = []
        counted: int | None = None
        for key, same in reader.collect(nodes, f"{self.model.type}Page").items():
            name = same[0].name.value
            shape.append((key, name, len(queries)))
            if name == "results":
                queries.append(reader.selection(self.model, same, arguments))
            elif name == "aggregate":
                queries.append(reader.aggregate(self.model, same, arguments.get("where")))
            elif name == "groupBy":
                queries.append(reader.groups(self.model, same, arguments.get("where")))
        if any(name == "totalCount" for _, name, _ in shape):
            counted = self._count(reader, queries, arguments)
        return queries, (shape, counted)

    def answer(self, pages: Sequence[Page], shape: Any) -> Any:
        """The page under the keys that were asked for, in their order."""
        wanted, counted = shape
        page: dict[str, Any] = {}
        for key, name, place in wanted:
            if name == "totalCount":
                page[key] = pages[counted].total
            elif name == "aggregate":
                page[key] = pages[place].records[0]
            elif name == "__typename":
                page[key] = f"{self.model.type}Page"
            else:
                page[key] = pages[place].records
        return page

    def _count(self, reader: Reader, queries: list[Query], arguments: Arguments) -> int:
        """Has one of the queries count, too, and says which."""
        for place, query in enumerate(queries):
            if isinstance(query, Selection):
                queries[place] = query.counted()
                return place
        queries.append(self._nothing(reader, arguments).counted())
        return len(queries) - 1

    def _nothing(self, reader: Reader, arguments: Arguments) -> Selection:
        return reader.selection(self.model, [], {**arguments, "take": 0})


class OneField(QueryField):
    """`oneX`: the first record that fulfils `where`, or null."""

    def select(self, reader: Reader, nodes: Nodes, arguments: Arguments) -> Selected:
        """A page of one."""
        return [reader.selection(self.model, nodes, {**arguments, "take": 1})], None

    def answer(self, pages: Sequence[Page], shape: Any) -> Any:
        """The record or null."""
        return pages[0].records[0] if pages[0].records else None


class MeField(OneField):
    """`meX`: the record who calls, or null where it is of another model."""

    def select(self, reader: Reader, nodes: Nodes, arguments: Arguments) -> Selected:
        """The one record that the caller's own grant shows."""
        shown = reader.source(self.model.model.name, True)
        return [Selection(shown, reader.fields(self.model, nodes))], None


def query_fields(
    application: Application, permissions: Permissions, types: Mapping[str, ModelTypes]
) -> list[QueryField]:
    """The root fields of an application's queries."""
    fields = [
        made
        for name, own in types.items()
        if permissions.offered(name, Verb.READ)
        for made in _model_fields(own)
    ]
    models = sorted({profile.model for profile in application.authentication_profiles.values()})
    return fields + [_me_field(types[name]) for name in models]


def root_fields(fields: Sequence[QueryField], names: Names, application: Application) -> list[RootField]:
    """The same for the schema; an application that shows no model has a field with its title."""
    made = [RootField(one.field, _resolver(one, names)) for one in fields]
    title = application.title or application.name
    about = RootField(field("title", str, "What the application is called."), lambda info, arguments: title)
    return made or [about]


def _model_fields(own: ModelTypes) -> list[QueryField]:
    model = own.names
    where = Argument("where", own.where | None, description="Which record; the first by id is answered.")
    of_all = f"The {model.type} records that fulfil `where`."
    of_one = f"The first {model.type} that fulfils `where`."
    return [
        AllField(field(f"all{model.type}", own.page, of_all, list_arguments(own)), model),
        OneField(field(f"one{model.type}", own.record | None, of_one, [where]), model),
    ]


def _me_field(own: ModelTypes) -> QueryField:
    about = f"The {own.names.type} who calls."
    return MeField(field(f"me{own.names.type}", own.record | None, about), own.names)


def _resolver(one: QueryField, names: Names) -> Any:
    async def resolve(info: Info, arguments: Arguments) -> Any:
        reader = Reader.of(info, names)
        queries, shape = one.select(reader, info.field_nodes, arguments)
        return one.answer(await read(info.context, queries, reader.values.done()), shape)

    return resolve
