"""What a GraphQL query asks of a model, as a door-neutral `Selection`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionSetNode,
    get_argument_values,
    get_directive_values,
)

from app.definition.conditions import Parameter
from app.errors import BadInput
from app.resolvers.context import Context
from app.resolvers.records import own_source, source
from app.schema.filters import condition, orders
from app.schema.names import ModelNames
from app.schema.slots import late
from app.schema.types import Info
from app.storage.selection import Constant, Field, Leaf, Many, One, Selection, Source, Values

Nodes = Sequence[FieldNode]


class NotCompiled(Exception):
    """A query that only the executor can answer."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the selection sets of one root field for one caller; operands gather in `values`."""

    context: Context
    names: Mapping[str, ModelNames]
    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Any
    values: Values
    source_of: Callable[[str, bool], Source]
    """See `source`."""
    compiling: bool = False
    """Whether the selections are for a plan: then what only the executor can answer raises `NotCompiled`."""

    @classmethod
    def of(cls, info: Info, names: Mapping[str, ModelNames]) -> Reader:
        """The reader for the root field that is being resolved."""
        values = Values()

        def source_of(model: str, own: bool) -> Source:
            return own_source(info.context, model, values) if own else source(info.context, model, values)

        return cls(info.context, names, info.schema, info.fragments, info.variable_values, values, source_of)

    def source(self, model: str, own: bool = False) -> Source:
        """A model as the caller may read it, or the one record of it that the caller is."""
        return self.source_of(model, own)

    def collect(self, nodes: Nodes, type_name: str) -> dict[str, list[FieldNode]]:
        """The sub-fields of `nodes` by response key, with fragments, @skip and @include worked in."""
        collected: dict[str, list[FieldNode]] = {}
        for node in nodes:
            for sub_field in self._fields(node.selection_set, type_name):
                key = sub_field.alias.value if sub_field.alias else sub_field.name.value
                collected.setdefault(key, []).append(sub_field)
        return collected

    def selection(
        self, model: ModelNames, nodes: Nodes, arguments: Mapping[str, Any], shown: Source | None = None
    ) -> Selection:
        """The records and fields that `nodes` ask for, with a list's arguments."""
        shown = shown or self.source(model.model.name)
        where = arguments.get("where")
        return Selection(
            source=shown,
            fields=self.fields(model, nodes),
            where=condition(where, model, self.names, self.values, self.source) if where else None,
            sort=orders(arguments.get("sort"), model, self.names, self.source),
            skip=self._page(arguments.get("skip"), "skip", None),
            take=self._page(arguments.get("take"), "take", self.context.server.settings.take_most),
        )

    def fields(self, model: ModelNames, nodes: Nodes) -> tuple[Field, ...]:
        """The fields of a record that `nodes` ask for."""
        collected = self.collect(nodes, model.type)
        return tuple(self._field(model, key, same) for key, same in collected.items())

    def _field(self, model: ModelNames, key: str, nodes: list[FieldNode]) -> Field:
        name = nodes[0].name.value
        if name in model.properties:
            return Leaf(key, model.properties[name], self._parts(nodes))
        if name not in model.relations:
            return Constant(key, model.type)  # __typename
        relation = model.model.relations[model.relations[name]]
        other = self.names[relation.model]
        if not relation.to_many:
            return One(key, relation.name, Selection(self.source(relation.model), self.fields(other, nodes)))
        arguments = self._arguments(model.type, nodes[0])
        return Many(key, relation.name, self.selection(other, nodes, arguments))

    def _parts(self, nodes: list[FieldNode]) -> tuple[tuple[str, str], ...]:
        if nodes[0].selection_set is None:
            return ()
        parts = {
            key: same[0].name.value
            for kind in ("File", "Image")
            for key, same in self.collect(nodes, kind).items()
        }
        if self.compiling and "__typename" in parts.values():
            raise NotCompiled
        return tuple((key, name) for key, name in parts.items() if name != "__typename")

    def _arguments(self, type_name: str, node: FieldNode) -> Mapping[str, Any]:
        parent = self.schema.get_type(type_name)
        assert isinstance(parent, GraphQLObjectType)
        return get_argument_values(parent.fields[node.name.value], node, self.variables)

    def _page(self, value: Any, name: str, most: int | None) -> Parameter | None:
        if value is None:
            value = 0 if name == "skip" else self.context.server.settings.take
        if name == "skip" and value == 0:
            return None

        def checked(value: int) -> int:
            if value < 0 or (most is not None and value > most):
                limit = "0 or more" if most is None else f"between 0 and {most}"
                raise BadInput(f"{name} must be {limit}", {name: ["is_invalid"]})
            return value

        return self.values.add(late(value, checked))

    def _fields(self, selections: SelectionSetNode | None, type_name: str) -> Iterator[FieldNode]:
        for node in selections.selections if selections else ():
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                yield node
                continue
            inner: InlineFragmentNode | FragmentDefinitionNode
            if isinstance(node, FragmentSpreadNode):
                inner = self.fragments[node.name.value]
            else:
                assert isinstance(node, InlineFragmentNode)
                inner = node
            if inner.type_condition is None or inner.type_condition.name.value == type_name:
                yield from self._fields(inner.selection_set, type_name)

    def _included(self, node: Any) -> bool:
        if not node.directives:
            return True
        skip = get_directive_values(GraphQLSkipDirective, node, self.variables)
        include = get_directive_values(GraphQLIncludeDirective, node, self.variables)
        return not (skip and skip["if"]) and (include is None or bool(include["if"]))
