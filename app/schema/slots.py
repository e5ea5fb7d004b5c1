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
    GraphQLScalarType,
    GraphQLSchema,
    VariableDefinitionNode,
    get_named_type,
    get_nullable_type,
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


def quick(
    schema: GraphQLSchema, nodes: Sequence[VariableDefinitionNode], whole: frozenset[str] = frozenset()
) -> Quick | None:
    """How to coerce variables that are all of plain types without defaults; None where some are not.

    Those that are taken `whole` may be objects and lists of plain types.
    """
    plain = []
    for node in nodes:
        name = node.variable.name.value
        type_: Any = type_from_ast(schema, node.type)
        sure = isinstance(type_, GraphQLNonNull)
        coerce = _plain(get_nullable_type(type_), name in whole)
        if coerce is None or node.default_value is not None:
            return None
        plain.append((name, coerce, sure))
    return Quick(tuple(plain))


_MOST = 2**31
_KEPT = (GraphQLInputObjectType, GraphQLEnumType)
"""Types of list items that change what is asked."""
_DEEPEST = 3
"""Objects in one another that are coerced the quick way."""


class _NotPlain(Exception):
    """A value that has to be coerced by the rules."""


@dataclass(frozen=True, slots=True)
class Quick:
    """Variables of plain types: what is of its type to the letter needs no coercion by the rules."""

    variables: tuple[tuple[str, Convert, bool], ...]
    """Each with what makes its value, and whether it must not be null."""

    def coerce(self, inputs: Mapping[str, Any]) -> tuple[dict[str, Any], Hashable] | None:
        """The values and their shape, or None where they have to be coerced by the rules."""
        coerced: dict[str, Any] = {}
        shape: list[tuple[str, str | None]] = []
        for name, plain, sure in self.variables:
            value: Any = inputs.get(name)
            if value is None:
                if sure or name not in inputs:
                    return None
                coerced[name] = None
                shape.append((name, None))
                continue
            try:
                coerced[name] = plain(value)
            except _NotPlain:
                return None
            shape.append((name, "*"))
        return coerced, tuple(shape)


def _whole_number(value: Any) -> Any:
    if type(value) is int and -_MOST <= value < _MOST:
        return value
    raise _NotPlain


def _text(value: Any) -> Any:
    if type(value) is str:
        return value
    raise _NotPlain


def _truth(value: Any) -> Any:
    if type(value) is bool:
        return value
    raise _NotPlain


def _anything(value: Any) -> Any:
    return value


_LEAVES: Mapping[str, Convert] = {
    "Int": _whole_number,
    "String": _text,
    "ID": _text,
    # These scalars take any value as it is; the kind of the property that it is for parses it.
    **dict.fromkeys(("Decimal", "DateTime", "Date", "Time", "JSON", "RelationInput", "URL"), _anything),
}
_TRUTH = {"Boolean": _truth}
"""Changes what is asked, unless it is taken whole."""


def _plain(type_: Any, whole: bool, depth: int = 0) -> Convert | None:
    """What coerces values of a nullable type that are not null; None where that takes the rules."""
    if isinstance(type_, GraphQLScalarType):
        return ({**_LEAVES, **_TRUTH} if whole else _LEAVES).get(type_.name)
    if not whole or depth == _DEEPEST:
        return None
    if isinstance(type_, GraphQLList):
        return _plain_list(type_.of_type, depth + 1)
    return _plain_object(type_, depth + 1) if isinstance(type_, GraphQLInputObjectType) else None


def _plain_list(type_: Any, depth: int) -> Convert | None:
    item = _plain(get_nullable_type(type_), True, depth)
    if item is None:
        return None

    def made(value: Any) -> Any:
        if type(value) is not list or None in value:
            raise _NotPlain
        return [item(each) for each in value]

    return made


def _plain_object(type_: GraphQLInputObjectType, depth: int) -> Convert | None:
    fields = {name: _plain(get_nullable_type(one.type), True, depth) for name, one in type_.fields.items()}
    odd = any(one.default is not None or one.out_name for one in type_.fields.values())
    if odd or type_.is_one_of or None in fields.values():
        return None
    plain: list[tuple[str, Any]] = list(fields.items())
    sure = {name for name, one in type_.fields.items() if isinstance(one.type, GraphQLNonNull)}
    known = fields.keys()

    def made(value: Any) -> Any:
        if type(value) is not dict or not known >= value.keys() or not value.keys() >= sure:
            raise _NotPlain
        if any(value[name] is None for name in sure):
            raise _NotPlain
        return {
            name: None if (given := value[name]) is None else coerce(given)
            for name, coerce in plain
            if name in value
        }

    return made


def shaped(variables: VariableValues, whole: frozenset[str] = frozenset()) -> tuple[VariableValues, Hashable]:
    """Variables with slots for leaves, and for values taken `whole` that are not null; and the shape of what stays."""
    coerced: dict[str, Any] = {}
    shape: list[tuple[str, Hashable]] = []
    for name, value in variables.coerced.items():
        if name in whole and value is not None:
            coerced[name] = Slot((name,))
            shape.append((name, "*"))
            continue
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
