"""The scalars beside GraphQL's own; values pass through, since property kinds parse and render them."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, NewType

import strawberry
from graphql import FloatValueNode, GraphQLScalarType, IntValueNode, ListValueNode, ObjectValueNode, ValueNode
from graphql.utilities import value_from_ast_untyped
from strawberry.types.scalar import ScalarDefinition

JSON = NewType("JSON", object)
RelationInput = NewType("RelationInput", object)
URL = NewType("URL", object)

SCALARS: dict[object, ScalarDefinition] = {
    JSON: strawberry.scalar(name="JSON", description="Any JSON value."),
    RelationInput: strawberry.scalar(
        name="RelationInput",
        description="Related records: an id, `{id: 1}`, `{id: [1, 2]}`, or `{_add: [{id: 1}]}`, `{_remove: [..]}` "
        "and `{_replace: [..]}`.",
    ),
    URL: strawberry.scalar(name="URL", description="A web address: `https://www.example.org/a.png`."),
    Decimal: strawberry.scalar(name="Decimal", description="An exact number with digits after the point."),
    datetime: strawberry.scalar(
        name="DateTime", description="A moment in ISO 8601 with offset: `2026-11-22T03:07:01.000000+00:00`."
    ),
    date: strawberry.scalar(name="Date", description="A day in ISO 8601: `2026-11-22`."),
    time: strawberry.scalar(name="Time", description="A time of day in ISO 8601: `13:05:00`."),
}

PYTHON_TYPES: dict[str, Any] = {
    "String": str,
    "Int": int,
    "Boolean": bool,
    "Decimal": Decimal,
    "DateTime": datetime,
    "Date": date,
    "Time": time,
    "JSON": JSON,
    "URL": URL,
}
"""The Python annotation that stands for each GraphQL scalar."""


def keep_digits(scalar: GraphQLScalarType) -> None:
    """Makes a scalar read number literals exactly, where the default would go through binary floats."""
    scalar.coerce_input_literal = _exact


def _exact(node: ValueNode) -> Any:
    match node:
        case FloatValueNode():
            return Decimal(node.value)
        case IntValueNode():
            return int(node.value)
        case ListValueNode():
            return [_exact(item) for item in node.values]
        case ObjectValueNode():
            return {field.name.value: _exact(field.value) for field in node.fields}
        case _:
            return value_from_ast_untyped(node)
