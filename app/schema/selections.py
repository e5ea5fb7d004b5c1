"""What a GraphQL query asks of a model, as a door-neutral `Selection`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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

from app.definition.conditions import Condition, Parameter
from app.errors import BadInput, Forbidden, PrivateDataMode, Unauthenticated
from app.resolvers.context import Context
from app.resolvers.sources import only_id, own_source, source
from app.schema.fields import Info
from app.schema.filters import condition, orders
from app.schema.names import ModelNames
from app.schema.slots import late
from app.storage.selection import (
    Aggregates,
    Bundle,
    Constant,
    Field,
    Figure,
    Function,
    Leaf,
    Many,
    One,
    Part,
    Selection,
    Source,
    Summary,
    Values,
)

Nodes = Sequence[FieldNode]
_FIGURES: Mapping[str, tuple[Function, str]] = {
    "sum": ("sum", "Sums"),
    "avg": ("avg", "Averages"),
    "min": ("min", "Extremes"),
    "max": ("max", "Extremes"),
}
"""Fields of an aggregate, each with the end of its type's name."""


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

    def written(self, model: str) -> Source:
        """A model as the caller sees what it has written: as it may read it, else the id alone."""
        try:
            return self.source(model)
        except PrivateDataMode:
            raise
        except (Forbidden, Unauthenticated):
            return only_id(model)

    def written_fields(self, model: ModelNames, nodes: Nodes) -> tuple[Source, tuple[Field, ...]]:
        """What `nodes` ask of a record that the caller has written, by itself or by an action.

        Who may not read it gets the id, and is refused whatever else was asked for.
        """
        shown = self.written(model.model.name)
        fields = self.fields(model, nodes)
        if not shown.names.issuperset(_read(fields)):
            self.source(model.model.name)
        return shown, fields

    def collect(self, nodes: Nodes, type_name: str) -> dict[str, list[FieldNode]]:
        """The sub-fields of `nodes` by response key, with fragments, each once, @skip and @include worked in."""
        collected: dict[str, list[FieldNode]] = {}
        spread: set[str] = set()
        for node in nodes:
            for sub_field in self._fields(node.selection_set, type_name, spread):
                key = sub_field.alias.value if sub_field.alias else sub_field.name.value
                collected.setdefault(key, []).append(sub_field)
        return collected

    def selection(
        self, model: ModelNames, nodes: Nodes, arguments: Mapping[str, Any], shown: Source | None = None
    ) -> Selection:
        """The records and fields that `nodes` ask for, with a list's arguments."""
        shown = shown or self.source(model.model.name)
        return Selection(
            source=shown,
            fields=self.fields(model, nodes),
            where=self._where(arguments.get("where"), model),
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
        if name in model.aggregates:
            return self._summary(model, key, nodes)
        if name not in model.relations:
            return Constant(key, model.type)  # __typename
        relation = model.model.relations[model.relations[name]]
        other = self.names[relation.model]
        if not relation.to_many:
            return One(key, relation.name, Selection(self.source(relation.model), self.fields(other, nodes)))
        arguments = self._arguments(model.type, nodes[0])
        return Many(key, relation.name, self.selection(other, nodes, arguments))

    def aggregate(
        self, model: ModelNames, nodes: Nodes, where: Any, shown: Source | None = None
    ) -> Aggregates:
        """What `nodes` ask of all records that fulfil `where`."""
        shown = shown or self.source(model.model.name)
        return Aggregates(shown, self._figures(model, nodes), self._where(where, model))

    def groups(self, model: ModelNames, nodes: Nodes, where: Any) -> Aggregates:
        """What `nodes` ask of the groups of all records that fulfil `where`."""
        arguments = self._arguments(f"{model.type}Page", nodes[0])
        by = tuple(dict.fromkeys(model.properties[entry.value] for entry in arguments["by"]))
        if not by:
            raise BadInput("by names at least one property.", {"by": ["is_required"]})
        return Aggregates(
            source=self.source(model.model.name),
            parts=tuple(self._group_part(model, *entry) for entry in self._of(nodes, f"{model.type}Grouped")),
            where=self._where(where, model),
            by=by,
            skip=self._page(arguments.get("skip"), "skip", None),
            take=self._page(arguments.get("take"), "take", self.context.server.settings.take_most),
        )

    def _summary(self, model: ModelNames, key: str, nodes: list[FieldNode]) -> Summary:
        relation = model.aggregates[nodes[0].name.value]
        other = self.names[model.model.relations[relation].model]
        where = self._arguments(model.type, nodes[0]).get("where")
        return Summary(key, relation, self.aggregate(other, nodes, where))

    def _group_part(self, model: ModelNames, key: str, nodes: list[FieldNode]) -> Part:
        name = nodes[0].name.value
        if name == "aggregate":
            return Bundle(key, self._figures(model, nodes))
        if name != "key":
            return Constant(key, f"{model.type}Grouped")
        type_name = f"{model.type}GroupKey"
        return Bundle(
            key,
            tuple(
                Leaf(inner, model.properties[name])
                if name in model.properties
                else Constant(inner, type_name)
                for inner, name in self._named(nodes, type_name)
            ),
        )

    def _figures(self, model: ModelNames, nodes: Nodes) -> tuple[Part, ...]:
        type_name = f"{model.type}Aggregate"
        return tuple(self._figure(model, key, same) for key, same in self._of(nodes, type_name))

    def _figure(self, model: ModelNames, key: str, nodes: list[FieldNode]) -> Part:
        name = nodes[0].name.value
        if name == "count":
            return Figure(key, "count")
        if name not in _FIGURES:
            return Constant(key, f"{model.type}Aggregate")
        function, suffix = _FIGURES[name]
        type_name = f"{model.type}{suffix}"
        return Bundle(
            key,
            tuple(
                Figure(inner, function, model.properties[name])
                if name in model.properties
                else Constant(inner, type_name)
                for inner, name in self._named(nodes, type_name)
            ),
        )

    def _of(self, nodes: Nodes, type_name: str) -> Iterable[tuple[str, list[FieldNode]]]:
        return self.collect(nodes, type_name).items()

    def _named(self, nodes: Nodes, type_name: str) -> Iterator[tuple[str, str]]:
        """The response keys and names of sub-fields that have none of their own."""
        return ((key, same[0].name.value) for key, same in self._of(nodes, type_name))

    def _where(self, where: Any, model: ModelNames) -> Condition | None:
        return condition(where, model, self.names, self.values, self.source) if where else None

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

    def _fields(
        self, selections: SelectionSetNode | None, type_name: str, spread: set[str]
    ) -> Iterator[FieldNode]:
        for node in selections.selections if selections else ():
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                yield node
                continue
            inner: InlineFragmentNode | FragmentDefinitionNode
            if isinstance(node, FragmentSpreadNode):
                if node.name.value in spread:
                    continue
                spread.add(node.name.value)
                inner = self.fragments[node.name.value]
            else:
                assert isinstance(node, InlineFragmentNode)
                inner = node
            if inner.type_condition is None or inner.type_condition.name.value == type_name:
                yield from self._fields(inner.selection_set, type_name, spread)

    def _included(self, node: Any) -> bool:
        if not node.directives:
            return True
        skip = get_directive_values(GraphQLSkipDirective, node, self.variables)
        include = get_directive_values(GraphQLIncludeDirective, node, self.variables)
        return not (skip and skip["if"]) and (include is None or bool(include["if"]))


def _read(fields: Iterable[Field]) -> Iterator[str]:
    """The properties and relations that are asked for."""
    for one in fields:
        if isinstance(one, Leaf):
            yield one.property
        elif isinstance(one, One | Many | Summary):
            yield one.relation
