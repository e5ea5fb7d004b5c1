"""Query documents made of a schema, with variables and several sets of values for them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
)
from hypothesis import strategies as st

from tests.differential.shop import WORDS

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[T]], T]
ROUNDS = 3
"""How often each document is asked with other values."""
_DEEPEST = 5
_MOST_ALIASES = 20
_WRONG: tuple[Any, ...] = ("soon", -1, 500, True, [], {})
_VALUES: Mapping[str, tuple[Any, ...]] = {
    "Int": (0, 1, 2, 3, 5, 7, 200),
    "String": (*WORDS, "apple", "a", "%", "", "[", "^A", "published", "Ada"),
    "Boolean": (True, False),
    "Decimal": ("12.50", 12.5, 3, "0.001", 1000, "90071992547409.93", 0.1, "1e3"),
    "DateTime": ("2026-01-01T00:00:00+00:00", "2026-11-22T01:07:01.5Z", "2026-11-22T03:07:01.5"),
    "Date": ("2026-01-01", "2026-11-22", "1999-12-31"),
    "Time": ("13:05", "00:00:00"),
    "ID": ("1", "2", "5", "9", "15", "99", "x", "Rate", "Nope"),
    "URL": ("https://www.example.org/a.png", "a.png", 5),
    "JSON": ({"item": 3, "stars": 2}, {"item": 1, "stars": 6}, {"item": 99}, {"soon": 1}, ["a"], 5),
    "RelationInput": (1, 2, 99, "3", [1, 2], {"id": 2}, {"_add": [{"id": 1}]}, {"_remove": [2]}, []),
}
_ONCE = frozenset({"login", "refreshToken", "revokeRefreshToken", "generateFileUploadRequest", "run", "runs"})
"""Fields whose answers are others each time."""


@dataclass(frozen=True)
class Asked:
    """A document, and what is sent with it, round by round."""

    query: str
    rounds: tuple[Mapping[str, Any], ...]


@st.composite
def asked(draw: Draw[Any], schema: GraphQLSchema, *, writing: bool = False) -> Asked:
    """A query of the schema, or a mutation."""
    return _Document(draw, schema).made(writing)


@dataclass
class _Document:
    draw: Draw[Any]
    schema: GraphQLSchema
    declared: list[str] = field(default_factory=list)
    fragments: dict[str, tuple[str, str]] = field(default_factory=dict)
    rounds: tuple[dict[str, Any], ...] = field(default_factory=lambda: tuple({} for _ in range(ROUNDS)))
    variables: int = 0
    aliases: int = 0

    def made(self, writing: bool) -> Asked:
        root = self.schema.mutation_type if writing else self.schema.query_type
        assert root is not None
        body = self._selections(root, 0)
        head = "mutation M" if writing else "query Q" if self.declared or self._chance(3) else ""
        declared = f"({', '.join(self.declared)})" if self.declared else ""
        fragments = "".join(
            f"\nfragment {name} on {on} {text}" for name, (on, text) in self.fragments.items()
        )
        return Asked(f"{head}{declared} {body}{fragments}".strip(), self.rounds)

    def _chance(self, one_in: int) -> bool:
        return bool(self.draw(st.integers(1, one_in)) == one_in)

    def _one(self, choices: Any) -> Any:
        return self.draw(st.sampled_from(choices))

    def _selections(self, type_: GraphQLObjectType, depth: int) -> str:
        count = self.draw(st.integers(1, 4))
        return "{ " + " ".join(self._selection(type_, depth) for _ in range(count)) + " }"

    def _selection(self, type_: GraphQLObjectType, depth: int) -> str:
        kind = self.draw(st.integers(0, 11))
        if kind == 0:
            return f"{self._alias('')}__typename{self._directives()}"
        if kind == 1:
            on = self._one(["", f" on {type_.name}"])
            return f"...{on}{self._directives()} {self._selections(type_, depth)}"
        if kind == 2:
            return f"...{self._fragment(type_, depth)}{self._directives()}"
        return self._field(type_, depth)

    def _fragment(self, type_: GraphQLObjectType, depth: int) -> str:
        known = [name for name, (on, _) in self.fragments.items() if on == type_.name]
        if known and self._chance(2):
            return str(self._one(known))
        text = self._selections(type_, max(depth, _DEEPEST - 2))
        name = f"F{len(self.fragments)}"
        self.fragments[name] = (type_.name, text)
        return name

    def _field(self, type_: GraphQLObjectType, depth: int) -> str:
        fields: dict[str, GraphQLField] = {
            name: one
            for name, one in type_.fields.items()
            if name not in _ONCE and (is_leaf_type(get_named_type(one.type)) or depth < _DEEPEST)
        }
        if not fields:
            return "__typename"
        name = self._one(sorted(fields))
        one = fields[name]
        arguments = self._arguments(one.args)
        alias = self._alias(arguments)
        inner = get_named_type(one.type)
        below = f" {self._selections(inner, depth + 1)}" if isinstance(inner, GraphQLObjectType) else ""
        return f"{alias}{name}{arguments}{self._directives()}{below}"

    def _alias(self, arguments: str) -> str:
        """Fields with arguments can't share a key, others may be asked for twice."""
        if self.aliases == _MOST_ALIASES or (not arguments and not self._chance(6)):
            return ""
        self.aliases += 1
        return f"k{self.aliases}: "

    def _directives(self) -> str:
        if not self._chance(12):
            return ""
        name = self._one(["skip", "include"])
        return f" @{name}(if: {self._literal(GraphQLNonNull(_boolean(self.schema)), 0)})"

    def _arguments(self, arguments: Mapping[str, GraphQLArgument]) -> str:
        given = [
            f"{name}: {self._literal(one.type, 0)}"
            for name, one in arguments.items()
            if isinstance(one.type, GraphQLNonNull) or self._chance(3)
        ]
        return f"({', '.join(given)})" if given else ""

    def _literal(self, type_: GraphQLInputType, depth: int) -> str:
        if self._chance(4):
            return self._variable(type_)
        if isinstance(type_, GraphQLNonNull):
            return self._literal(type_.of_type, depth)
        if isinstance(type_, GraphQLList):
            if isinstance(get_named_type(type_), GraphQLEnumType):
                return f"[{', '.join(self._members(get_named_type(type_)))}]"
            return "[" + ", ".join(self._literal(type_.of_type, depth + 1) for _ in range(self._size())) + "]"
        if isinstance(type_, GraphQLInputObjectType):
            parts = [
                f"{name}: {self._literal(type_.fields[name].type, depth + 1)}"
                for name in self._keys(type_, depth)
            ]
            return "{" + ", ".join(parts) + "}"
        value = self._leaf(type_)
        return str(value) if isinstance(type_, GraphQLEnumType) else _text(value)

    def _variable(self, type_: GraphQLInputType) -> str:
        name = f"v{self.variables}"
        self.variables += 1
        for values in self.rounds:
            if not self._chance(25 if isinstance(type_, GraphQLNonNull) else 8):
                values[name] = self._value(type_, 0)
        if self._chance(2):
            default = ""
            if is_leaf_type(type_) and not isinstance(type_, GraphQLEnumType) and self._chance(3):
                default = f" = {_text(self._leaf(type_))}"
            self.declared.append(f"${name}: {type_}{default}")
        return f"${name}"

    def _value(self, type_: GraphQLInputType, depth: int) -> Any:
        if isinstance(type_, GraphQLNonNull):
            type_ = type_.of_type
        elif self._chance(15):
            return None
        if isinstance(type_, GraphQLList):
            if isinstance(get_named_type(type_), GraphQLEnumType):
                return self._members(get_named_type(type_))
            return [self._value(type_.of_type, depth + 1) for _ in range(self._size())]
        if isinstance(type_, GraphQLInputObjectType):
            return {
                name: self._value(type_.fields[name].type, depth + 1) for name in self._keys(type_, depth)
            }
        return self._leaf(type_)

    def _members(self, type_: Any) -> list[str]:
        """Mostly all, since what is not grouped by is no part of a key."""
        names = sorted(type_.values)
        chosen = self.draw(st.lists(st.sampled_from(names), max_size=3)) if self._chance(4) else names
        return list(chosen)

    def _size(self) -> int:
        return int(self.draw(st.integers(0, 2)))

    def _keys(self, type_: GraphQLInputObjectType, depth: int) -> list[str]:
        """Some of the fields, those that nest further no deeper than makes sense; all that are demanded."""
        names = [
            name
            for name, one in type_.fields.items()
            if depth < 3 or not isinstance(get_named_type(one.type), GraphQLInputObjectType)
        ]
        chosen = self.draw(st.lists(st.sampled_from(names), max_size=2, unique=True)) if names else []
        demanded = [name for name, one in type_.fields.items() if isinstance(one.type, GraphQLNonNull)]
        return list(dict.fromkeys([*demanded, *chosen]))

    def _leaf(self, type_: Any) -> Any:
        if isinstance(type_, GraphQLEnumType):
            return self._one(sorted(type_.values))
        return self._one(_WRONG) if self._chance(100) else self._one(_VALUES[type_.name])


def _boolean(schema: GraphQLSchema) -> Any:
    return schema.type_map["Boolean"]


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_text, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
