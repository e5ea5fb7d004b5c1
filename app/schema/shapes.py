"""What is asked of objects whose types no definition changes: token pairs, runs, uploads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLObjectType, get_named_type

from app.schema.selections import Nodes, Reader


@dataclass(frozen=True, slots=True)
class Shape:
    """The fields that are asked of an object, by response key."""

    type: str
    fields: tuple[tuple[str, str, Shape | None], ...]
    """Response key, name, and for an object or a list of them what is asked of it."""

    @property
    def names(self) -> frozenset[str]:
        """The names of all fields that are asked for."""
        return frozenset(name for _, name, _ in self.fields)

    def of(self, value: Any) -> Any:
        """The answer, made of an object by field name, a list of them, or null."""
        if value is None:
            return None
        if isinstance(value, list):
            return [self.of(item) for item in value]
        return {key: self._field(value, name, below) for key, name, below in self.fields}

    def _field(self, value: Mapping[str, Any], name: str, below: Shape | None) -> Any:
        if name == "__typename":
            return self.type
        return value[name] if below is None else below.of(value[name])


def shape_of(reader: Reader, nodes: Nodes, type_name: str) -> Shape:
    """What `nodes` ask of an object of this type."""
    type_ = reader.schema.type_map[type_name]
    assert isinstance(type_, GraphQLObjectType)
    fields = []
    for key, same in reader.collect(nodes, type_name).items():
        name = same[0].name.value
        inner = get_named_type(type_.fields[name].type) if name in type_.fields else None
        below = shape_of(reader, same, inner.name) if isinstance(inner, GraphQLObjectType) else None
        fields.append((key, name, below))
    return Shape(type_name, tuple(fields))
