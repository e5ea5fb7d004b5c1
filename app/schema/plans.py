"""Queries compiled once: a document, a caller's roles and the shape of its variables make one plan.

A plan holds the queries of every root field and where each operand comes from, so a request binds its values,
asks `authorize` again, and gets its answer from storage without GraphQL's executor. What can't be compiled goes to
the executor, and so does every request that fails, so that errors are the executor's own.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graphql import (
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    NameNode,
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
from app.schema.shelves import Shelves
from app.schema.slots import Slot, shaped
from app.storage.selection import Query, Source, Values, granted

MOST_PLANS, MOST_BYTES = 1_000, 32_000_000
"""How many plans one schema keeps, and about how much memory they take with their documents."""
_BYTES_A_PLAN, _BYTES_AN_OPERAND = 4_000, 1_000


@dataclass(frozen=True, slots=True, eq=False)
class GrantSlot:
    """An operand that the grant of a request brings: the caller's own id in a row filter, say."""

    model: str
    own: bool
    index: int


@dataclass(frozen=True, slots=True)
class CompiledQuery:
    """The plan of one operation."""

    fields: tuple[tuple[str, QueryField | str, tuple[Query, ...], Any], ...]
    """Response key, what shapes its answer (or a constant), its queries, what the shaping needs."""
    operands: tuple[Any, ...]
    grants: tuple[tuple[str, bool], ...]

    async def run(self, context: Context, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The data of the answer."""
        grants = {key: _grant(context, *key) for key in self.grants}
        values = [_bind(operand, variables, grants) for operand in self.operands]
        queries = [query for _, _, own, _ in self.fields for query in own]
        pages = iter(await read(context, queries, values))
        data = {}
        for key, root, own, shape in self.fields:
            data[key] = root if isinstance(root, str) else root.answer([next(pages) for _ in own], shape)
        return data


@dataclass(frozen=True, slots=True)
class Made:
    """What came of compiling: a plan, or none because the executor has to answer."""

    plan: CompiledQuery | None

    @property
    def weight(self) -> int:
        """The memory it takes, in bytes, about."""
        return _BYTES_A_PLAN + _BYTES_AN_OPERAND * (len(self.plan.operands) if self.plan else 0)


def _key(context: Context, prepared: Prepared, shape: Hashable) -> Hashable:
    """What a plan depends on."""
    principal = context.principal
    return prepared, principal.known, principal.roles, principal.model, principal.profile, shape


class Plans:
    """The compiled queries of one schema, bounded by number and by memory."""

    def __init__(
        self, built: BuiltSchema, *, max_plans: int = MOST_PLANS, max_bytes: int = MOST_BYTES
    ) -> None:
        self._built = built
        self._made: Shelves[Hashable, Made] = Shelves(max_plans, max_bytes)

    def __len__(self) -> int:
        return len(self._made)

    @property
    def weight(self) -> int:
        """The memory of what is kept, in bytes, about."""
        return self._made.weight

    async def execute(
        self, context: Context, prepared: Prepared, inputs: Mapping[str, Any] | None
    ) -> ExecutionResult | None:
        """The answer to a query, or None where the executor has to give it."""
        if not prepared.reads:
            return None
        try:
            data = await self._answer(context, prepared, inputs or {})
        except (ActionQLError, GraphQLError):
            return None
        return None if data is None else ExecutionResult(data, None)

    async def _answer(
        self, context: Context, prepared: Prepared, inputs: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        found = prepared.quick.coerce(inputs) if prepared.quick else None
        if found is not None:
            made = self._made.get(_key(context, prepared, found[1]))
            if made is not None and made.plan is not None:
                return await made.plan.run(context, found[0])
        nodes = prepared.operation.variable_definitions or ()
        variables = get_variable_values(self._built.graphql, nodes, dict(inputs))
        if isinstance(variables, list):
            return None
        symbolic, shape = shaped(variables)
        key = _key(context, prepared, shape)
        made = self._made.get(key)
        if made is None:
            made = Made(self._compile(context, prepared, symbolic))
            # The key keeps the document, also when it is no longer cached itself.
            self._made.add(key, made, made.weight + prepared.weight)
        return None if made.plan is None else await made.plan.run(context, variables.coerced)

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
    ) -> tuple[str, QueryField | str, tuple[Query, ...], Any]:
        name = nodes[0].name.value
        if name == "__typename":
            return key, "Query", (), None
        root = self._roots.get(name)
        if root is None or self._query is None:
            raise NotCompiled
        arguments = get_argument_values(self._query.fields[name], nodes[0], self._reader.variables)
        queries, shape = root.select(self._reader, nodes, arguments)
        return key, root, tuple(queries), shape

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
