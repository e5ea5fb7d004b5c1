"""Strawberry types made of an application's models.

Shells come first, so that models may refer to each other; then each gets real classes as annotations and is decorated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import strawberry
from strawberry.types.field import StrawberryField

from app.definition.names import aggregate_field, camel
from app.properties import KINDS
from app.properties.base import EXISTENCE_OPERATORS
from app.schema.aggregate_types import AggregateTypes, aggregate_types
from app.schema.fields import Argument, field, filled, output, shell
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


@strawberry.enum(description="The direction of an order.")
class SortOrder(Enum):
    """Ascending or descending."""

    ASC = "asc"
    DESC = "desc"


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
    aggregates: AggregateTypes


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


def group_arguments(of: AggregateTypes) -> tuple[Argument, ...]:
    """The arguments of every list of groups."""
    return (
        Argument("by", list[of.group_field], description="Records that agree in all of these are one group."),  # type: ignore[name-defined]
        Argument("skip", int | None, description="How many groups to leave out from the start."),
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
        sort_fields=shell(f"{model.type}SortFields") if model.sortable else None,
        input=shell(f"{model.type}Input") if writable else None,
        aggregates=aggregate_types(model),
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
            field("aggregate", own.aggregates.aggregate, "What the records on all pages come to."),
            field(
                "groupBy",
                list[own.aggregates.grouped],  # type: ignore[name-defined]
                "The records on all pages by what they have in common, in the order of the values.",
                group_arguments(own.aggregates),
            ),
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
        annotation = output(KINDS[property.kind].graphql)
        sure = property.required or name in ("id", "created_at", "updated_at")
        fields.append(field(graphql_name, annotation if sure else annotation | None, property.description))
    for graphql_name, name in model.relations.items():
        relation = model.model.relations[name]
        other = of[relation.model]
        if relation.to_many:
            many = list[other.record]  # type: ignore[name-defined]
            fields.append(field(graphql_name, many, relation.description, list_arguments(other)))
            where = Argument("where", other.where | None, description="Which records; all keys must hold.")
            about = f"What the records of {graphql_name} come to."
            fields.append(field(aggregate_field(graphql_name), other.aggregates.aggregate, about, [where]))
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
        by_name = [field(name, SortOrder | None) for name in model.sortable]
        filled(own.sort_fields, by_name, f"A property of {model.type} and its direction.", is_input=True)


def _sort_enum(model: ModelNames) -> Any:
    # Members get names that mean nothing to Python's enums, as `mro` would.
    made = Enum(f"{model.type}SortField", {f"by_{name}": name for name in model.sortable})  # type: ignore[misc]
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
