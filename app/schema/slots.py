"""Variables whose values come later, so that what is made of a document once serves every request.

A coerced variable is taken apart: leaves become `Slot`s, while everything that changes what is asked (which keys an
input object has, booleans, enums, nulls) stays and is part of the `shape`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    VariableDefinitionNode,
    get_named_type,
    type_from_ast,
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


def quick(schema: GraphQLSchema, nodes: Sequence[VariableDefinitionNode]) -> Quick | None:
    """How to coerce variables that are all of plain types without defaults; None where some are not."""
    plain = []
    for node in nodes:
        type_ = type_from_ast(schema, node.type)
        sure = isinstance(type_, GraphQLNonNull)
        named = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        python = _PLAIN.get(getattr(named, "name", ""))
        if python is None or node.default_value is not None:
            return None
        plain.append((node.variable.name.value, python, sure))
    return Quick(tuple(plain))


_PLAIN: Mapping[str, type] = {
    "Int": int,
    "String": str,
    # These scalars take any value as it is; the kind of the property it is compared with parses it.
    **dict.fromkeys(("Decimal", "DateTime", "Date", "Time"), object),
}
_MOST = 2**31
_KEPT = (GraphQLInputObjectType, GraphQLEnumType)
"""Types of list items that change what is asked."""


@dataclass(frozen=True, slots=True)
class Quick:
    """Variables of plain types: what is of its type to the letter needs no coercion."""

    variables: tuple[tuple[str, type, bool], ...]

    def coerce(self, inputs: Mapping[str, Any]) -> tuple[Mapping[str, Any], Hashable] | None:
        """The values and their shape, or None where they have to be coerced by the rules."""
        shape: list[tuple[str, str | None]] = []
        for name, python, sure in self.variables:
            value: Any = inputs.get(name)
            if type(value) is not python and (python is not object or value is None):
                if sure or value is not None or name not in inputs:
                    return None
                shape.append((name, None))
                continue
            if python is int and isinstance(value, int) and not -_MOST <= value < _MOST:
                return None
            shape.append((name, "*"))
        return inputs, tuple(shape)


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
    if isinstance(type_, GraphQLList) and isinstance(get_named_type(type_), _KEPT):
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
