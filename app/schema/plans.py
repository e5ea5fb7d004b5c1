"""Queries compiled once: a document, a caller's roles and the shape of its variables make one plan.

A plan holds the selections of every root field and where each operand comes from, so a request binds its values,
asks `authorize` again, and gets its answer from storage without GraphQL's executor. What can't be compiled goes to
the executor, and so does every request that fails, so that errors are the executor's own.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from weakref import WeakKeyDictionary

from graphql import (
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    NameNode,
    VariableDefinitionNode,
    get_argument_values,
)
from graphql.execution.values import VariableValues, get_variable_values

from app.errors import ActionQLError
from app.permissions import Grant, Verb
from app.resolvers.context import Context
from app.resolvers.records import read
from app.schema.build import BuiltSchema
from app.schema.documents import Prepared
from app.schema.queries import QueryField
from app.schema.selections import NotCompiled, Reader
from app.schema.slots import Quick, Slot, quick, shaped
from app.storage.selection import Selection, Source, Values, granted

MOST_PLANS = 64
"""For one document: callers of so many kinds and variables of so many shapes."""


@dataclass(frozen=True, slots=True, eq=False)
class GrantSlot:
    """An operand that the grant of a request brings: the caller's own id in a row filter, say."""

    model: str
    own: bool
    index: int


@dataclass(frozen=True, slots=True)
class CompiledQuery:
    """The plan of one operation."""

    fields: tuple[tuple[str, QueryField | str, tuple[Selection, ...], Any], ...]
    """Response key, what shapes its answer (or a constant), its selections, what the shaping needs."""
    operands: tuple[Any, ...]
    grants: tuple[tuple[str, bool], ...]

    async def run(self, context: Context, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The data of the answer."""
        grants = {key: _grant(context, *key) for key in self.grants}
        values = [_bind(operand, variables, grants) for operand in self.operands]
        selections = [selection for _, _, own, _ in self.fields for selection in own]
        pages = iter(await read(context, selections, values))
        data = {}
        for key, root, own, shape in self.fields:
            data[key] = root if isinstance(root, str) else root.answer([next(pages) for _ in own], shape)
        return data


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one document: how its variables are coerced, and its plans."""

    nodes: Sequence[VariableDefinitionNode]
    quick: Quick | None
    plans: dict[Hashable, CompiledQuery | None] = field(default_factory=dict)


def _key(context: Context, shape: Hashable) -> Hashable:
    """What a plan depends on beside its document."""
    principal = context.principal
    return principal.known, principal.roles, principal.model, principal.profile, shape


class Plans:
    """The compiled queries of one schema; they go when their documents go."""

    def __init__(self, built: BuiltSchema) -> None:
        self._built = built
        self._known: WeakKeyDictionary[Prepared, Known] = WeakKeyDictionary()

    async def execute(
        self, context: Context, prepared: Prepared, inputs: Mapping[str, Any] | None
    ) -> ExecutionResult | None:
        """The answer to a query, or None where the executor has to give it."""
        if not prepared.reads:
            return None
        known = self._known.get(prepared)
        if known is None:
            nodes = prepared.operation.variable_definitions or ()
            known = self._known[prepared] = Known(nodes, quick(self._built.graphql, nodes))
        try:
            data = await self._answer(context, prepared, known, inputs or {})
        except ActionQLError:
            return None
        return None if data is None else ExecutionResult(data, None)

    async def _answer(
        self, context: Context, prepared: Prepared, known: Known, inputs: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        found = known.quick.coerce(inputs) if known.quick else None
        if found is not None:
            plan = known.plans.get(_key(context, found[1]))
            if plan is not None:
                return await plan.run(context, found[0])
        variables = get_variable_values(self._built.graphql, known.nodes, dict(inputs))
        if isinstance(variables, list):
            return None
        symbolic, shape = shaped(variables)
        key = _key(context, shape)
        if key not in known.plans:
            if len(known.plans) >= MOST_PLANS:
                known.plans.clear()
            known.plans[key] = self._compile(context, prepared, symbolic)
        plan = known.plans[key]
        return None if plan is None else await plan.run(context, variables.coerced)

    def _compile(
        self, context: Context, prepared: Prepared, variables: VariableValues
    ) -> CompiledQuery | None:
        compiler = _Compiler(context, self._built, prepared, variables)
        try:
            return compiler.compile()
        except NotCompiled:
            return None


class _Compiler:
    def __init__(
        self, context: Context, built: BuiltSchema, prepared: Prepared, variables: VariableValues
    ) -> None:
        self._context = context
        self._prepared = prepared
        self._values = Values()
        self._grants: dict[tuple[str, bool], Grant] = {}
        self._roots = built.queries
        fragments = {
            node.name.value: node
            for node in prepared.document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self._reader = Reader(
            context, built.names, built.graphql, fragments, variables, self._values, self._source, True
        )
        self._query = built.graphql.query_type

    def compile(self) -> CompiledQuery:
        operation = FieldNode(
            name=NameNode(value="query"), selection_set=self._prepared.operation.selection_set
        )
        fields = tuple(
            self._field(key, nodes) for key, nodes in self._reader.collect([operation], "Query").items()
        )
        return CompiledQuery(fields, self._values.done(), tuple(self._grants))

    def _field(
        self, key: str, nodes: Sequence[FieldNode]
    ) -> tuple[str, QueryField | str, tuple[Selection, ...], Any]:
        name = nodes[0].name.value
        if name == "__typename":
            return key, "Query", (), None
        root = self._roots.get(name)
        if root is None or self._query is None:
            raise NotCompiled
        arguments = get_argument_values(self._query.fields[name], nodes[0], self._reader.variables)
        selections, shape = root.select(self._reader, nodes, arguments)
        return key, root, tuple(selections), shape

    def _source(self, model: str, own: bool) -> Source:
        grant = self._grants.get((model, own)) or _grant(self._context, model, own)
        self._grants[model, own] = grant
        slots = tuple(GrantSlot(model, own, index) for index in range(len(grant.values)))
        return granted(replace(grant, values=slots), self._values)


def _grant(context: Context, model: str, own: bool) -> Grant:
    permissions = context.generation.permissions
    if own:
        return permissions.of_oneself(context.principal, model)
    return permissions.authorize(context.principal, Verb.READ, model)


def _bind(operand: Any, variables: Mapping[str, Any], grants: Mapping[tuple[str, bool], Grant]) -> Any:
    if isinstance(operand, Slot):
        return operand.value(variables)
    if isinstance(operand, GrantSlot):
        return grants[operand.model, operand.own].values[operand.index]
    return operand
