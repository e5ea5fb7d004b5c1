"""Operations compiled once: a document, a caller's roles and the shape of its variables make one plan.

A plan holds what every root field reads or does and where each operand comes from, so a request binds its values,
asks `authorize` again, and gets its answer without GraphQL's executor. What can't be compiled goes to the executor,
and so does every query that fails, so that its errors are the executor's own; of a mutation everything that fails
before its first effect.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import (
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    NameNode,
    get_argument_values,
    is_non_null_type,
)
from graphql.execution.values import VariableValues, get_variable_values

from app.errors import ActionQLError
from app.metrics import Cache
from app.resolvers.context import Context
from app.resolvers.records import read
from app.schema.build import BuiltSchema
from app.schema.documents import Prepared
from app.schema.mutation_plan import CompiledField, CompiledMutation, arguments_of
from app.schema.operands import Gathering, Operands
from app.schema.queries import QueryField
from app.schema.selections import NotCompiled, Reader
from app.schema.shelves import Shelves
from app.schema.slots import shaped
from app.storage.selection import Query

MOST_PLANS, MOST_BYTES = 1_000, 32_000_000
"""How many plans one schema keeps, and about how much memory they take with their documents."""
_BYTES_A_PLAN, _BYTES_AN_OPERAND = 4_000, 1_000


@dataclass(frozen=True, slots=True)
class CompiledQuery:
    """The plan of one operation that reads."""

    fields: tuple[tuple[str, QueryField | str, tuple[Query, ...], Any], ...]
    """Response key, what shapes its answer (or a constant), its queries, what the shaping needs."""
    operands: Operands

    @property
    def size(self) -> int:
        """How many operands it has."""
        return len(self.operands.items)

    async def run(self, context: Context, variables: VariableValues) -> ExecutionResult:
        """The answer; raises where the executor has to give it."""
        values = self.operands.bind(context, variables.coerced)
        queries = [query for _, _, own, _ in self.fields for query in own]
        pages = iter(await read(context, queries, values))
        data = {}
        for key, root, own, shape in self.fields:
            data[key] = root if isinstance(root, str) else root.answer([next(pages) for _ in own], shape)
        return ExecutionResult(data, None)


Compiled = CompiledQuery | CompiledMutation


@dataclass(frozen=True, slots=True)
class Made:
    """What came of compiling: a plan, or none because the executor has to answer."""

    plan: Compiled | None

    @property
    def weight(self) -> int:
        """The memory it takes, in bytes, about."""
        return _BYTES_A_PLAN + _BYTES_AN_OPERAND * (self.plan.size if self.plan else 0)


def _key(context: Context, prepared: Prepared, shape: Hashable) -> Hashable:
    """What a plan depends on."""
    principal = context.principal
    return prepared, principal.known, principal.roles, principal.model, principal.profile, shape


class Plans:
    """The compiled operations of one schema, bounded by number and by memory."""

    def __init__(
        self,
        built: BuiltSchema,
        *,
        max_plans: int = MOST_PLANS,
        max_bytes: int = MOST_BYTES,
        counted: Cache | None = None,
    ) -> None:
        self._built = built
        self._counted = counted or Cache()
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
        """The answer to an operation, or None where the executor has to give it; then nothing was done."""
        try:
            return await self._answer(context, prepared, inputs or {})
        except (ActionQLError, GraphQLError):
            return None

    async def _answer(
        self, context: Context, prepared: Prepared, inputs: Mapping[str, Any]
    ) -> ExecutionResult | None:
        found = prepared.quick.coerce(inputs) if prepared.quick else None
        if found is not None:
            made = self._made.get(_key(context, prepared, found[1]))
            if made is not None and made.plan is not None:
                self._counted.hits += 1
                return await made.plan.run(context, VariableValues({}, found[0]))
        nodes = prepared.operation.variable_definitions or ()
        # One error is enough to leave them to the executor; without a bound each wrong item of a list would be told.
        variables = get_variable_values(self._built.graphql, nodes, dict(inputs), max_errors=1)
        if isinstance(variables, list):
            return None
        symbolic, shape = shaped(variables, prepared.whole)
        key = _key(context, prepared, shape)
        made = self._made.get(key)
        if made is not None:
            self._counted.hits += 1
        else:
            self._counted.misses += 1
            made = Made(self._compile(context, prepared, symbolic))
            # The key keeps the document, also when it is no longer cached itself.
            self._made.add(key, made, made.weight + prepared.weight)
        return None if made.plan is None else await made.plan.run(context, variables)

    def _compile(self, context: Context, prepared: Prepared, variables: VariableValues) -> Compiled | None:
        compiler = _Compiler(context, self._built, prepared, variables)
        try:
            return compiler.query() if prepared.reads else compiler.mutation()
        except NotCompiled:
            return None


class _Compiler:
    def __init__(
        self, context: Context, built: BuiltSchema, prepared: Prepared, variables: VariableValues
    ) -> None:
        self._context = context
        self._built = built
        self._prepared = prepared
        self._variables = variables
        self._fragments = {
            node.name.value: node
            for node in prepared.document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }

    def query(self) -> CompiledQuery:
        gathering = Gathering(self._context)
        reader = self._reader(gathering)
        fields = tuple(
            self._query_field(reader, key, nodes) for key, nodes in self._roots(reader, "Query").items()
        )
        return CompiledQuery(fields, gathering.done())

    def mutation(self) -> CompiledMutation:
        roots = self._roots(self._reader(Gathering(self._context)), "Mutation")
        return CompiledMutation(tuple((key, self._mutation_field(nodes)) for key, nodes in roots.items()))

    def _roots(self, reader: Reader, type_name: str) -> dict[str, list[FieldNode]]:
        operation = FieldNode(
            name=NameNode(value=type_name), selection_set=self._prepared.operation.selection_set
        )
        return reader.collect([operation], type_name)

    def _query_field(
        self, reader: Reader, key: str, nodes: Sequence[FieldNode]
    ) -> tuple[str, QueryField | str, tuple[Query, ...], Any]:
        name = nodes[0].name.value
        if name == "__typename":
            return key, "Query", (), None
        root, type_ = self._built.queries.get(name), self._built.graphql.query_type
        if root is None or type_ is None:
            raise NotCompiled
        arguments = get_argument_values(type_.fields[name], nodes[0], self._variables)
        queries, shape = root.select(reader, nodes, arguments)
        return key, root, tuple(queries), shape

    def _mutation_field(self, nodes: Sequence[FieldNode]) -> CompiledField | str:
        name = nodes[0].name.value
        if name == "__typename":
            return "Mutation"
        root, type_ = self._built.mutations[name], self._built.graphql.mutation_type
        assert type_ is not None
        field = type_.fields[name]
        gathering = Gathering(self._context)
        selected = root.select(self._reader(gathering), nodes)
        arguments = arguments_of(field, nodes[0], self._variables, self._prepared.whole)
        nullable = not is_non_null_type(field.type)
        return CompiledField(nodes, root, nullable, arguments, selected, gathering.done())

    def _reader(self, gathering: Gathering) -> Reader:
        return Reader(
            self._context,
            self._built.names,
            self._built.graphql,
            self._fragments,
            self._variables,
            gathering.values,
            gathering.source,
            True,
        )
