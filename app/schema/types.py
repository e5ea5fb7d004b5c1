"""Strawberry types made of an application's models.

Shells come first, so that models may refer to each other; then each gets real classes as annotations and is decorated.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from keyword import iskeyword
from typing import Any

import strawberry
from graphql import GraphQLResolveInfo
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from app.definition.names import camel
from app.properties import KINDS
from app.properties.base import EXISTENCE_OPERATORS
from app.resolvers.context import Context
from app.schema.names import ModelNames
from app.schema.scalars import PYTHON_TYPES, RelationInput

TAKE = "How many at most: 50 unless given, 200 at the most; the server's settings may say otherwise."
OPERATORS = {
    "eq": "Equal.",
    "neq": "Not equal; what has no value is not found.",
    "in": "Equal to one of these.",
    "nin": "Equal to none of these; what has no value is not found.",
    "gt": "Greater, or later.",
    "gteq": "Greater or equal.",
    "lt": "Less, or earlier.",
    "lteq": "Less or equal.",
    "matches": "Contains this text; upper and lower case of ASCII letters are the same.",
    "does_not_match": "Does not contain this text; what has no value is not found.",
    "starts_with": "Begins with this text.",
    "ends_with": "Ends with this text.",
    "regex": "Has a part that fits this regular expression.",
    "exists": "There is a value, or with false there is none.",
    "does_not_exist": "There is no value, or with false there is one.",
}
"""What each operator asks, for the schema's readers."""
Info = GraphQLResolveInfo[Context]


@strawberry.enum(description="The direction of an order.")
class SortOrder(Enum):
    """Ascending or descending."""

    ASC = "asc"
    DESC = "desc"


@strawberry.type(description="A stored file.")
class File:
    """A file property as it is read."""

    name: str
    url: str = strawberry.field(description="Where to download it; the address is signed and expires.")


@strawberry.type(description="A stored image.")
class Image:
    """An image property as it is read."""

    name: str
    url: str = strawberry.field(description="Where to download it; the address is signed and expires.")


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a field: its GraphQL name, Python annotation, default and description."""

    name: str
    annotation: Any
    default: Any = strawberry.UNSET
    description: str | None = None


@dataclass(frozen=True, slots=True)
class RootField:
    """A field of Query or Mutation and the function that answers it."""

    field: StrawberryField
    resolve: Callable[[Info, Mapping[str, Any]], Any]


def field(
    name: str, annotation: Any, description: str = "", arguments: Sequence[Argument] = ()
) -> StrawberryField:
    """A Strawberry field with explicit arguments; what it does is bound when the schema is made."""
    made = StrawberryField(
        # The name becomes a parameter in generated source.
        python_name=f"{name}_" if iskeyword(name) else name,
        graphql_name=name,
        type_annotation=StrawberryAnnotation(annotation),
        description=description or None,
        default=strawberry.UNSET,
    )
    made.arguments = [
        StrawberryArgument(
            python_name=argument.name,
            graphql_name=argument.name,
            type_annotation=StrawberryAnnotation(argument.annotation),
            default=argument.default,
            description=argument.description,
        )
        for argument in arguments
    ]
    return made


def shell(name: str) -> type:
    """A class that can be referred to before its fields are known."""
    return types.new_class(name)


def filled(
    made: type, fields: Sequence[StrawberryField], description: str = "", is_input: bool = False
) -> type:
    """Gives a shell its fields and makes it a Strawberry type."""
    made.__annotations__ = {
        str(one.python_name): one.type_annotation.annotation for one in fields if one.type_annotation
    }
    for one in fields:
        setattr(made, str(one.python_name), one)
    return strawberry.type(made, name=made.__name__, is_input=is_input, description=description or None)


@dataclass(frozen=True, slots=True)
class ModelTypes:
    """The Strawberry types of one model."""

    names: ModelNames
    record: type
    page: type
    where: type
    sort: type
    sort_fields: type | None
    input: type | None


def model_types(names: Mapping[str, ModelNames]) -> dict[str, ModelTypes]:
    """The types of every model, each knowing those it relates to."""
    filters = _filter_types()
    shells = {name: _shells(model) for name, model in names.items()}
    for name, model in names.items():
        _fill(model, shells[name], shells, filters)
    return shells


def list_arguments(types_of: ModelTypes) -> tuple[Argument, ...]:
    """The arguments of every list of records."""
    return (
        Argument("where", types_of.where | None, description="Which records; all keys must hold."),
        Argument("sort", list[types_of.sort] | None, description="In which order; ties go by id."),  # type: ignore[name-defined]
        Argument("skip", int | None, description="How many to leave out from the start."),
        Argument("take", int | None, description=TAKE),
    )


def _shells(model: ModelNames) -> ModelTypes:
    writable = model.inputs or model.input_relations
    return ModelTypes(
        names=model,
        record=shell(model.type),
        page=shell(f"{model.type}Page"),
        where=shell(f"{model.type}Where"),
        sort=shell(f"{model.type}Sort"),
        sort_fields=shell(f"{model.type}SortFields") if _sortable(model) else None,
        input=shell(f"{model.type}Input") if writable else None,
    )


def _fill(
    model: ModelNames, own: ModelTypes, of: Mapping[str, ModelTypes], filters: Mapping[str, type]
) -> None:
    filled(own.record, _record_fields(model, of), model.model.description)
    filled(
        own.page,
        [
            field("results", list[own.record], "The records of this page."),  # type: ignore[name-defined]
            field("totalCount", int, "How many records there are on all pages."),
        ],
        f"A page of {model.type} records.",
    )
    filled(own.where, _where_fields(model, own, of, filters), f"Which {model.type} records.", is_input=True)
    _fill_sort(model, own, of)
    if own.input is not None:
        filled(own.input, _input_fields(model), f"Values of {model.type} records.", is_input=True)


def _record_fields(model: ModelNames, of: Mapping[str, ModelTypes]) -> list[StrawberryField]:
    fields = []
    for graphql_name, name in model.properties.items():
        property = model.model.all_properties[name]
        annotation = _output(KINDS[property.kind].graphql)
        sure = property.required or name in ("id", "created_at", "updated_at")
        fields.append(field(graphql_name, annotation if sure else annotation | None, property.description))
    for graphql_name, name in model.relations.items():
        relation = model.model.relations[name]
        other = of[relation.model]
        if relation.to_many:
            many = list[other.record]  # type: ignore[name-defined]
            fields.append(field(graphql_name, many, relation.description, list_arguments(other)))
        else:
            fields.append(field(graphql_name, other.record | None, relation.description))
    return fields


def _where_fields(
    model: ModelNames, own: ModelTypes, of: Mapping[str, ModelTypes], filters: Mapping[str, type]
) -> list[StrawberryField]:
    fields = [
        field(
            graphql_name,
            filters[filter_name(model, name)] | None,
            model.model.all_properties[name].description,
        )
        for graphql_name, name in model.properties.items()
        if KINDS[model.model.all_properties[name].kind].stored
    ]
    fields += [
        field(graphql_name, of[model.model.relations[name].model].where | None)
        for graphql_name, name in model.relations.items()
    ]
    fields.append(field("_and", list[own.where] | None, "All of these hold."))  # type: ignore[name-defined]
    fields.append(field("_or", list[own.where] | None, "At least one of these holds."))  # type: ignore[name-defined]
    return fields


def _fill_sort(model: ModelNames, own: ModelTypes, of: Mapping[str, ModelTypes]) -> None:
    relations = {
        graphql_name: of[model.model.relations[name].model].sort_fields
        for graphql_name, name in model.relations.items()
        if not model.model.relations[name].to_many
    }
    fields = [
        field("field", _sort_enum(model) | None, "The property to order by."),
        field("order", SortOrder | None, "ASC unless given."),
    ]
    if any(relations.values()):
        over = filled(
            shell(f"{model.type}SortRelation"),
            [field(name, made | None) for name, made in relations.items() if made is not None],
            "A property of a related record to order by.",
            is_input=True,
        )
        fields.append(field("relation", over | None, "Order by a related record's property."))
    filled(own.sort, fields, f"An order of {model.type} records.", is_input=True)
    if own.sort_fields is not None:
        by_name = [field(name, SortOrder | None) for name in _sortable(model)]
        filled(own.sort_fields, by_name, f"A property of {model.type} and its direction.", is_input=True)


def _sortable(model: ModelNames) -> list[str]:
    kinds = {
        graphql_name: KINDS[model.model.all_properties[name].kind]
        for graphql_name, name in model.properties.items()
    }
    return [
        name for name, kind in kinds.items() if kind.stored and kind.graphql not in ("JSON", "File", "Image")
    ]


def _sort_enum(model: ModelNames) -> Any:
    # Members get names that mean nothing to Python's enums, as `mro` would.
    made = Enum(f"{model.type}SortField", {f"by_{name}": name for name in _sortable(model)})  # type: ignore[misc]
    description = f"The properties that {model.type} records can be ordered by."
    return strawberry.enum(made, description=description, graphql_name_from="value")


def _input_fields(model: ModelNames) -> list[StrawberryField]:
    fields = []
    for graphql_name, name in model.inputs.items():
        property = model.model.properties[name]
        kind = KINDS[property.kind]
        annotation = PYTHON_TYPES.get(kind.graphql_input or kind.graphql, str)
        fields.append(field(graphql_name, annotation | None, property.description))
    fields += [field(name, RelationInput | None) for name in model.input_relations]
    return fields


def _output(name: str) -> Any:
    return {"File": File, "Image": Image}.get(name) or PYTHON_TYPES[name]


def filter_name(model: ModelNames, property: str) -> str:
    """The name of the input type that filters this property."""
    kind = KINDS[model.model.all_properties[property].kind]
    return _filter_key(kind.graphql, kind.operators)


def _filter_key(graphql: str, operators: frozenset[str]) -> str:
    name = {"String": "Text"}.get(graphql, graphql)
    return f"{name}Filter" if operators else "ExistenceFilter"


def _filter_types() -> dict[str, type]:
    made: dict[str, type] = {}
    for kind in KINDS.values():
        name = _filter_key(kind.graphql, kind.operators)
        if name not in made:
            operand = PYTHON_TYPES.get(kind.graphql, str)
            about = "What must hold of the value; all keys must."
            made[name] = filled(shell(name), _operators(kind.operators, operand), about, is_input=True)
    return made


def _operators(operators: frozenset[str], operand: Any) -> list[StrawberryField]:
    fields = []
    for operator in sorted(operators | EXISTENCE_OPERATORS):
        annotation: Any = operand
        if operator in ("in", "nin"):
            annotation = list[operand]
        elif operator in EXISTENCE_OPERATORS:
            annotation = bool
        for name in dict.fromkeys((camel(operator), operator)):
            fields.append(field(name, annotation | None, OPERATORS[operator]))
    return fields
