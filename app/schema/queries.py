"""The fields of Query: `allX`, `oneX` and, for models of authentication profiles, `meX`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Optional

from graphql import GraphQLResolveInfo

from app.definition.model import Application
from app.permissions import Permissions, Verb
from app.resolvers.records import own_source, read
from app.schema.names import ModelNames
from app.schema.selections import Reader
from app.schema.types import Argument, ModelTypes, RootField, field, list_arguments
from app.storage.selection import Selection

Names = Mapping[str, ModelNames]


def query_fields(
    application: Application, permissions: Permissions, types: Mapping[str, ModelTypes]
) -> list[RootField]:
    """The root fields of an application's queries."""
    names = {name: made.names for name, made in types.items()}
    fields = [
        root
        for name, made in types.items()
        if permissions.offered(name, Verb.READ)
        for root in _model_fields(made, names)
    ]
    own = sorted({profile.model for profile in application.authentication_profiles.values()})
    fields += [_me_field(types[name], names) for name in own]
    return fields or [_title_field(application)]


def _model_fields(made: ModelTypes, names: Names) -> Iterator[RootField]:
    model = made.names
    where = Argument("where", Optional[made.where], None, "Which record; the first by id is answered.")
    yield RootField(
        field(f"all{model.type}", made.page, f"The {model.type} records that fulfil `where`.", list_arguments(made)),
        lambda info, arguments: _all(info, arguments, model, names),
    )
    yield RootField(
        field(f"one{model.type}", Optional[made.record], f"The first {model.type} that fulfils `where`.", [where]),
        lambda info, arguments: _one(info, arguments, model, names),
    )


def _me_field(made: ModelTypes, names: Names) -> RootField:
    model = made.names
    return RootField(
        field(f"me{model.type}", Optional[made.record], f"The {model.type} who calls."),
        lambda info, arguments: _me(info, model, names),
    )


def _title_field(application: Application) -> RootField:
    title = application.title or application.name
    return RootField(field("title", str, "What the application is called."), lambda info, arguments: title)


async def _all(info: GraphQLResolveInfo, arguments: Mapping[str, Any], model: ModelNames, names: Names) -> Any:
    reader = Reader.of(info, names)
    asked = reader.collect(info.field_nodes, f"{model.type}Page")
    results = {key: nodes for key, nodes in asked.items() if nodes[0].name.value == "results"}
    totals = [key for key, nodes in asked.items() if nodes[0].name.value == "totalCount"]
    selections = [reader.selection(model, nodes, arguments) for nodes in results.values()]
    if totals:
        first = selections[0] if selections else _nothing(reader, model, arguments)
        selections[:1] = [first.counted()]
    pages = await read(info.context, selections, reader.values)
    page: dict[str, Any] = {key: found.records for key, found in zip(results, pages, strict=False)}
    return page | {key: pages[0].total for key in totals}


def _nothing(reader: Reader, model: ModelNames, arguments: Mapping[str, Any]) -> Selection:
    """No record at all, for a query that asks for their number alone."""
    return reader.selection(model, [], {**arguments, "take": 0})


async def _one(info: GraphQLResolveInfo, arguments: Mapping[str, Any], model: ModelNames, names: Names) -> Any:
    reader = Reader.of(info, names)
    selection = reader.selection(model, info.field_nodes, {**arguments, "take": 1})
    page = (await read(info.context, [selection], reader.values))[0]
    return page.records[0] if page.records else None


async def _me(info: GraphQLResolveInfo, model: ModelNames, names: Names) -> Any:
    reader = Reader.of(info, names)
    own = own_source(info.context, model.model.name, reader.values)
    selection = Selection(own, reader.fields(model, info.field_nodes))
    page = (await read(info.context, [selection], reader.values))[0]
    return page.records[0] if page.records else None

