"""Variables whose values come later, so that what is made of a document once serves every request.

A coerced variable is taken apart: leaves become `Slot`s, while everything that changes what is asked (which keys an
input object has, booleans, enums, nulls) stays and is part of the `shape`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    is_input_object_type,
)
from graphql.execution.values import VariableValues

Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """The place of a value in the variables, and what is made of it."""

    path: tuple[str | int, ...]
    convert: Convert | None = None

    def value(self, variables: Mapping[str, Any]) -> Any:
        """The value for one request; raises what `convert` raises."""
        found: Any = variables
        for part in self.path:
            found = found[part]
        return found if self.convert is None else self.convert(found)


def late(value: Any, convert: Convert) -> Any:
    """`convert(value)`, now or when the value is there."""
    if not isinstance(value, Slot):
        return convert(value)
    before = value.convert
    return Slot(value.path, convert if before is None else lambda found: convert(before(found)))


def shaped(variables: VariableValues) -> tuple[VariableValues, Hashable]:
    """Variables with slots for leaves, and the shape of what stays."""
    coerced = {}
    shape = []
    for name, value in variables.coerced.items():
        coerced[name], form = _shape(value, variables.sources[name].signature.type, (name,))
        shape.append((name, form))
    return VariableValues(variables.sources, coerced), tuple(shape)


def _shape(value: Any, type_: GraphQLInputType, path: tuple[str | int, ...]) -> tuple[Any, Hashable]:
    if isinstance(type_, GraphQLNonNull):
        type_ = type_.of_type
    if value is None:
        return None, None
    if isinstance(type_, GraphQLList) and is_input_object_type(get_named_type(type_)):
        parts = [_shape(item, type_.of_type, (*path, index)) for index, item in enumerate(value)]
        return [part for part, _ in parts], tuple(form for _, form in parts)
    if isinstance(type_, GraphQLInputObjectType):
        fields = {key: _shape(item, type_.fields[key].type, (*path, key)) for key, item in value.items()}
        return {key: part for key, (part, _) in fields.items()}, tuple(
            (key, form) for key, (_, form) in fields.items()
        )
    if isinstance(type_, GraphQLEnumType) or isinstance(value, bool):
        return value, value
    return Slot(path), "*"
