"""The GraphQL schema of one application: Strawberry types, with every field bound to a resolver."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import GraphQLObjectType, GraphQLScalarType, GraphQLSchema
from strawberry.schema.config import StrawberryConfig

from app.definition.model import Application
from app.permissions import Permissions
from app.schema.fields import Info, RootField, filled, shell
from app.schema.mutation_field import MutationField
from app.schema.mutations import mutation_fields
from app.schema.names import ModelNames, model_names
from app.schema.queries import QueryField, query_fields, root_fields
from app.schema.runs import run_query_fields
from app.schema.scalars import SCALARS, keep_digits
from app.schema.types import model_types

Resolver = Callable[..., Any]


@dataclass(frozen=True)
class BuiltSchema:
    """A schema, as Strawberry made it and as it is executed."""

    strawberry: strawberry.Schema
    graphql: GraphQLSchema
    names: Mapping[str, ModelNames]
    queries: Mapping[str, QueryField]
    """The root fields that read records, by name."""
    mutations: Mapping[str, MutationField]
    """The root fields that do something, by name."""

    def sdl(self) -> str:
        """The schema in GraphQL's schema definition language."""
        lines = self.strawberry.as_str().splitlines()
        return "".join(f"{line.rstrip()}\n" for line in lines)


def build_schema(application: Application, permissions: Permissions, roles: frozenset[str]) -> BuiltSchema:
    """The schema as it exists for callers with these of the roles that see hidden properties."""
    names = model_names(application, permissions, roles)
    types = model_types(names)
    reading = query_fields(application, permissions, types)
    queries = [*root_fields(reading, names, application), *run_query_fields()]
    doing = mutation_fields(application, permissions, types)
    mutations = [one.bound(names) for one in doing]
    made = strawberry.Schema(
        query=_root(
            "Query",
            queries,
            application.description or f"What {application.title or application.name} holds.",
        ),
        mutation=_root("Mutation", mutations, "What can be done."),
        types=[one.record for one in types.values()],
        config=StrawberryConfig(auto_camel_case=False, scalar_map=SCALARS),
    )
    schema = made._schema
    _bind(schema, {"Query": queries, "Mutation": mutations})
    return BuiltSchema(
        strawberry=made,
        graphql=schema,
        names=names,
        queries={str(one.field.graphql_name): one for one in reading},
        mutations={str(one.field.graphql_name): one for one in doing},
    )


def _root(name: str, fields: Sequence[RootField], description: str) -> type:
    return filled(shell(name), [root.field for root in fields], description)


def _bind(schema: GraphQLSchema, roots: Mapping[str, Sequence[RootField]]) -> None:
    """Sets what answers each field; records are plain mappings by response key."""
    for name, type_ in schema.type_map.items():
        if name.startswith("__"):
            continue
        if isinstance(type_, GraphQLScalarType) and name in ("JSON", "RelationInput", "Decimal"):
            keep_digits(type_)
        if isinstance(type_, GraphQLObjectType):
            for field in type_.fields.values():
                field.resolve = by_response_key
    for name, fields in roots.items():
        root = schema.type_map[name]
        assert isinstance(root, GraphQLObjectType)
        for one in fields:
            root.fields[str(one.field.graphql_name)].resolve = _bound(one)


def by_response_key(source: Mapping[str, Any], info: Info, **_arguments: Any) -> Any:
    return source[info.path.key]  # type: ignore[index]


def _bound(root: RootField) -> Resolver:
    resolve = root.resolve

    def resolver(_source: Any, info: Info, **arguments: Any) -> Any:
        return resolve(info, arguments)

    return resolver
